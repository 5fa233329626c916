/**
 * Where a value lies between a low and a high, 0 to 1; `neutral` where they are equal. NaN where any of them is.
 */
export function positionBetween(x: Float64Array, low: Float64Array, high: Float64Array, neutral = 0.5): Float64Array {
  return x.map((value, t) => {
    const span = high[t]! - low[t]!;
    return span === 0 ? neutral : (value - low[t]!) / span;
  });
}
