import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assertSeries,
  type Candle,
  type CandleSeries,
  candleAt,
  concatSeries,
  firstRowFrom,
  mergeSeries,
  seriesLength,
  seriesOf,
  sliceRows,
  sliceTime,
} from '../src/index.ts';

const DAY = 86_400_000;

function candle(time: number, close: number): Candle {
  return { time, open: close, high: close + 1, low: close - 1, close, volume: 10, quoteVolume: Number.NaN };
}

function rows(series: CandleSeries): Candle[] {
  return Array.from({ length: seriesLength(series) }, (_, row) => candleAt(series, row));
}

/** Sets of distinct days, ascending. */
const days = fc.uniqueArray(fc.integer({ min: 0, max: 40 })).map((list) => list.sort((a, b) => a - b));

describe('a series', () => {
  it('holds the candles it was made of', () => {
    const candles = [candle(0, 5), candle(DAY, 6)];
    expect(rows(seriesOf(candles))).toEqual(candles);
    expect(rows(concatSeries([seriesOf(candles.slice(0, 1)), seriesOf(candles.slice(1))]))).toEqual(candles);
    expect(seriesLength(concatSeries([]))).toBe(0);
  });

  it('is cut by time, both ends included, without copying', () => {
    const series = seriesOf([candle(0, 1), candle(DAY, 2), candle(2 * DAY, 3), candle(3 * DAY, 4)]);
    const middle = sliceTime(series, DAY, 2 * DAY);
    expect([...middle.close]).toEqual([2, 3]);
    expect(middle.close.buffer).toBe(series.close.buffer);
    expect([...sliceRows(series, 3).close]).toEqual([4]);
    expect(seriesLength(sliceTime(series, 10 * DAY))).toBe(0);
  });

  it('is searched by bisection like by a plain scan', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: -1, max: 41 }), (list, from) => {
        const plain = list.findIndex((day) => day >= from);
        expect(firstRowFrom(Float64Array.from(list), from)).toBe(plain === -1 ? list.length : plain);
      }),
    );
  });
});

describe('mergeSeries', () => {
  it('is the union by time in which the newer candle wins', () => {
    fc.assert(
      fc.property(days, days, (older, newer) => {
        const expected = new Map<number, Candle>();
        for (const day of older) expected.set(day, candle(day * DAY, 100));
        for (const day of newer) expected.set(day, candle(day * DAY, 200));
        const merged = mergeSeries(
          seriesOf(older.map((day) => candle(day * DAY, 100))),
          seriesOf(newer.map((day) => candle(day * DAY, 200))),
        );
        expect(rows(merged)).toEqual([...expected.values()].sort((a, b) => a.time - b.time));
        assertSeries(merged, DAY);
      }),
    );
  });
});

describe('assertSeries', () => {
  it('accepts gaps', () => {
    expect(() => assertSeries(seriesOf([candle(0, 1), candle(5 * DAY, 1)]), DAY)).not.toThrow();
  });

  it.each([
    ['a duplicate', [0, 0], 'is not later'],
    ['unordered candles', [DAY, 0], 'is not later'],
    ['a time off the grid', [0, DAY + 1], 'does not lie on the grid'],
    ['a time that is no number', [0, Number.NaN], 'does not lie on the grid'],
  ])('refuses %s, naming the row', (_, times, message) => {
    const series = seriesOf(times.map((time) => candle(time, 1)));
    expect(() => assertSeries(series, DAY, 'BTC-USD')).toThrow(
      expect.objectContaining({
        code: 'bad_candles',
        message: expect.stringMatching(new RegExp(`^BTC-USD: the candle of row 1 .*${message}`)),
      }),
    );
  });

  it('refuses columns of unequal length', () => {
    const series = { ...seriesOf([candle(0, 1)]), volume: new Float64Array(2) };
    expect(() => assertSeries(series, DAY)).toThrow(/column "volume" has another length/);
  });
});
