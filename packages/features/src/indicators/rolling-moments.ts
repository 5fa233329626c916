import { root } from './arithmetic.ts';
import { column } from './column.ts';
import { overWindows } from './kernel.ts';

/** Mean and spread of a window, one value a row. */
export interface Moments {
  /** `mean(x[t-w+1 .. t])`. */
  readonly mean: Float64Array;
  /** `x[t] - mean`, formed without the cancellation of that subtraction. */
  readonly deviation: Float64Array;
  /** `sum((x - mean)^2)` over the window: divided by w it is the population variance, by w - 1 the sample variance. */
  readonly squares: Float64Array;
}

/**
 * First two moments of the last `window` values. O(1) a row, to the last digits whatever the level of the prices: see
 * `kernel/means.h`. Equal values give exactly zero.
 *
 * First defined row: `window - 1`.
 */
export function rollingMoments(x: Float64Array, window: number): Moments {
  const [mean, deviation, squares] = [column(x.length), column(x.length), column(x.length)];
  overWindows(x, window, 0, { 0: mean, 1: deviation, 2: squares }, (kernel, rows) => kernel.moments(rows, window));
  return { mean, deviation, squares };
}

/** `sqrt(squares / (window - 1))`: the sample standard deviation, which pandas' `rolling(w).std()` gives. */
export function sampleDeviation({ squares }: Pick<Moments, 'squares'>, window: number): Float64Array {
  return root(squares, 1 / (window - 1));
}

/**
 * The sample standard deviation of the last `window` values. First defined row: `from + window - 1`.
 *
 * @param from first row where `x` is defined.
 */
export function rollingDeviation(x: Float64Array, window: number, from = 0): Float64Array {
  const squares = column(x.length);
  overWindows(x, window, from, { 2: squares }, (kernel, rows) => kernel.moments(rows, window));
  return sampleDeviation({ squares }, window);
}
