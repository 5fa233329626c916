import { column } from './column.ts';

/** Largest value so far: pandas `cummax()`. First defined row: 0. */
export function runningMax(x: Float64Array): Float64Array {
  const y = column(x.length);
  let max = -Infinity;
  for (let t = 0; t < x.length; t++) {
    if (x[t]! > max) max = x[t]!;
    y[t] = max;
  }
  return y;
}
