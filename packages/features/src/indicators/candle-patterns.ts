import type { CandleShape } from './candle-shape.ts';
import { column, columnAfter } from './column.ts';

// Conditions are counted, not branched on: which way they turn is as good as random, and a processor that has guessed the
// wrong branch loses more time than all of them take.

/** Largest body of a doji, as a share of the range. */
export const DOJI_BODY = 0.1;
/** Largest upper shadow of a hammer, as a share of the range. */
export const HAMMER_UPPER_SHADOW = 0.1;

/** 1 where the close is above the open, -1 where it is below, else 0. */
export function direction({ body }: CandleShape): Float64Array {
  const y = column(body.length);
  for (let t = 0; t < y.length; t++) y[t] = Number(body[t]! > 0) - Number(body[t]! < 0);
  return y;
}

/** 1 where open and close are nearly equal: `|body| <= 0.1`; a candle without range is one (Nison 1991, chapter 8). */
export function doji({ body }: CandleShape): Float64Array {
  const y = column(body.length);
  for (let t = 0; t < y.length; t++) y[t] = Number(Math.abs(body[t]!) <= DOJI_BODY);
  return y;
}

/**
 * 1 where a small body sits at the top of a long lower shadow: lower shadow at least twice the body, upper shadow at most
 * a tenth of the range, and no doji (Nison 1991, chapter 4).
 */
export function hammer({ body, upperShadow, lowerShadow }: CandleShape): Float64Array {
  const y = column(body.length);
  for (let t = 0; t < y.length; t++) {
    const size = Math.abs(body[t]!);
    y[t] =
      Number(size > DOJI_BODY) & Number(lowerShadow[t]! >= 2 * size) & Number(upperShadow[t]! <= HAMMER_UPPER_SHADOW);
  }
  return y;
}

/**
 * 1 where a rising body covers the falling body before it, -1 where a falling one covers a rising one, else 0 (Nison
 * 1991, chapter 4). One of the two ends may be equal, because a candle opens where the last one closed in a market that
 * never closes. Convention: the sign of TA-Lib `CDLENGULFING`, to which a candle without a body rises. First defined
 * row: 1.
 */
export function engulfing(open: Float64Array, close: Float64Array): Float64Array {
  const y = columnAfter(1, close.length);
  for (let t = 1; t < close.length; t++) {
    const from = open[t]!;
    const to = close[t]!;
    const fromBefore = open[t - 1]!;
    const toBefore = close[t - 1]!;
    const rises = Number(to >= from);
    const roseBefore = Number(toBefore >= fromBefore);
    const coversFall = Number(from <= toBefore) & Number(to >= fromBefore) & Number(to - from > fromBefore - toBefore);
    const coversRise = Number(from >= toBefore) & Number(to <= fromBefore) & Number(from - to > toBefore - fromBefore);
    y[t] = (rises & (1 - roseBefore) & coversFall) - ((1 - rises) & roseBefore & coversRise);
  }
  return y;
}
