import { columnAfter } from './column.ts';

/**
 * Exponential moving average with `alpha = 2 / (period + 1)`: `y[t] = y[t-1] + alpha (x[t] - y[t-1])`, seeded by the mean
 * of the first `period` values.
 *
 * Convention: TA-Lib `EMA`. pandas' `ewm(span).mean()` starts from one value instead, so it differs until the seed is
 * forgotten; the seeded form was taken because it has no wild first rows. First defined row: `from + period - 1`.
 *
 * @param from first row that enters.
 */
export function exponentialMean(x: Float64Array, period: number, from = 0): Float64Array {
  return smooth(x, period, 2 / (period + 1), from);
}

/**
 * Wilder's smoothing: the exponential average with `alpha = 1 / period` (Wilder 1978, "New concepts in technical trading
 * systems"), seeded by the mean of the first `period` values as TA-Lib does. First defined row: `from + period - 1`.
 *
 * @param from first row that enters.
 */
export function wilderMean(x: Float64Array, period: number, from = 0): Float64Array {
  return smooth(x, period, 1 / period, from);
}

function smooth(x: Float64Array, period: number, alpha: number, from: number): Float64Array {
  const rows = x.length;
  const first = from + period - 1;
  const y = columnAfter(first, rows);
  if (first >= rows) return y;
  const anchor = x[from]!;
  let sum = 0;
  for (let t = from; t <= first; t++) sum += x[t]! - anchor;
  let value = anchor + sum / period;
  y[first] = value;
  for (let t = first + 1; t < rows; t++) {
    value += alpha * (x[t]! - value);
    y[t] = value;
  }
  return y;
}
