import { column } from './column.ts';
import { overWindows } from './kernel.ts';

/**
 * Commodity channel index: `(x - mean) / (0.015 mean|x - mean|)` over the last `window` values (Lambert 1980,
 * "Commodity channel index"; TA-Lib `CCI` with x the typical price). Zero where all values are equal, as in TA-Lib.
 * First defined row: `window - 1`.
 */
export function commodityChannel(x: Float64Array, window: number): Float64Array {
  const deviation = column(x.length);
  const deviations = column(x.length);
  overWindows(x, window, 0, { 1: deviation, 3: deviations }, (kernel, rows) => {
    kernel.moments(rows, window);
    kernel.absolute_deviations(rows, window);
  });
  const y = column(x.length);
  for (let t = 0; t < y.length; t++) {
    const sum = deviations[t]!;
    y[t] = sum === 0 ? 0 : deviation[t]! / (0.015 * (sum / window));
  }
  return y;
}
