import { columnAfter } from './column.ts';

/**
 * A movement smaller than this share of the price is not told apart from none: it is what rounding alone can make of two
 * equal prices. It makes the ratios of movements below run smoothly into their neutral value when a price stands still;
 * without it they would go on showing the ratio of movements long past, or 0 / 0.
 */
export const STANDSTILL = 1e-15;

/**
 * Relative strength index: `100 G / (G + L)` with Wilder's means of gains and losses of `x` (Wilder 1978, section VI).
 *
 * Convention: TA-Lib `RSI`, except that a price that stands still gives 50, neutral, where TA-Lib gives 0. First defined
 * row: `period`.
 */
export function relativeStrength(x: Float64Array, period: number): Float64Array {
  const rows = x.length;
  const y = columnAfter(period, rows);
  let gain = 0;
  let loss = 0;
  for (let t = 1; t < rows; t++) {
    const move = x[t]! - x[t - 1]!;
    const up = (move + Math.abs(move)) / 2;
    const down = up - move;
    if (t <= period) {
      gain += up / period;
      loss += down / period;
    } else {
      gain += (up - gain) / period;
      loss += (down - loss) / period;
    }
    if (t < period) continue;
    const still = STANDSTILL * x[t]!;
    y[t] = (100 * (gain + still)) / (gain + loss + 2 * still);
  }
  return y;
}
