import type { CandleSeries, Interval } from '@pavio/core';
import { intervalMs } from '@pavio/core';
import { simulateCandles } from '@pavio/market';

/** Intervals that reference values are kept for: those without and with hours. */
export const REFERENCE_INTERVALS = ['1d', '1h'] as const satisfies readonly Interval[];

const FROM = Date.UTC(2023, 10, 6);
const ROWS = 200;
const SEED = 3;

/** Candles of the simulated market that reference values are kept for. */
export function referenceCandles(interval: Interval): CandleSeries {
  return simulateCandles('BTC', interval, FROM, FROM + (ROWS - 1) * intervalMs(interval), SEED);
}

/** As a CSV in the lake's form. */
export function candleCsv({ time, open, high, low, close, volume, quoteVolume }: CandleSeries): string {
  const rows = Array.from(time, (value, row) =>
    [value / 1000, ...[open, high, low, close, volume, quoteVolume].map((column) => column[row])].join(','),
  );
  return ['time,open,high,low,close,volumefrom,volumeto', ...rows, ''].join('\n');
}
