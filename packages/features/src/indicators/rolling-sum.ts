import { column } from './column.ts';
import { overWindows } from './kernel.ts';

/**
 * Sum of the last `window` values, O(1) a row and without drift: see `kernel/means.h`. For values about zero; those of a
 * high level lose fewer digits as `window * rollingMean`.
 *
 * First defined row: `from + window - 1`.
 *
 * @param from first row where `x` is defined.
 */
export function rollingSum(x: Float64Array, window: number, from = 0): Float64Array {
  const sum = column(x.length);
  overWindows(x, window, from, { 0: sum }, (kernel, rows) => kernel.sum(rows, window));
  return sum;
}
