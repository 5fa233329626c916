import { column } from './column.ts';

/**
 * Where a value lies between a low and a high, 0 to 1; `neutral` where they are equal. NaN where any of them is.
 */
export function positionBetween(x: Float64Array, low: Float64Array, high: Float64Array, neutral = 0.5): Float64Array {
  const y = column(x.length);
  for (let t = 0; t < y.length; t++) {
    const span = high[t]! - low[t]!;
    y[t] = span === 0 ? neutral : (x[t]! - low[t]!) / span;
  }
  return y;
}
