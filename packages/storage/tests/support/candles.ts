import { type Candle, type CandleSeries, seriesOf } from '@pavio/core';
import fc from 'fast-check';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const cell = fc.oneof(
  finite,
  fc.double({ min: 1e-8, max: 1e5, noNaN: true }).map((value) => Math.round(value * 1e4) / 1e4),
);

/** Any series that a CSV file can hold, in any order of time. */
export function anySeries(): fc.Arbitrary<CandleSeries> {
  const candle = fc.record({
    time: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
    open: cell,
    high: cell,
    low: cell,
    close: cell,
    volume: cell,
    quoteVolume: fc.oneof(cell, fc.constant(Number.NaN)),
  });
  return fc.array(candle, { maxLength: 20 }).map((candles) => seriesOf(candles));
}

/** A plausible candle whose prices tell its time and `mark` apart from others. */
export function candle(time: number, mark = 0): Candle {
  const close = 100 + (time % 1e9) / 1e7 + mark;
  return { time, open: close - 0.5, high: close + 1, low: close - 1, close, volume: 10 + mark, quoteVolume: 1000.5 };
}

/** Candles at the given times, ascending. */
export function candles(times: readonly number[], mark = 0): CandleSeries {
  return seriesOf([...times].sort((a, b) => a - b).map((time) => candle(time, mark)));
}
