import { fixedClock, lastClosedOpen, type MarketSource, seriesLength, silentLogger } from '@pavio/core';
import { simulateCandles, simulatedMarket } from '@pavio/market';
import { describe, expect, it } from 'vitest';
import { type CrawlProgress, crawl, createCrawler, DEFAULT_HISTORY } from '../src/index.ts';
import { rowsOf, temporaryLake } from './support/lake.ts';
import { provide } from './support/provider.ts';
import { virtualTimer } from './support/virtual-timer.ts';

const DAY = 86_400_000;
const NOON = Date.parse('2026-06-15T12:00:00Z');
const NEWEST = Date.parse('2026-06-14T00:00:00Z');
const log = silentLogger;

describe('a first crawl', () => {
  it('fetches the whole history, page by page, of several assets', async () => {
    const clock = fixedClock(NOON);
    const { provider, binance } = await provide({ clock });
    const candles = await temporaryLake();
    const start = Date.parse('2020-01-01');
    const assets = ['BTC', 'ETH', 'XRP', 'BTC'];
    const report = await crawl({ source: binance, candles, assets, interval: '1d', start, clock, log });

    expect(report).toMatchObject({ isComplete: true, source: 'binance', isSimulated: false });
    expect(report.series.map(({ symbol }) => symbol)).toEqual(['BTC', 'ETH', 'XRP']);
    for (const { symbol, ...series } of report.series) {
      const stored = await candles.read({ source: 'binance', symbol, quote: 'USDT', interval: '1d' });
      expect(rowsOf(stored)).toEqual(rowsOf(simulateCandles(symbol, '1d', start, NEWEST)));
      expect(series).toMatchObject({
        stored: seriesLength(stored),
        inserted: seriesLength(stored),
        changed: 0,
        requests: 3,
        retries: 0,
        first: '2020-01-01T00:00:00Z',
        last: '2026-06-14T00:00:00Z',
        gaps: { count: 0, candles: 0, largest: [] },
        missing: [],
      });
    }
    expect(provider.requests).toHaveLength(9);
    expect(report.totals).toMatchObject({ series: 3, requests: 9, inserted: 3 * 2357, incomplete: 0 });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it.each(['1d', '4h', '1m'] as const)('of %s goes as far back as its table says', async (interval) => {
    const clock = fixedClock(NOON);
    const candles = await temporaryLake();
    const source = simulatedMarket({ clock });
    const { series } = await crawl({ source, candles, assets: ['BTC'], interval, clock, log });
    const newest = lastClosedOpen(NOON, interval);
    const stored = await candles.read({ source: 'simulated', symbol: 'BTC', quote: 'USD', interval });
    const step = newest - (stored.time.at(-2) as number);
    expect(stored.time.at(-1)).toBe(newest);
    expect(newest + step - (stored.time[0] as number)).toBe(DEFAULT_HISTORY[interval]);
    expect(series[0]?.gaps.count).toBe(0);
  });

  it('ends where the history of the source begins, and does not ask again', async () => {
    const clock = fixedClock(NOON);
    const listed = Date.parse('2025-11-03');
    const { provider, cryptoCompare } = await provide({ clock, listedSince: listed });
    const candles = await temporaryLake();
    const crawler = createCrawler({ source: cryptoCompare, candles, clock, log });
    const request = { assets: ['SOL'], interval: '1d', start: Date.parse('2015-01-01') } as const;
    const { series, isComplete } = await crawler.crawl(request);
    expect(isComplete).toBe(true);
    expect(series[0]).toMatchObject({ first: '2025-11-03T00:00:00Z', last: '2026-06-14T00:00:00Z', stored: 224 });
    expect(provider.requests).toHaveLength(1);

    expect((await crawler.crawl(request)).totals.requests).toBe(0);
    expect(provider.requests).toHaveLength(1);
  });

  it('tells how far it is', async () => {
    const clock = fixedClock(NOON);
    const { binance } = await provide({ clock });
    const seen: CrawlProgress[] = [];
    const request = { assets: ['BTC', 'ETH'], interval: '1d', start: Date.parse('2020-01-01') } as const;
    await crawl({
      source: binance,
      candles: await temporaryLake(),
      ...request,
      clock,
      log,
      onProgress: (progress) => seen.push(progress),
    });
    const ofBtc = seen.filter(({ symbol }) => symbol === 'BTC').map(({ fraction }) => fraction);
    expect(ofBtc).toEqual([expect.closeTo(1000 / 2357), expect.closeTo(2000 / 2357), 1, 1]);
    expect(seen.at(-1)).toMatchObject({ done: 2, total: 2, fraction: 1, candles: 2357 });
  });
});

describe('a crawl of what is partly stored', () => {
  it('asks for nothing while no candle has closed, then for one with a one-candle overlap', async () => {
    const clock = fixedClock(NOON);
    const { provider, binance } = await provide({ clock });
    const candles = await temporaryLake();
    const crawler = createCrawler({ source: binance, candles, clock, log });
    const request = { assets: ['BTC', 'ETH'], interval: '1d', start: Date.parse('2026-01-01') } as const;
    await crawler.crawl(request);
    const before = provider.requests.length;

    for (const time of ['2026-06-15T12:00:30Z', '2026-06-15T18:00:00Z', '2026-06-15T23:59:59.999Z']) {
      clock.set(time);
      const { totals, isComplete } = await crawler.crawl(request);
      expect({ totals, isComplete }).toMatchObject({
        totals: { requests: 0, inserted: 0, stored: 330 },
        isComplete: true,
      });
    }
    expect(provider.requests).toHaveLength(before);

    clock.set('2026-06-16T00:00:00Z');
    const { totals } = await crawler.crawl(request);
    expect(totals).toMatchObject({ requests: 2, inserted: 2, changed: 0, stored: 332 });
    const asked = provider.requests.slice(before).map(({ query }) => query);
    expect(asked).toEqual(
      asked.map(({ symbol }) => ({
        symbol,
        interval: '1d',
        startTime: String(NEWEST),
        endTime: String(NEWEST + DAY),
        limit: '2',
      })),
    );
  });

  it('needs no memory of an earlier crawl to ask for nothing', async () => {
    const clock = fixedClock(NOON);
    const { provider, binance } = await provide({ clock });
    const options = { source: binance, candles: await temporaryLake(), clock, log };
    const request = { assets: ['BTC'], interval: '1d', start: Date.parse('2026-01-01') } as const;
    await crawl({ ...options, ...request });
    const before = provider.requests.length;
    const { series } = await crawl({ ...options, ...request });
    expect(provider.requests).toHaveLength(before);
    expect(series[0]).toMatchObject({ requests: 0, inserted: 0, stored: 165, first: '2026-01-01T00:00:00Z' });
  });

  it('fetches several pages forward after a long pause, and back-fills to an earlier start', async () => {
    const clock = fixedClock('2020-03-01T05:00:00Z');
    const { provider, binance } = await provide({ clock });
    const candles = await temporaryLake();
    const options = { source: binance, candles, clock, log, assets: ['BTC'], interval: '1d' } as const;
    await crawl({ ...options, start: Date.parse('2020-02-01') });
    clock.set(NOON);
    const start = Date.parse('2016-05-05');
    const before = provider.requests.length;
    const { series } = await crawl({ ...options, start });

    const stored = await candles.read({ source: 'binance', symbol: 'BTC', quote: 'USDT', interval: '1d' });
    expect(rowsOf(stored)).toEqual(rowsOf(simulateCandles('BTC', '1d', start, NEWEST)));
    expect(series[0]).toMatchObject({
      stored: seriesLength(stored),
      inserted: seriesLength(stored) - 29,
      gaps: { count: 0 },
    });
    const starts = provider.requests.slice(before).map(({ query }) => Number(query['startTime']));
    const last = Date.parse('2020-02-29');
    const first = Date.parse('2020-02-01');
    expect(starts).toEqual([last, last + 1000 * DAY, last + 2000 * DAY, first - 1000 * DAY, start]);
  });

  it('repairs the newest candle when the source corrects it', async () => {
    const clock = fixedClock(NOON);
    const { cryptoCompare } = await provide({ clock });
    const candles = await temporaryLake();
    const options = { source: cryptoCompare, candles, clock, log, assets: ['BTC'], interval: '1d' } as const;
    const key = { source: 'cryptocompare', symbol: 'BTC', quote: 'USD', interval: '1d' } as const;
    const wrong = simulateCandles('BTC', '1d', NEWEST, NEWEST);
    wrong.close[0] = ((wrong.low[0] as number) + (wrong.high[0] as number)) / 2;
    await candles.upsert(key, wrong);
    clock.set(NOON + DAY);
    const { series } = await crawl({ ...options, start: NEWEST });
    expect(series[0]).toMatchObject({ inserted: 1, changed: 1, stored: 2 });
    expect(rowsOf(await candles.read(key))).toEqual(rowsOf(simulateCandles('BTC', '1d', NEWEST, NEWEST + DAY)));
  });

  it('asks once more for a candle that came right after its close: the provider may still have had half of it', async () => {
    const midnight = Date.parse('2026-06-16T00:00:00Z');
    const clock = fixedClock(midnight + 5000);
    // The provider's clock is behind: for it the candle is still open.
    const behind = fixedClock(midnight - 5000);
    const { provider, cryptoCompare: source } = await provide({ clock: behind });
    const candles = await temporaryLake();
    const crawler = createCrawler({ source, candles, clock, log });
    const request = { assets: ['BTC'], interval: '1d', start: NEWEST } as const;
    const final = rowsOf(simulateCandles('BTC', '1d', NEWEST, NEWEST + DAY));
    const stored = async () =>
      rowsOf(await candles.read({ source: 'cryptocompare', symbol: 'BTC', quote: 'USD', interval: '1d' }));

    expect((await crawler.crawl(request)).totals).toMatchObject({ requests: 1, inserted: 2 });
    expect(await stored()).not.toEqual(final);
    behind.set(midnight + 110_000);
    clock.set(midnight + 119_999);
    expect((await crawler.crawl(request)).totals.requests).toBe(0);
    clock.set(midnight + 120_000);
    expect((await crawler.crawl(request)).totals).toMatchObject({ requests: 1, inserted: 0, changed: 1 });
    expect(await stored()).toEqual(final);
    clock.set(midnight + DAY - 1);
    expect((await crawler.crawl(request)).totals.requests).toBe(0);
    expect(provider.requests).toHaveLength(2);
  });

  it('asks for a late candle when it is twice as late', async () => {
    const clock = fixedClock(NOON);
    const { provider, binance } = await provide({ clock, gaps: [{ from: NEWEST + DAY, to: NEWEST + 9 * DAY }] });
    const candles = await temporaryLake();
    const crawler = createCrawler({ source: binance, candles, clock, log });
    const request = { assets: ['BTC'], interval: '1d', start: Date.parse('2026-06-01') } as const;
    await crawler.crawl(request);
    const before = provider.requests.length;
    const late = [];
    for (let seconds = 0; seconds <= 3600; seconds += 30) {
      clock.set(Date.parse('2026-06-16') + seconds * 1000);
      if ((await crawler.crawl(request)).totals.requests > 0) late.push(seconds);
    }
    expect(late).toEqual([0, 30, 60, 120, 240, 480, 960, 1920]);
    expect(provider.requests.length - before).toBe(8);
  });
});

describe('what is not there', () => {
  it('leaves an outage as a gap and fetches what is before it', async () => {
    const clock = fixedClock(NOON);
    const start = Date.parse('2017-01-01');
    // Longer than a page, so that a whole page comes empty.
    const outage = { from: Date.parse('2020-01-01'), to: Date.parse('2023-12-31') };
    const { binance } = await provide({ clock, gaps: [outage, { from: NEWEST - 2 * DAY, to: NEWEST - 2 * DAY }] });
    const candles = await temporaryLake();
    const { series, isComplete, totals } = await crawl({
      source: binance,
      candles,
      assets: ['BTC'],
      interval: '1d',
      start,
      clock,
      log,
    });
    const stored = await candles.read({ source: 'binance', symbol: 'BTC', quote: 'USDT', interval: '1d' });
    const there = rowsOf(simulateCandles('BTC', '1d', start, NEWEST)).filter(
      ([time = 0]) => (time < outage.from || time > outage.to) && time !== NEWEST - 2 * DAY,
    );
    expect(rowsOf(stored)).toEqual(there);
    expect(isComplete).toBe(true);
    expect(totals.gapCandles).toBe(1462);
    expect(series[0]?.gaps).toEqual({
      count: 2,
      candles: 1462,
      largest: [
        { from: '2020-01-01T00:00:00Z', to: '2023-12-31T00:00:00Z', candles: 1461 },
        { from: '2026-06-12T00:00:00Z', to: '2026-06-12T00:00:00Z', candles: 1 },
      ],
    });
  });

  it('passes over an outage on the way forward, too', async () => {
    const clock = fixedClock('2020-01-11T01:00:00Z');
    const outage = { from: Date.parse('2020-01-11'), to: Date.parse('2023-12-31') };
    const { binance } = await provide({ clock, gaps: [outage] });
    const candles = await temporaryLake();
    const crawler = createCrawler({ source: binance, candles, clock, log });
    const request = { assets: ['BTC'], interval: '1d', start: Date.parse('2020-01-01') } as const;
    await crawler.crawl(request);
    clock.set(NOON);
    const { series } = await crawler.crawl(request);
    expect(series[0]).toMatchObject({
      stored: 10 + 896,
      inserted: 896,
      first: '2020-01-01T00:00:00Z',
      last: '2026-06-14T00:00:00Z',
      gaps: { count: 1, candles: 1451 },
    });
  });

  it('says which pair the source does not trade, and gets the others', async () => {
    const clock = fixedClock(NOON);
    let isListed = false;
    const { provider, binance } = await provide({
      clock,
      gaps: [{ from: NEWEST + DAY, to: NEWEST + DAY }],
      candles: ({ symbol }, interval, from, to) =>
        symbol === 'NOPE' && !isListed ? undefined : simulateCandles(symbol, interval, from, to),
    });
    const candles = await temporaryLake();
    const crawler = createCrawler({ source: binance, candles, clock, log });
    const request = { assets: ['NOPE', 'BTC'], interval: '1d', start: Date.parse('2026-06-01') } as const;
    const first = await crawler.crawl(request);
    expect(first.isComplete).toBe(false);
    expect(first.series[0]).toMatchObject({
      symbol: 'NOPE',
      stored: 0,
      requests: 1,
      first: null,
      missing: [{ from: '2026-06-01T00:00:00Z', to: '2026-06-14T00:00:00Z', reason: 'unknown_pair' }],
    });
    expect(first.series[0]?.missing[0]?.message).toContain('NOPE-USDT');
    expect(first.series[1]).toMatchObject({ symbol: 'BTC', stored: 14, missing: [] });

    // It is not asked for again in each cycle, but still said to be missing; after an hour it is.
    const before = provider.requests.length;
    for (const minutes of [1, 59]) {
      clock.set(NOON + minutes * 60_000);
      expect((await crawler.crawl(request)).series[0]).toMatchObject({
        requests: 0,
        missing: [{ reason: 'unknown_pair' }],
      });
    }
    expect(provider.requests).toHaveLength(before);
    clock.set(NOON + 61 * 60_000);
    expect((await crawler.crawl(request)).series[0]).toMatchObject({
      requests: 1,
      missing: [{ reason: 'unknown_pair' }],
    });

    // Once it is traded, nothing of this is left, even while a candle is late.
    isListed = true;
    clock.set(NOON + 122 * 60_000);
    expect((await crawler.crawl(request)).series[0]).toMatchObject({ stored: 14, missing: [] });
    for (const [time, requests] of [
      ['2026-06-16T00:01:00Z', 1],
      ['2026-06-16T00:01:30Z', 0],
    ] as const) {
      clock.set(time);
      expect((await crawler.crawl(request)).series[0]).toMatchObject({ requests, missing: [] });
    }
  });

  it('says when a source has nothing at all of what was asked for', async () => {
    const clock = fixedClock('2014-06-01T12:00:00Z');
    const source = simulatedMarket({ clock });
    const request = { assets: ['BTC'], interval: '1d', start: Date.parse('2014-01-01') } as const;
    const { series, isComplete } = await crawl({ source, candles: await temporaryLake(), ...request, clock, log });
    expect(isComplete).toBe(false);
    expect(series[0]?.missing).toMatchObject([
      { from: '2014-01-01T00:00:00Z', to: '2014-05-31T00:00:00Z', reason: 'no_candles' },
    ]);
  });

  it('wants nothing from a start that has not closed a candle yet', async () => {
    const clock = fixedClock(NOON);
    const options = { source: simulatedMarket({ clock }), candles: await temporaryLake(), clock, log };
    const report = await crawl({ ...options, assets: ['BTC'], interval: '1d', start: NOON });
    expect(report).toMatchObject({ isComplete: true, totals: { requests: 0, stored: 0 } });
  });
});

describe('requests that make no sense', () => {
  const clock = fixedClock(NOON);
  const options = (): { source: MarketSource } => ({ source: simulatedMarket({ clock }) });

  it.each([0, -1, 1.5, Number.NaN])('refuses %s assets at a time', async (concurrency) => {
    const candles = await temporaryLake();
    expect(() => createCrawler({ ...options(), candles, clock, log, concurrency })).toThrow(
      expect.objectContaining({ code: 'bad_input' }),
    );
  });

  it('refuses a start that is no time', async () => {
    const crawler = createCrawler({ ...options(), candles: await temporaryLake(), clock, log, timer: virtualTimer() });
    await expect(crawler.crawl({ assets: ['BTC'], interval: '1d', start: Number.NaN })).rejects.toMatchObject({
      code: 'bad_input',
    });
  });
});
