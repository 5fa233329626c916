import { columnAfter } from './column.ts';
import { rollingMoments } from './rolling-moments.ts';

/** Volume with the sign of the price's move; 0 where the price did not move, and in the first row. */
export function signedVolume(close: Float64Array, volume: Float64Array): Float64Array {
  const y = new Float64Array(close.length);
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
  const y = new Float64Array(signed.length);
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
  // Sums relative to the first row of a stretch twice as long as the window serve the windows that end in its second half.
  for (let start = 0; start + window <= rows; start += window) {
    const end = Math.min(start + 2 * window - 1, rows);
    const level = new Float64Array(end - start);
    for (let i = 1; i < level.length; i++) level[i] = level[i - 1]! + signed[start + i]!;
    const { deviation, squares } = rollingMoments(level, window);
    for (let i = window - 1; i < level.length; i++) score[start + i] = zScore(deviation[i]!, squares[i]!, window);
  }
  return score;
}

/** `deviation / sqrt(squares / (window - 1))`, 0 where nothing deviates. */
function zScore(deviation: number, squares: number, window: number): number {
  return squares === 0 ? 0 : deviation / Math.sqrt(squares / (window - 1));
}
