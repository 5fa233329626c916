import type { CandleShape } from './candleShape.ts';
import { columnAfter } from './column.ts';

/** Largest body of a doji, as a share of the range. */
export const DOJI_BODY = 0.1;
/** Largest upper shadow of a hammer, as a share of the range. */
export const HAMMER_UPPER_SHADOW = 0.1;

/** 1 where open and close are nearly equal: `|body| <= 0.1`; a candle without range is one (Nison 1991, chapter 8). */
export function doji(shape: CandleShape): Float64Array {
  return shape.body.map((body) => (Math.abs(body) <= DOJI_BODY ? 1 : 0));
}

/**
 * 1 where a small body sits at the top of a long lower shadow: lower shadow at least twice the body, upper shadow at most
 * a tenth of the range, and no doji (Nison 1991, chapter 4).
 */
export function hammer(shape: CandleShape): Float64Array {
  const { body, upperShadow, lowerShadow } = shape;
  return body.map((value, t) => {
    const size = Math.abs(value);
    const isHammer = size > DOJI_BODY && lowerShadow[t]! >= 2 * size && upperShadow[t]! <= HAMMER_UPPER_SHADOW;
    return isHammer ? 1 : 0;
  });
}

/**
 * 1 where a rising body covers the falling body before it, -1 where a falling one covers a rising one, else 0 (Nison
 * 1991, chapter 4). Equal ends count as covered, because a candle opens where the last one closed in a market that never
 * closes. First defined row: 1.
 */
export function engulfing(open: Float64Array, close: Float64Array): Float64Array {
  const y = columnAfter(1, close.length);
  for (let t = 1; t < close.length; t++) {
    const o = open[t]!;
    const c = close[t]!;
    const before = close[t - 1]! - open[t - 1]!;
    const isBullish = before < 0 && c > o && o <= close[t - 1]! && c >= open[t - 1]!;
    const isBearish = before > 0 && c < o && o >= close[t - 1]! && c <= open[t - 1]!;
    y[t] = isBullish ? 1 : isBearish ? -1 : 0;
  }
  return y;
}
