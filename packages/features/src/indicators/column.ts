/** A column of `length` rows whose first `lookback` rows are NaN: not defined yet. */
export function columnAfter(lookback: number, length: number): Float64Array {
  return new Float64Array(length).fill(Number.NaN, 0, Math.min(Math.max(lookback, 0), length));
}
