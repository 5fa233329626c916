import { columnAfter } from './column.ts';
import { STANDSTILL } from './relative-strength.ts';

/** Wilder's directional movement system, in percent. */
export interface DirectionalMovement {
  /** `100 * sum(+DM) / sum(TR)`. First defined row: `period`. */
  readonly plus: Float64Array;
  /** `100 * sum(-DM) / sum(TR)`. First defined row: `period`. */
  readonly minus: Float64Array;
  /** Wilder's mean of `100 |+DI - -DI| / (+DI + -DI)`. First defined row: `2 * period - 1`. */
  readonly adx: Float64Array;
}

/**
 * Directional indicators and their average (Wilder 1978, section IV).
 *
 * Convention: TA-Lib `PLUS_DI`, `MINUS_DI`, `ADX`: the sums start with the first `period - 1` movements and go on as
 * `s - s / period + x`; the ADX starts with the mean of the first `period` values. Where a price stands still the
 * indicators run to 0 (TA-Lib would hold the last ADX).
 */
export function directionalMovement(
  high: Float64Array,
  low: Float64Array,
  range: Float64Array,
  close: Float64Array,
  period: number,
): DirectionalMovement {
  const rows = close.length;
  const plus = columnAfter(period, rows);
  const minus = columnAfter(period, rows);
  const adx = columnAfter(2 * period - 1, rows);
  const keep = 1 - 1 / period;
  let up = 0;
  let down = 0;
  let span = 0;
  let average = 0;
  for (let t = 1; t < rows; t++) {
    const rise = high[t]! - high[t - 1]!;
    const fall = low[t - 1]! - low[t]!;
    const decay = t < period ? 1 : keep;
    // Without a branch, as in candle-patterns.ts: a movement that does not count is multiplied by 0.
    up = up * decay + (Number(rise > fall) & Number(rise > 0)) * rise;
    down = down * decay + (Number(fall > rise) & Number(fall > 0)) * fall;
    span = span * decay + range[t]!;
    if (t < period) continue;

    const still = STANDSTILL * close[t]!;
    plus[t] = (100 * up) / (span + still);
    minus[t] = (100 * down) / (span + still);
    const index = (100 * Math.abs(up - down)) / (up + down + still);
    average += (index - average * (t < 2 * period ? 0 : 1)) / period;
    if (t >= 2 * period - 1) adx[t] = average;
  }
  return { plus, minus, adx };
}
