import { PavioError } from './errors.ts';

const MINUTE = 60_000;

/** Length of each candle interval in milliseconds. */
export const INTERVALS = {
  '1m': MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '30m': 30 * MINUTE,
  '1h': 60 * MINUTE,
  '4h': 240 * MINUTE,
  '1d': 1440 * MINUTE,
} as const;

export type Interval = keyof typeof INTERVALS;

export const INTERVAL_NAMES = Object.keys(INTERVALS) as Interval[];

export function isInterval(text: string): text is Interval {
  return Object.hasOwn(INTERVALS, text);
}

/** @throws PavioError `bad_input` for anything but the intervals above. */
export function parseInterval(text: string): Interval {
  if (isInterval(text)) return text;
  throw new PavioError('bad_input', `"${text}" is not a candle interval.`, {
    remedy: `Use one of ${INTERVAL_NAMES.join(', ')}.`,
  });
}

export function intervalMs(interval: Interval): number {
  return INTERVALS[interval];
}

/** Open time of the candle that contains `time` (both UTC milliseconds). */
export function candleOpen(time: number, interval: Interval): number {
  const step = INTERVALS[interval];
  return Math.floor(time / step) * step;
}

/** A candle is closed when `open + interval <= now`: decided from the clock, never from a provider's word. */
export function isClosed(open: number, interval: Interval, now: number): boolean {
  return open + INTERVALS[interval] <= now;
}

/** Open time of the newest closed candle at `now`. */
export function lastClosedOpen(now: number, interval: Interval): number {
  return candleOpen(now, interval) - INTERVALS[interval];
}
