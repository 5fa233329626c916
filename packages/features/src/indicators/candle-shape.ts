import { column } from './column.ts';

/** The parts of a candle as shares of its range, and the patterns they form; one value a row, defined from row 0 (engulfing: 1). */
export interface CandleShape {
  /** `(close - low) / (high - low)`; 0.5 where the range is 0. */
  readonly position: Float64Array;
  /** `(high - max(open, close)) / (high - low)`; 0 where the range is 0. */
  readonly upperShadow: Float64Array;
  /** `(min(open, close) - low) / (high - low)`; 0 where the range is 0. */
  readonly lowerShadow: Float64Array;
  /** `(close - open) / (high - low)`, signed; 0 where the range is 0. */
  readonly body: Float64Array;
}

/**
 * The shape of each candle inside its envelope. Some sources take the close before for the open, which then may lie
 * outside of [low, high]: so `high` and `low` must be those of `envelope`.
 */
export function candleShape(
  open: Float64Array,
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
): CandleShape {
  const rows = close.length;
  const position = column(rows);
  const upperShadow = column(rows);
  const lowerShadow = column(rows);
  const body = column(rows);
  for (let t = 0; t < rows; t++) {
    const range = high[t]! - low[t]!;
    if (range === 0) {
      position[t] = 0.5;
      upperShadow[t] = 0;
      lowerShadow[t] = 0;
      body[t] = 0;
      continue;
    }
    // The larger and the smaller of the two, exact, without a branch.
    const rises = Number(close[t]! > open[t]!);
    const top = rises * close[t]! + (1 - rises) * open[t]!;
    const bottom = rises * open[t]! + (1 - rises) * close[t]!;
    position[t] = (close[t]! - low[t]!) / range;
    upperShadow[t] = (high[t]! - top) / range;
    lowerShadow[t] = (bottom - low[t]!) / range;
    body[t] = (close[t]! - open[t]!) / range;
  }
  return { position, upperShadow, lowerShadow, body };
}

/** Highest and lowest of all four prices of each candle. */
export function envelope(
  open: Float64Array,
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
): { high: Float64Array; low: Float64Array } {
  const top = column(high.length);
  const bottom = column(low.length);
  for (let t = 0; t < top.length; t++) {
    top[t] = Math.max(high[t]!, open[t]!, close[t]!);
    bottom[t] = Math.min(low[t]!, open[t]!, close[t]!);
  }
  return { high: top, low: bottom };
}
