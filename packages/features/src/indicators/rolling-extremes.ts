import { column } from './column.ts';
import { overWindows } from './kernel.ts';

/** Largest of the last `window` values, exact: see `kernel/extremes.h`. TA-Lib `MAX`. First defined row: `window - 1`. */
export function rollingMax(x: Float64Array, window: number): Float64Array {
  const max = column(x.length);
  overWindows(x, window, 0, { 0: max }, (kernel, rows) => kernel.largest(rows, window));
  return max;
}

/** Smallest of the last `window` values; as `rollingMax`. TA-Lib `MIN`. */
export function rollingMin(x: Float64Array, window: number): Float64Array {
  const min = column(x.length);
  overWindows(x, window, 0, { 0: min }, (kernel, rows) => kernel.smallest(rows, window));
  return min;
}
