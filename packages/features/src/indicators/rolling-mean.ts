import { columnAfter } from './column.ts';

/**
 * Mean of the last `window` values: `mean(x[t-w+1 .. t])`.
 *
 * Rows are cut into blocks as long as the window, so every window is the tail of one block and the head of the next; the
 * sums of heads and tails are each built up once. That is O(1) a row and, unlike a running sum, never carries an error
 * from one window into the next. Values are taken relative to the block's first value, which lies in the window, so that
 * the mean of equal values is exact.
 *
 * Convention: TA-Lib `SMA` and pandas `rolling(w).mean()` agree. First defined row: `from + window - 1`.
 *
 * @param from first row where `x` is defined.
 */
export function rollingMean(x: Float64Array, window: number, from = 0): Float64Array {
  const rows = x.length;
  const mean = columnAfter(from + window - 1, rows);
  const tails = new Float64Array(window + 1);
  for (let start = from; start < rows; start += window) {
    const anchor = x[start]!;
    if (start > from) {
      let tail = 0;
      for (let k = window - 1; k > 0; k--) {
        tail += x[start - window + k]! - anchor;
        tails[k] = tail;
      }
    }
    const end = Math.min(start + window, rows);
    const firstWhole = start > from ? start : start + window - 1;
    let head = 0;
    for (let t = start; t < end; t++) {
      head += x[t]! - anchor;
      if (t >= firstWhole) mean[t] = anchor + (head + tails[t - start + 1]!) / window;
    }
  }
  return mean;
}
