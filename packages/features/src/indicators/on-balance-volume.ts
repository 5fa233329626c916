import { column, columnAfter } from './column.ts';

/** Volume with the sign of the price's move; 0 where the price did not move, and in the first row. */
export function signedVolume(close: Float64Array, volume: Float64Array): Float64Array {
  const y = column(close.length).fill(0, 0, 1);
  for (let t = 1; t < close.length; t++) {
    const move = close[t]! - close[t - 1]!;
    y[t] = move > 0 ? volume[t]! : move < 0 ? -volume[t]! : 0;
  }
  return y;
}

/**
 * On-balance volume (Granville 1963): the running sum of the signed volume. Convention: TA-Lib `OBV`, which starts with
 * the first candle's volume. First defined row: 0.
 */
export function onBalanceVolume(signed: Float64Array, volume: Float64Array): Float64Array {
  const y = column(signed.length);
  let sum = volume[0] ?? 0;
  for (let t = 0; t < signed.length; t++) {
    sum += signed[t]!;
    y[t] = sum;
  }
  return y;
}

/**
 * Z-score of the on-balance volume within its last `window` values, sample deviation; 0 where it did not move.
 *
 * The score does not depend on the level of the sum, so it is formed from the `window - 1` signed volumes inside the
 * window alone: it forgets what is older, and a sum of years of volume costs it no digits. First defined row:
 * `window - 1`.
 */
export function balanceScore(signed: Float64Array, window: number): Float64Array {
  const rows = signed.length;
  const score = columnAfter(window - 1, rows);
  // As in `rollingMoments`, with levels relative to the one at the block's start, summed up from there to both sides.
  const tails = new Float64Array(window + 1);
  const squareTails = new Float64Array(window + 1);
  for (let start = 0; start < rows; start += window) {
    if (start > 0) {
      let level = 0;
      let tail = 0;
      let squareTail = 0;
      for (let k = window - 1; k > 0; k--) {
        level -= signed[start - window + k + 1]!;
        tail += level;
        squareTail += level * level;
        tails[k] = tail;
        squareTails[k] = squareTail;
      }
    }
    const end = Math.min(start + window, rows);
    const firstWhole = start > 0 ? start : window - 1;
    let level = 0;
    let head = 0;
    let squareHead = 0;
    for (let t = start; t < end; t++) {
      if (t > start) level += signed[t]!;
      head += level;
      squareHead += level * level;
      if (t < firstWhole) continue;
      const k = t - start + 1;
      const total = head + tails[k]!;
      const squares = squareHead + squareTails[k]! - (total * total) / window;
      score[t] = squares > 0 ? (level - total / window) / Math.sqrt(squares / (window - 1)) : 0;
    }
  }
  return score;
}
