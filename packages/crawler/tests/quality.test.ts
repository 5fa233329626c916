import { type Candle, seriesOf } from '@pavio/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCandles, noCounts, type QualityOptions } from '../src/quality.ts';
import { rowsOf } from './support/lake.ts';

const DAY = 86_400_000;
const FIRST = Date.parse('2026-01-01');
const NOW = FIRST + 1000 * DAY;

function candle(day: number, more: Partial<Candle> = {}): Candle {
  return { time: FIRST + day * DAY, open: 10, high: 12, low: 9, close: 11, volume: 5, quoteVolume: 50, ...more };
}

function check(candles: readonly Candle[], options: Partial<QualityOptions> = {}) {
  const result = checkCandles(seriesOf(candles), { name: 'test BTC-USD', interval: '1d', now: NOW, ...options });
  return { ...result, rows: rowsOf(result.series) };
}

const rows = (...candles: Candle[]) => rowsOf(seriesOf(candles));

describe('the quality rules', () => {
  it('leave good candles alone', () => {
    const good = [candle(0), candle(1), candle(3)];
    expect(check(good)).toMatchObject({ rows: rows(...good), counts: noCounts(), examples: [] });
    expect(check([])).toMatchObject({ rows: [], counts: noCounts() });
  });

  it.each<{ legal: string; more: Partial<Candle> }>([
    { legal: 'a volume of 0', more: { volume: 0, quoteVolume: 0 } },
    { legal: 'a quote volume that is not known', more: { quoteVolume: Number.NaN } },
    { legal: 'an open above the high', more: { open: 13 } },
    { legal: 'an open below the low', more: { open: 8 } },
    { legal: 'a close above the high by rounding', more: { close: 12 * (1 + 1e-15) } },
    { legal: 'a high below the low by rounding', more: { open: 9, high: 9, low: 9 * (1 + 1e-15), close: 9 } },
    { legal: 'a price that never moved', more: { open: 10, high: 10, low: 10, close: 10 } },
    { legal: 'a flash print', more: { low: 1e-8 } },
  ])('let pass $legal', ({ more }) => {
    expect(check([candle(0, more)])).toMatchObject({ rows: rows(candle(0, more)), counts: noCounts() });
  });

  it('drop candles that are open by the clock, to the millisecond', () => {
    const candles = [candle(0), candle(1)];
    expect(check(candles, { now: FIRST + 2 * DAY }).counts.open).toBe(0);
    expect(check(candles, { now: FIRST + 2 * DAY - 1 })).toMatchObject({ rows: rows(candle(0)), counts: { open: 1 } });
  });

  it('drop what lies outside of the window', () => {
    const candles = [candle(0), candle(1), candle(2), candle(3)];
    const window = { from: FIRST + DAY, to: FIRST + 2 * DAY };
    expect(check(candles, window)).toMatchObject({ rows: rows(candle(1), candle(2)), counts: { outside: 2 } });
  });

  it.each(['open', 'high', 'low', 'close'] as const)('drop a price of 0 (%s)', (price) => {
    expect(check([candle(0, { [price]: 0 }), candle(1)])).toMatchObject({ rows: rows(candle(1)), counts: { zero: 1 } });
  });

  it('drop padding of zeros', () => {
    const padding = { open: 0, high: 0, low: 0, close: 0, volume: 0, quoteVolume: 0 };
    const { counts, rows: kept } = check([candle(0, padding), candle(1, padding), candle(2)]);
    expect(counts).toEqual({ ...noCounts(), zero: 2 });
    expect(kept).toEqual(rows(candle(2)));
  });

  it('keep the last of duplicates', () => {
    const candles = [candle(0, { close: 10 }), candle(0, { close: 11 }), candle(1), candle(0, { close: 12 })];
    expect(check(candles)).toMatchObject({
      rows: rows(candle(0, { close: 12 }), candle(1)),
      counts: { duplicate: 2, unordered: 1 },
    });
  });

  it.each<{ what: string; more: Partial<Candle>; problem: string }>([
    { what: 'high below low', more: { high: 8.9 }, problem: 'high 8.9 is below low 9' },
    { what: 'close above high', more: { close: 12.001 }, problem: 'close 12.001 is outside of 9 to 12' },
    { what: 'close below low', more: { close: 8.999 }, problem: 'close 8.999 is outside of 9 to 12' },
    { what: 'a negative volume', more: { volume: -1 }, problem: 'volume is -1' },
    { what: 'a negative price', more: { low: -9 }, problem: 'low is -9' },
    { what: 'a negative quote volume', more: { quoteVolume: -0.5 }, problem: 'quoteVolume is -0.5' },
  ])('drop $what, with an example', ({ more, problem }) => {
    const found = check([candle(0), candle(1, more), candle(2)]);
    expect(found.rows).toEqual(rows(candle(0), candle(2)));
    expect(found.counts).toEqual({ ...noCounts(), impossible: 1 });
    expect(found.examples).toEqual([{ time: FIRST + DAY, problem }]);
  });

  it('show the first five examples of many', () => {
    const { counts, examples } = check(Array.from({ length: 20 }, (_, day) => candle(day, { volume: -1 - day })));
    expect(counts.impossible).toBe(20);
    expect(examples.map(({ problem }) => problem)).toEqual([1, 2, 3, 4, 5].map((volume) => `volume is -${volume}`));
  });

  it.each([
    { what: 'seconds', time: FIRST / 1000 },
    { what: 'microseconds', time: FIRST * 1000 },
    { what: 'nanoseconds', time: FIRST * 1e6 },
    { what: 'nothing', time: Number.NaN },
    { what: 'infinite', time: Infinity },
    { what: 'negative', time: -FIRST },
    { what: 'off the grid', time: FIRST + 3_600_000 },
  ])('refuse all of it where a time is $what', ({ time }) => {
    expect(() => check([candle(0), candle(1, { time })])).toThrow(
      expect.objectContaining({ code: 'bad_candles', details: expect.objectContaining({ row: 1, time }) }),
    );
  });

  it.each(['open', 'high', 'low', 'close', 'volume', 'quoteVolume'] as const)(
    'refuse all of it where %s is no number',
    (column) => {
      for (const value of column === 'quoteVolume' ? [Infinity, -Infinity] : [Number.NaN, Infinity, -Infinity]) {
        expect(() => check([candle(0, { [column]: value })])).toThrow(column);
      }
    },
  );

  it('name the line of a file', () => {
    expect(() => check([candle(0), candle(1, { close: Number.NaN })], { lineOf: (row) => row + 2 })).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('test BTC-USD: line 3'),
        details: expect.objectContaining({ line: 3 }),
      }),
    );
  });

  it('sort and count any disorder: every row is either stored or counted', () => {
    const price = fc.constantFrom(0, 8, 10, 14);
    const any = fc
      .record({ day: fc.integer({ min: -3, max: 12 }), close: price, high: price, volume: fc.constantFrom(-1, 0, 1) })
      .map(({ day, ...more }) => candle(day, more));
    fc.assert(
      fc.property(fc.array(any), (candles) => {
        const window = { from: FIRST, to: FIRST + 10 * DAY, now: FIRST + 9 * DAY };
        const { series, counts } = check(candles, window);
        const { unordered: _sorted, ...dropped } = counts;
        const count = Object.values(dropped).reduce((sum, each) => sum + each, 0);
        expect(series.time.length + count).toBe(candles.length);
        expect([...series.time]).toEqual([...new Set(series.time)].sort((a, b) => a - b));
        for (const [row, time] of series.time.entries()) {
          const last = candles.findLast(
            (given) =>
              given.time === time &&
              given.volume >= 0 &&
              given.close > 0 &&
              given.high > 0 &&
              given.high >= given.close &&
              given.close >= given.low,
          );
          expect(rowsOf(series)[row]).toEqual(rows(last as Candle)[0]);
        }
      }),
    );
  });
});
