import { type Interval, intervalMs } from '@pavio/core';

const DAY = 86_400_000;
const YEAR = 365 * DAY;

/** How far back is crawled where nobody chose a start, in milliseconds. CryptoCompare keeps its minutes for 7 days. */
export const DEFAULT_HISTORY: Readonly<Record<Interval, number>> = {
  '1d': 3000 * DAY,
  '4h': 3 * YEAR,
  '1h': 2 * YEAR,
  '30m': YEAR,
  '15m': 180 * DAY,
  '5m': 60 * DAY,
  '1m': 7 * DAY,
};

/** Open time of the first candle wanted: the chosen start, or the default history before the newest closed candle. */
export function firstWanted(interval: Interval, newest: number, start: number | undefined): number {
  const step = intervalMs(interval);
  return Math.ceil((start ?? newest + step - DEFAULT_HISTORY[interval]) / step) * step;
}
