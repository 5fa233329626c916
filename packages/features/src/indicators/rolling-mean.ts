import { column } from './column.ts';
import { overWindows } from './kernel.ts';

/**
 * Mean of the last `window` values: `mean(x[t-w+1 .. t])`. O(1) a row, without drift, and exact where all values are equal:
 * see `kernel/means.h`.
 *
 * Convention: TA-Lib `SMA` and pandas `rolling(w).mean()` agree. First defined row: `from + window - 1`.
 *
 * @param from first row where `x` is defined.
 */
export function rollingMean(x: Float64Array, window: number, from = 0): Float64Array {
  const mean = column(x.length);
  overWindows(x, window, from, { 0: mean }, (kernel, rows) => kernel.mean(rows, window));
  return mean;
}
