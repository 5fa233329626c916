import type { Clock } from '@pavio/core';

const DAY = 86_400_000;

/** By how much the clock of functions is set before or back, milliseconds. */
export const OFFSET = DAY / 2 - (Date.now() % DAY);

/** The clock that functions see: it is noon as a test begins, so that no candle closes while it runs. */
export const noon: Clock = { now: () => Date.now() + OFFSET };
