import { columnAfter } from './column.ts';

/**
 * True range: the span of high, low and the close before, `max(h, c1) - min(l, c1)` (Wilder 1978, section III; TA-Lib
 * `TRANGE`). First defined row: 1.
 */
export function trueRange(high: Float64Array, low: Float64Array, close: Float64Array): Float64Array {
  const rows = close.length;
  const range = columnAfter(1, rows);
  for (let t = 1; t < rows; t++) {
    const before = close[t - 1]!;
    const top = high[t]! > before ? high[t]! : before;
    const bottom = low[t]! < before ? low[t]! : before;
    range[t] = top - bottom;
  }
  return range;
}
