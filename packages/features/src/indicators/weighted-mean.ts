import { scaled, sum } from './arithmetic.ts';
import { columnAfter } from './column.ts';

/**
 * Linearly weighted mean of the last `window` values, the newest weighing `window`, the oldest 1:
 * `sum((k + 1) x[t-w+1+k]) / (w (w + 1) / 2)`. O(1) a row by heads and tails of blocks as in `rollingMean`.
 *
 * Convention: TA-Lib `WMA`. First defined row: `from + window - 1`.
 *
 * @param from first row where `x` is defined.
 */
export function weightedMean(x: Float64Array, window: number, from = 0): Float64Array {
  const rows = x.length;
  const mean = columnAfter(from + window - 1, rows);
  const tails = new Float64Array(window + 1);
  const rampTails = new Float64Array(window + 1);
  const weights = (window * (window + 1)) / 2;
  for (let start = from; start < rows; start += window) {
    const anchor = x[start]!;
    if (start > from) {
      let tail = 0;
      let ramp = 0;
      for (let k = window - 1; k > 0; k--) {
        const d = x[start - window + k]! - anchor;
        tail += d;
        ramp += (k - window) * d;
        tails[k] = tail;
        rampTails[k] = ramp;
      }
    }
    const end = Math.min(start + window, rows);
    const firstWhole = start > from ? start : start + window - 1;
    let head = 0;
    let rampHead = 0;
    for (let t = start; t < end; t++) {
      const offset = t - start;
      const d = x[t]! - anchor;
      head += d;
      rampHead += offset * d;
      if (t < firstWhole) continue;
      // A value `offset` rows after the block's start weighs `window - (t - row)`: a constant part and a ramp.
      const total = (window - offset) * (head + tails[offset + 1]!) + rampHead + rampTails[offset + 1]!;
      mean[t] = anchor + total / weights;
    }
  }
  return mean;
}

/**
 * Hull moving average: `WMA(2 WMA(x, n/2) - WMA(x, n), sqrt(n))`, both periods rounded down (Hull 2005,
 * alanhull.com/hull-moving-average). It overshoots: after a crash it can be negative. First defined row:
 * `n - 1 + floor(sqrt(n)) - 1`.
 */
export function hullMean(x: Float64Array, period: number): Float64Array {
  const slow = weightedMean(x, period);
  const fast = weightedMean(x, Math.floor(period / 2));
  const raw = sum(fast, 2, scaled(slow, -1));
  return weightedMean(raw, Math.floor(Math.sqrt(period)), period - 1);
}
