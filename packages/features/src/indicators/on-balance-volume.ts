import { column } from './column.ts';
import { overWindows } from './kernel.ts';

/** Volume with the sign of the price's move; 0 where the price did not move, and in the first row. */
export function signedVolume(close: Float64Array, volume: Float64Array): Float64Array {
  const y = column(close.length).fill(0, 0, 1);
  for (let t = 1; t < close.length; t++) {
    y[t] = (Number(close[t]! > close[t - 1]!) - Number(close[t]! < close[t - 1]!)) * volume[t]!;
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
  const score = column(signed.length);
  overWindows(signed, window, 0, { 0: score }, (kernel, rows) => kernel.balance_score(rows, window));
  return score;
}
