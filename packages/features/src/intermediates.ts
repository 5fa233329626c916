import type { Frame } from './frame.ts';
import { difference, meanOf } from './indicators/arithmetic.ts';
import { type CandleShape, candleShape, envelope } from './indicators/candle-shape.ts';
import { logReturn } from './indicators/changes.ts';
import { type DirectionalMovement, directionalMovement } from './indicators/directional-movement.ts';
import { exponentialMean, wilderMean } from './indicators/exponential-mean.ts';
import { signedVolume } from './indicators/on-balance-volume.ts';
import { positionBetween } from './indicators/position.ts';
import { squaredLogRange } from './indicators/range-volatility.ts';
import { rollingMax, rollingMin } from './indicators/rolling-extremes.ts';
import { rollingMean } from './indicators/rolling-mean.ts';
import { type Moments, rollingMoments } from './indicators/rolling-moments.ts';
import { type OrderStatistics, rollingOrder } from './indicators/rolling-order.ts';
import { trueRange } from './indicators/true-range.ts';
import { hullMean } from './indicators/weighted-mean.ts';

// What several features are made of, each computed once a frame.

export type Column = 'open' | 'close' | 'volume';

/** Moments of the close. */
export function closeMoments(frame: Frame, window: number): Moments {
  return frame.shared(`moments of close ${window}`, () => rollingMoments(frame.close, window));
}

/** Windows of the close whose moments are needed anyway; their mean is not computed twice. */
const WINDOWS_WITH_MOMENTS = new Set([5, 20]);

export function simpleMean(frame: Frame, column: Column, window: number): Float64Array {
  if (column === 'close' && WINDOWS_WITH_MOMENTS.has(window)) return closeMoments(frame, window).mean;
  return frame.shared(`mean of ${column} ${window}`, () => rollingMean(frame[column], window));
}

export function exponentialMeanOfClose(frame: Frame, period: number): Float64Array {
  return frame.shared(`exponential mean ${period}`, () => exponentialMean(frame.close, period));
}

export function hullMeanOfClose(frame: Frame, period: number): Float64Array {
  return frame.shared(`hull mean ${period}`, () => hullMean(frame.close, period));
}

export function logReturns(frame: Frame): Float64Array {
  return frame.shared('log returns', () => logReturn(frame.close, 1));
}

export function orderStatistics(frame: Frame, column: 'close' | 'volume', window: number): OrderStatistics {
  return frame.shared(`order of ${column} ${window}`, () => rollingOrder(frame[column], window));
}

/** High and low of each candle, widened to hold open and close. */
export function outline(frame: Frame): { high: Float64Array; low: Float64Array } {
  return frame.shared('envelope', () => envelope(frame.open, frame.high, frame.low, frame.close));
}

/** `ln(high / low)^2` of the outline. */
export function squaredRange(frame: Frame): Float64Array {
  return frame.shared('squared log range', () => squaredLogRange(outline(frame).high, outline(frame).low));
}

export function shape(frame: Frame): CandleShape {
  return frame.shared('candle shape', () => {
    const { high, low } = outline(frame);
    return candleShape(frame.open, high, low, frame.close);
  });
}

export function ranges(frame: Frame): Float64Array {
  return frame.shared('true range', () => trueRange(frame.high, frame.low, frame.close));
}

export function averageTrueRange(frame: Frame, period: number): Float64Array {
  return frame.shared(`average true range ${period}`, () => wilderMean(ranges(frame), period, 1));
}

export function directional(frame: Frame, period: number): DirectionalMovement {
  return frame.shared(`directional movement ${period}`, () =>
    directionalMovement(frame.high, frame.low, ranges(frame), frame.close, period),
  );
}

/** Moving average convergence/divergence: line and signal. */
export interface ConvergenceDivergence {
  readonly line: Float64Array;
  readonly signal: Float64Array;
}

/** As in TA-Lib's `MACD` the fast average is seeded so late that both averages have their first value in the same row. */
export function convergenceDivergence(frame: Frame, fast: number, slow: number, signal: number): ConvergenceDivergence {
  return frame.shared(`convergence/divergence ${fast} ${slow} ${signal}`, () => {
    const slowMean = exponentialMeanOfClose(frame, slow);
    const line = difference(exponentialMean(frame.close, fast, slow - fast), slowMean);
    return { line, signal: exponentialMean(line, signal, slow - 1) };
  });
}

/** Position of the close between the lowest low and the highest high of the window, 0 to 1. */
export function stochastic(frame: Frame, window: number): Float64Array {
  return frame.shared(`stochastic ${window}`, () =>
    positionBetween(frame.close, rollingMin(frame.low, window), rollingMax(frame.high, window)),
  );
}

export function flow(frame: Frame): Float64Array {
  return frame.shared('signed volume', () => signedVolume(frame.close, frame.volume));
}

/** `(open + high + low + close) / 4`. */
export function averagePrice(frame: Frame): Float64Array {
  return frame.shared('average price', () => meanOf(frame.open, frame.high, frame.low, frame.close));
}
