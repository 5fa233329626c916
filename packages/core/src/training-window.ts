import { type Interval, intervalMs } from './interval.ts';

/** How old the rows may be that models learn from. */
export type TrainingWindow = { readonly days: number } | { readonly candles: number };

const DAY = 86_400_000;

/** `expanding` (all that is past: undefined), `730d`, or a number of candles; null for anything else. */
export function parseTrainingWindow(text: string): TrainingWindow | undefined | null {
  if (text === 'expanding') return undefined;
  const [, number, unit] = /^([1-9]\d{0,6})(d?)$/.exec(text) ?? [];
  if (number === undefined) return null;
  return unit === 'd' ? { days: Number(number) } : { candles: Number(number) };
}

/** In milliseconds. */
export function trainingWindowMs(window: TrainingWindow, interval: Interval): number {
  return 'days' in window ? window.days * DAY : window.candles * intervalMs(interval);
}
