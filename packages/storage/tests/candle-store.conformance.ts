import {
  CANDLE_COLUMNS,
  type CandleSeries,
  type CandleStore,
  mergeSeries,
  type SeriesKey,
  seriesLength,
  seriesOf,
  sliceTime,
} from '@pavio/core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { candle, candles } from './support/candles.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;
const START = Date.UTC(2023, 10, 20);

const rows = (series: CandleSeries) => CANDLE_COLUMNS.map((column) => [...series[column]]);
const days = (from: number, count: number) => Array.from({ length: count }, (_, i) => START + (from + i) * DAY);

/**
 * What every `CandleStore` does. `open` gives a new handle to one and the same empty store each time it is called.
 */
export function testCandleStore(open: () => Promise<CandleStore>): void {
  let store: CandleStore;
  let other: CandleStore;
  let count = 0;
  /** A series that no other test touches. */
  const newKey = (part: Partial<SeriesKey> = {}): SeriesKey => ({
    source: 'test',
    symbol: `T${count++}`,
    quote: 'USD',
    interval: '1d',
    ...part,
  });

  beforeAll(async () => {
    store = await open();
    other = await open();
  });

  it('has nothing of a series that was never stored', async () => {
    const key = newKey();
    expect(seriesLength(await store.read(key))).toBe(0);
    expect(await store.span(key)).toBeUndefined();
    expect(await store.tag(key)).toBeUndefined();
    expect(await store.upsert(key, candles([]))).toEqual({ inserted: 0, changed: 0 });
    expect(await store.list({ symbol: key.symbol })).toEqual([]);
  });

  it.each([
    ['1d', DAY, 800],
    ['4h', 4 * HOUR, 400],
    ['1h', HOUR, 1600],
    ['30m', 30 * MINUTE, 100],
    ['1m', MINUTE, 3000],
  ] as const)('gives back %s candles as they were stored, gaps included', async (interval, step, length) => {
    const key = newKey({ interval });
    const times = Array.from({ length }, (_, i) => START + i * step).filter((_, i) => i % 7 !== 3);
    const series = candles(times);
    expect(await store.upsert(key, series)).toEqual({ inserted: times.length, changed: 0 });
    expect(rows(await other.read(key))).toEqual(rows(series));
    expect(await other.span(key)).toEqual({ first: times[0], last: times.at(-1) });
  });

  it('keeps every number exactly, and a missing quote volume', async () => {
    const key = newKey();
    const odd = {
      time: START,
      open: 1e-8,
      high: 0.1 + 0.2,
      low: 5e-324,
      close: 114_799_747.441_970_56,
      volume: 1e21,
      quoteVolume: Number.NaN,
    };
    await store.upsert(key, seriesOf([odd]));
    expect(rows(await other.read(key))).toEqual(rows(seriesOf([odd])));
    expect(await store.upsert(key, seriesOf([odd]))).toEqual({ inserted: 0, changed: 0 });
  });

  it('lets the later write of a candle win, and counts what it did', async () => {
    const key = newKey();
    await store.upsert(key, candles(days(0, 60)));
    const later = candles(days(50, 20), 7);
    expect(await other.upsert(key, later)).toEqual({ inserted: 10, changed: 10 });
    expect(rows(await store.read(key))).toEqual(rows(mergeSeries(candles(days(0, 60)), later)));
  });

  it('changes nothing, its tag included, when the same is written again', async () => {
    const key = newKey();
    const series = candles(days(0, 500));
    await store.upsert(key, series);
    const tag = await store.tag(key);
    expect(tag).toBeTypeOf('string');
    expect(await store.upsert(key, series)).toEqual({ inserted: 0, changed: 0 });
    expect(await other.upsert(key, candles(days(100, 50)))).toEqual({ inserted: 0, changed: 0 });
    expect(await other.tag(key)).toBe(tag);
  });

  it('has another tag after any change of any candle', async () => {
    const key = newKey();
    await store.upsert(key, candles(days(0, 500)));
    const tags = [await store.tag(key)];
    for (const change of [
      candles(days(500, 1)),
      candles(days(500, 1), 1),
      candles(days(3, 1), 2),
      candles(days(-400, 1)),
    ]) {
      await store.upsert(key, change);
      tags.push(await store.tag(key));
    }
    expect(new Set(tags).size).toBe(5);
  });

  it('reads a range with both ends included', async () => {
    const key = newKey({ interval: '1h' });
    const series = candles(Array.from({ length: 2000 }, (_, i) => START + i * HOUR));
    await store.upsert(key, series);
    const bounds = fc.option(
      fc.integer({ min: -30, max: 2030 }).map((i) => START + i * HOUR + (i % 3)),
      { nil: undefined },
    );
    await fc.assert(
      fc.asyncProperty(bounds, bounds, async (from, to) => {
        const range = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
        expect(rows(await store.read(key, range))).toEqual(rows(sliceTime(series, from, to)));
      }),
      { numRuns: 15 },
    );
  });

  it('is the union of whatever was stored, in whatever order', async () => {
    const piece = fc.tuple(fc.integer({ min: -800, max: 800 }), fc.integer({ min: 1, max: 60 }), fc.nat(3));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 4 }), async (pieces) => {
        const key = newKey();
        let whole = candles([]);
        for (const [from, length, mark] of pieces) {
          const series = candles(days(from, length), mark);
          whole = mergeSeries(whole, series);
          await store.upsert(key, series);
        }
        expect(rows(await other.read(key))).toEqual(rows(whole));
        expect(await other.span(key)).toEqual({ first: whole.time[0], last: whole.time.at(-1) });
      }),
      { numRuns: 10 },
    );
  });

  it('loses nothing when several write one series at once', async () => {
    const key = newKey();
    const writers = Array.from({ length: 6 }, (_, writer) => days(0, 90).filter((_, i) => i % 6 === writer));
    await Promise.all(writers.map((times, i) => (i % 2 === 0 ? store : other).upsert(key, candles(times))));
    expect(rows(await store.read(key))).toEqual(rows(candles(days(0, 90))));
  });

  it.each([
    ['unordered', seriesOf([candle(START + DAY), candle(START)])],
    ['doubled', seriesOf([candle(START), candle(START)])],
    ['off the grid', seriesOf([candle(START + HOUR)])],
  ])('refuses %s candles', async (_, series) => {
    await expect(store.upsert(newKey(), series)).rejects.toMatchObject({ code: 'bad_candles' });
  });

  it.each([{ source: '../x' }, { source: '' }, { symbol: 'A/B' }, { symbol: '' }, { quote: 'usd' }])(
    'refuses names that are none: %j',
    async (part) => {
      await expect(store.upsert(newKey(part), candles(days(0, 1)))).rejects.toMatchObject({ code: 'bad_input' });
    },
  );

  describe('the list of series', () => {
    it('has each once, ordered by source, interval, symbol and quote, and can be filtered', async () => {
      const keys: SeriesKey[] = [
        { source: 'lista', symbol: 'BTC', quote: 'USD', interval: '5m' },
        { source: 'lista', symbol: 'BTC', quote: 'USD', interval: '1h' },
        { source: 'lista', symbol: 'ADA', quote: 'USD', interval: '1d' },
        { source: 'lista', symbol: 'BTC', quote: 'EUR', interval: '1d' },
        { source: 'lista', symbol: 'BTC', quote: 'USD', interval: '1d' },
        { source: 'lista', symbol: 'BTCUP', quote: 'USD', interval: '1d' },
        { source: 'listb', symbol: 'BTC', quote: 'USD', interval: '1d' },
      ];
      for (const key of keys.toReversed()) await store.upsert(key, candles(days(0, 3)));
      const listed = (await other.list()).filter(({ source }) => source.startsWith('list'));
      expect(listed).toEqual(keys);
      expect(await other.list({ source: 'lista' })).toEqual(keys.slice(0, 6));
      expect(await other.list({ source: 'lista', interval: '1d', symbol: 'BTC' })).toEqual(keys.slice(3, 5));
      expect(await other.list({ source: 'listb', quote: 'EUR' })).toEqual([]);
      expect(
        (await other.list({ interval: '5m', symbol: 'BTC' })).filter(({ source }) => source.startsWith('list')),
      ).toEqual(keys.slice(0, 1));
    });
  });
}
