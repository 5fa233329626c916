import { columnAfter } from './column.ts';
import { rollingMoments } from './rolling-moments.ts';

/**
 * Commodity channel index: `(x - mean) / (0.015 mean|x - mean|)` over the last `window` values (Lambert 1980,
 * "Commodity channel index"; TA-Lib `CCI` with x the typical price). Zero where all values are equal, as in TA-Lib.
 *
 * The mean moves with every row, so its absolute deviations are summed anew: `window` steps a row. First defined row:
 * `window - 1`.
 */
export function commodityChannel(x: Float64Array, window: number): Float64Array {
  const rows = x.length;
  const { deviation } = rollingMoments(x, window);
  const y = columnAfter(window - 1, rows);
  for (let t = window - 1; t < rows; t++) {
    const newest = x[t]!;
    const aboveMean = deviation[t]!;
    let deviations = 0;
    for (let i = t - window + 1; i <= t; i++) deviations += Math.abs(x[i]! - newest + aboveMean);
    y[t] = deviations === 0 ? 0 : aboveMean / (0.015 * (deviations / window));
  }
  return y;
}
