import { root } from './arithmetic.ts';
import { columnAfter } from './column.ts';

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
 * First two moments of the last `window` values, O(1) a row by heads and tails of blocks as in `rollingMean`.
 *
 * The textbook formula `sum(x^2) - sum(x)^2 / w` is safe here because values are taken relative to one that lies in the
 * window: then `sum(d)^2 / w` is at most w times the result, so no more than log10(w) digits are lost whatever the level
 * of the prices. Equal values give exactly zero.
 *
 * First defined row: `from + window - 1`.
 *
 * @param from first row where `x` is defined.
 */
export function rollingMoments(x: Float64Array, window: number, from = 0): Moments {
  const rows = x.length;
  const mean = columnAfter(from + window - 1, rows);
  const deviation = columnAfter(from + window - 1, rows);
  const squares = columnAfter(from + window - 1, rows);
  const tails = new Float64Array(window + 1);
  const squareTails = new Float64Array(window + 1);
  for (let start = from; start < rows; start += window) {
    const anchor = x[start]!;
    if (start > from) {
      let tail = 0;
      let squareTail = 0;
      for (let k = window - 1; k > 0; k--) {
        const d = x[start - window + k]! - anchor;
        tail += d;
        squareTail += d * d;
        tails[k] = tail;
        squareTails[k] = squareTail;
      }
    }
    const end = Math.min(start + window, rows);
    const firstWhole = start > from ? start : start + window - 1;
    let head = 0;
    let squareHead = 0;
    for (let t = start; t < end; t++) {
      const d = x[t]! - anchor;
      head += d;
      squareHead += d * d;
      if (t < firstWhole) continue;
      const k = t - start + 1;
      const sum = head + tails[k]!;
      const shift = sum / window;
      const spread = squareHead + squareTails[k]! - sum * shift;
      mean[t] = anchor + shift;
      deviation[t] = d - shift;
      squares[t] = spread > 0 ? spread : 0;
    }
  }
  return { mean, deviation, squares };
}

/** `sqrt(squares / (window - 1))`: the sample standard deviation, which pandas' `rolling(w).std()` gives. */
export function sampleDeviation(moments: Moments, window: number): Float64Array {
  return root(moments.squares, 1 / (window - 1));
}
