import { columnAfter } from './column.ts';

/**
 * Sum of the last `window` values, O(1) a row by heads and tails of blocks as in `rollingMean`: no error is carried from one
 * window into the next. For values about zero; those of a high level lose fewer digits as `window * rollingMean`.
 *
 * First defined row: `from + window - 1`.
 *
 * @param from first row where `x` is defined.
 */
export function rollingSum(x: Float64Array, window: number, from = 0): Float64Array {
  const rows = x.length;
  const sum = columnAfter(from + window - 1, rows);
  const tails = new Float64Array(window + 1);
  for (let start = from; start < rows; start += window) {
    if (start > from) {
      let tail = 0;
      for (let k = window - 1; k > 0; k--) {
        tail += x[start - window + k]!;
        tails[k] = tail;
      }
    }
    const end = Math.min(start + window, rows);
    const firstWhole = start > from ? start : start + window - 1;
    let head = 0;
    for (let t = start; t < end; t++) {
      head += x[t]!;
      if (t >= firstWhole) sum[t] = head + tails[t - start + 1]!;
    }
  }
  return sum;
}
