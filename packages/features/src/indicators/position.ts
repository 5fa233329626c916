import { column } from './column.ts';
import { overRows } from './kernel.ts';

/**
 * Where a value lies between a low and a high, 0 to 1; `neutral` where they are equal. NaN where any of them is.
 */
export function positionBetween(x: Float64Array, low: Float64Array, high: Float64Array, neutral = 0.5): Float64Array {
  const y = column(x.length);
  overRows([x, low, high], y, (kernel, rows) => kernel.position_between(rows, neutral));
  return y;
}
