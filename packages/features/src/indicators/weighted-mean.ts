import { scaled, sum } from './arithmetic.ts';
import { column } from './column.ts';
import { overWindows } from './kernel.ts';

/**
 * Linearly weighted mean of the last `window` values, the newest weighing `window`, the oldest 1:
 * `sum((k + 1) x[t-w+1+k]) / (w (w + 1) / 2)`. O(1) a row: see `kernel/means.h`.
 *
 * Convention: TA-Lib `WMA`. First defined row: `from + window - 1`.
 *
 * @param from first row where `x` is defined.
 */
export function weightedMean(x: Float64Array, window: number, from = 0): Float64Array {
  const mean = column(x.length);
  overWindows(x, window, from, { 0: mean }, (kernel, rows) => kernel.weighted_mean(rows, window));
  return mean;
}

/**
 * Hull moving average: `WMA(2 WMA(x, n/2) - WMA(x, n), sqrt(n))`, both periods rounded down (Hull 2005,
 * alanhull.com/hull-moving-average). It overshoots: after a crash it can be negative. First defined row:
 * `n - 1 + floor(sqrt(n)) - 1`.
 */
export function hullMean(x: Float64Array, period: number): Float64Array {
  const slow = weightedMean(x, period);
  const fast = weightedMean(x, Math.floor(period / 2));
  const raw = sum(fast, 2, scaled(slow, -1));
  return weightedMean(raw, Math.floor(Math.sqrt(period)), period - 1);
}
