import { columnAfter } from './column.ts';

/**
 * Largest of the last `window` values, exact. Three comparisons a row whatever the window: running maxima of blocks as
 * long as the window, forwards and backwards (van Herk 1992, "A fast algorithm for local minimum and maximum filters on
 * rectangular and octagonal kernels"; Gil and Werman 1993). TA-Lib `MAX`. First defined row: `window - 1`.
 */
export function rollingMax(x: Float64Array, window: number): Float64Array {
  const rows = x.length;
  const max = columnAfter(window - 1, rows);
  const tails = new Float64Array(window + 1);
  tails[window] = -Infinity;
  for (let start = 0; start < rows; start += window) {
    if (start > 0) {
      let tail = -Infinity;
      for (let k = window - 1; k > 0; k--) {
        tail = Math.max(tail, x[start - window + k]!);
        tails[k] = tail;
      }
    }
    const end = Math.min(start + window, rows);
    const firstWhole = start > 0 ? start : window - 1;
    let head = -Infinity;
    for (let t = start; t < end; t++) {
      head = Math.max(head, x[t]!);
      if (t >= firstWhole) max[t] = Math.max(head, tails[t - start + 1]!);
    }
  }
  return max;
}

/** Smallest of the last `window` values; as `rollingMax`. TA-Lib `MIN`. */
export function rollingMin(x: Float64Array, window: number): Float64Array {
  const rows = x.length;
  const min = columnAfter(window - 1, rows);
  const tails = new Float64Array(window + 1);
  tails[window] = Infinity;
  for (let start = 0; start < rows; start += window) {
    if (start > 0) {
      let tail = Infinity;
      for (let k = window - 1; k > 0; k--) {
        tail = Math.min(tail, x[start - window + k]!);
        tails[k] = tail;
      }
    }
    const end = Math.min(start + window, rows);
    const firstWhole = start > 0 ? start : window - 1;
    let head = Infinity;
    for (let t = start; t < end; t++) {
      head = Math.min(head, x[t]!);
      if (t >= firstWhole) min[t] = Math.min(head, tails[t - start + 1]!);
    }
  }
  return min;
}
