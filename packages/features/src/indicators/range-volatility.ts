import { root } from './arithmetic.ts';
import { logRatio } from './changes.ts';
import { column } from './column.ts';
import { rollingMean } from './rolling-mean.ts';

const LN2 = Math.LN2;

/**
 * Volatility from high and low: `sqrt(mean(ln(h / l)^2) / (4 ln 2))` (Parkinson 1980, Journal of Business 53). Per
 * candle, in units of log return. First defined row: `window - 1`.
 */
export function parkinson(squaredRange: Float64Array, window: number): Float64Array {
  return root(rollingMean(squaredRange, window), 1 / (4 * LN2));
}

/** `ln(high / low)^2` of each candle. */
export function squaredLogRange(high: Float64Array, low: Float64Array): Float64Array {
  const squares = column(high.length);
  for (let t = 0; t < squares.length; t++) squares[t] = logRatio(high[t]!, low[t]!) ** 2;
  return squares;
}

/**
 * Volatility from all four prices: `sqrt(mean(0.5 ln(h / l)^2 - (2 ln 2 - 1) ln(c / o)^2))` (Garman and Klass 1980,
 * Journal of Business 53, the practical estimator). The range must enclose open and close; then the term is never
 * negative. First defined row: `window - 1`.
 */
export function garmanKlass(
  open: Float64Array,
  close: Float64Array,
  squaredRange: Float64Array,
  window: number,
): Float64Array {
  const terms = column(close.length);
  for (let t = 0; t < terms.length; t++) {
    terms[t] = 0.5 * squaredRange[t]! - (2 * LN2 - 1) * logRatio(close[t]!, open[t]!) ** 2;
  }
  return root(rollingMean(terms, window), 1);
}
