import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fixedClock, silentLogger } from '@pavio/core';
import { simulateCandles } from '@pavio/market';
import { type Fault, RETRY_AFTER_SECONDS } from '@pavio/market/testing';
import { folderStore, lakeCandleStore } from '@pavio/storage';
import { describe, expect, it } from 'vitest';
import { crawl, createCrawler, incompleteError, systemTimer, type Timer } from '../src/index.ts';
import { rowsOf, temporaryFolder, temporaryLake } from './support/lake.ts';
import { provide } from './support/provider.ts';
import { virtualTimer } from './support/virtual-timer.ts';

const DAY = 86_400_000;
const NOON = '2026-06-15T12:00:00Z';
const NEWEST = Date.parse('2026-06-14T00:00:00Z');
const START = Date.parse('2015-06-01');
const clock = fixedClock(NOON);
const log = silentLogger;
const random = () => 0.5;
const key = { source: 'cryptocompare', symbol: 'BTC', quote: 'USD', interval: '1d' } as const;
const truth = (symbol = 'BTC', from = START, to = NEWEST) => rowsOf(simulateCandles(symbol, '1d', from, to));

describe('faults that pass', () => {
  // Three pages; the fault meets the second one.
  it.each<Fault>(['rate-limit', 'teapot', '500', 'cut', 'reset', 'html', 'error-200'])(
    '%s: asked again, nothing lost',
    async (fault) => {
      const { provider, cryptoCompare: source } = await provide({ clock, faults: ['ok', fault] });
      const candles = await temporaryLake();
      const timer = virtualTimer();
      const options = { source, candles, clock, log, timer, random };
      const report = await crawl({ ...options, assets: ['BTC'], interval: '1d', start: START });
      expect(report).toMatchObject({ isComplete: true, totals: { requests: 4, retries: 1 } });
      expect(rowsOf(await candles.read(key))).toEqual(truth());
      expect(provider.requests.map((request) => request.fault)).toEqual(['ok', fault, 'ok', 'ok']);
      // Asked twice for the same page.
      expect(provider.requests[2]?.query).toEqual(provider.requests[1]?.query);
    },
  );

  it('timeout: asked again, nothing lost', async () => {
    const { provider, cryptoCompare: source } = await provide({ clock, faults: ['ok', 'timeout'], timeoutMs: 1500 });
    const candles = await temporaryLake();
    const options = { source, candles, clock, log, timer: virtualTimer(), random };
    const report = await crawl({ ...options, assets: ['BTC'], interval: '1d', start: START });
    expect(report.isComplete).toBe(true);
    expect(report.totals.retries).toBeGreaterThanOrEqual(1);
    expect(provider.requests[2]?.query).toEqual(provider.requests[1]?.query);
    expect(rowsOf(await candles.read(key))).toEqual(truth());
  });

  // Binance's client passes rows on as they come: five pages, each with one row doubled, or the newest row first.
  it.each([
    { quirk: 'duplicate-rows', counts: { duplicate: 5, unordered: 0, outside: 0 } },
    { quirk: 'unordered-rows', counts: { duplicate: 0, unordered: 5, outside: 0 } },
    { quirk: 'extra-rows', counts: { duplicate: 0, unordered: 0, outside: 0 } },
  ] as const)('$quirk in every answer: stored once and in order', async ({ quirk, counts }) => {
    const { cryptoCompare, binance } = await provide({ clock, quirks: [quirk] });
    const request = { assets: ['BTC'], interval: '1d', start: START } as const;
    const found = [];
    for (const source of [cryptoCompare, binance]) {
      const candles = await temporaryLake();
      const { series, isComplete } = await crawl({ source, candles, clock, log, ...request });
      expect(isComplete).toBe(true);
      const stored = await candles.read({ ...key, source: source.name, quote: source.defaultQuote });
      expect(rowsOf(stored)).toEqual(truth());
      found.push(series[0]?.quality);
    }
    expect(found[1]).toMatchObject(counts);
  });

  it('zero rows, the open candle and the start of history: only what was traded and is closed is stored', async () => {
    const listed = Date.parse('2026-05-01');
    const { cryptoCompare: source, binance } = await provide({ clock, listedSince: listed });
    for (const provided of [source, binance]) {
      const candles = await temporaryLake();
      const options = { source: provided, candles, clock, log, assets: ['BTC'], interval: '1d' } as const;
      const { isComplete, series } = await crawl({ ...options, start: START });
      expect(isComplete).toBe(true);
      expect(series[0]).toMatchObject({
        gaps: { count: 0 },
        first: '2026-05-01T00:00:00Z',
        last: '2026-06-14T00:00:00Z',
      });
      const stored = await candles.read({ ...key, source: provided.name, quote: provided.defaultQuote });
      expect(rowsOf(stored)).toEqual(truth('BTC', listed));
    }
  });

  it('404 past the start of history: history ends there', async () => {
    const { provider, cryptoCompare: source } = await provide({ clock, faults: ['ok', 'not-found'] });
    const candles = await temporaryLake();
    const crawler = createCrawler({ source, candles, clock, log });
    const request = { assets: ['BTC'], interval: '1d', start: START } as const;
    expect(await crawler.crawl(request)).toMatchObject({ isComplete: true, totals: { requests: 2, stored: 2000 } });
    expect(await crawler.crawl(request)).toMatchObject({ isComplete: true, totals: { requests: 0 } });
    expect(provider.requests).toHaveLength(2);
  });
});

describe('faults that stay', () => {
  it('keeps what came before, skips no page, names what is missing, and completes later', async () => {
    const candles = await temporaryLake();
    let isDown = true;
    const { provider, cryptoCompare: source } = await provide({
      clock,
      faults: ({ query }) =>
        isDown && query['fsym'] === 'ETH' && Number(query['toTs']) < NEWEST / 1000 ? '500' : undefined,
    });
    const options = { source, candles, clock, log, timer: virtualTimer(), random };
    const request = { assets: ['BTC', 'ETH', 'XRP'], interval: '1d', start: START } as const;
    const report = await crawl({ ...options, ...request });

    expect(report.isComplete).toBe(false);
    expect(report.series.map(({ missing }) => missing.length)).toEqual([0, 1, 0]);
    expect(report.series[1]).toMatchObject({
      stored: 2000,
      inserted: 2000,
      requests: 6,
      retries: 4,
      missing: [{ from: '2015-06-01T00:00:00Z', to: '2020-12-22T00:00:00Z', reason: 'market_unavailable' }],
    });
    expect(rowsOf(await candles.read({ ...key, symbol: 'ETH' }))).toEqual(truth('ETH', NEWEST - 1999 * DAY));
    expect(provider.requests.filter(({ query }) => query['fsym'] === 'ETH')).toHaveLength(6);
    const error = incompleteError(report);
    expect(error).toMatchObject({ code: 'incomplete', exit: 3 });
    expect(error?.message).toContain('ETH-USD 1d from 2015-06-01T00:00:00Z to 2020-12-22T00:00:00Z');

    isDown = false;
    const second = await crawl({ ...options, ...request });
    expect(second.isComplete).toBe(true);
    expect(incompleteError(second)).toBeUndefined();
    expect(second.totals.inserted).toBe(truth().length - 2000);
    expect(rowsOf(await candles.read({ ...key, symbol: 'ETH' }))).toEqual(truth('ETH'));
  });

  it('names both ends when a stored series can grow at neither', async () => {
    const candles = await temporaryLake();
    await candles.upsert(key, simulateCandles('BTC', '1d', Date.parse('2026-02-01'), Date.parse('2026-03-01')));
    const { cryptoCompare: source } = await provide({ clock, faults: () => 'reset' });
    const options = { source, candles, clock, log, timer: virtualTimer(), random };
    const { series } = await crawl({ ...options, assets: ['BTC'], interval: '1d', start: Date.parse('2026-01-01') });
    expect(series[0]).toMatchObject({
      stored: 29,
      inserted: 0,
      missing: [
        { from: '2026-03-02T00:00:00Z', to: '2026-06-14T00:00:00Z', reason: 'market_unavailable' },
        { from: '2026-01-01T00:00:00Z', to: '2026-01-31T00:00:00Z', reason: 'market_unavailable' },
      ],
    });
  });

  it.each([
    { fault: 'restricted', reason: 'market_restricted' },
    { fault: 'unauthorized', reason: 'market_unauthorized' },
  ] as const)('$fault: stops early and says so of every asset', async ({ fault, reason }) => {
    const { provider, cryptoCompare: source } = await provide({ clock, faults: () => fault });
    const assets = Array.from({ length: 20 }, (_, index) => `A${index}`);
    const options = { source, candles: await temporaryLake(), clock, log, timer: virtualTimer(), concurrency: 2 };
    const report = await crawl({ ...options, assets, interval: '1d', start: START });
    expect(report.isComplete).toBe(false);
    expect(provider.requests.length).toBeLessThanOrEqual(2);
    expect(report.series).toHaveLength(20);
    for (const { missing } of report.series) {
      expect(missing).toMatchObject([{ from: '2015-06-01T00:00:00Z', to: '2026-06-14T00:00:00Z', reason }]);
      expect(missing[0]?.message).not.toBe('');
    }
    expect(report.totals.retries).toBe(0);
  });

  it('does not wait for a provider that asks for too long a pause, nor asks it again before that', async () => {
    const { provider, cryptoCompare: source } = await provide({ clock, faults: () => 'rate-limit' });
    const timer = virtualTimer();
    const retry = { longestPauseMs: 500 * RETRY_AFTER_SECONDS };
    const options = { source, candles: await temporaryLake(), clock, log, timer, random, retry, concurrency: 1 };
    const crawler = createCrawler(options);
    const request = { assets: ['BTC', 'ETH', 'XRP'], interval: '1d', start: START } as const;
    for (const { series } of [await crawler.crawl(request), await crawler.crawl(request)]) {
      expect(series.map(({ missing }) => missing[0]?.reason)).toEqual(Array(3).fill('market_rate_limited'));
    }
    expect(provider.requests).toHaveLength(1);
    await timer.sleep(1000 * RETRY_AFTER_SECONDS);
    await crawler.crawl(request);
    expect(provider.requests).toHaveLength(2);
  });
});

describe('an aborted crawl', () => {
  it('misses nothing of what was stored before', async () => {
    const candles = await temporaryLake();
    const { provider, cryptoCompare: source } = await provide({ clock });
    await candles.upsert(key, simulateCandles('BTC', '1d', NEWEST - 9 * DAY, NEWEST));
    const options = { source, candles, clock, log, interval: '1d', start: NEWEST - 9 * DAY } as const;
    const { series } = await crawl({ ...options, assets: ['BTC', 'ETH'], signal: AbortSignal.abort() });
    expect(series).toMatchObject([
      { symbol: 'BTC', stored: 10, missing: [] },
      {
        symbol: 'ETH',
        stored: 0,
        missing: [{ from: '2026-06-05T00:00:00Z', to: '2026-06-14T00:00:00Z', reason: 'stopped' }],
      },
    ]);
    expect(provider.requests).toHaveLength(0);
  });

  it('ends at once while a request hangs, keeps what is stored, and says what is missing', async () => {
    const { cryptoCompare: source } = await provide({ clock, faults: ['ok', 'timeout', 'timeout', 'timeout'] });
    const candles = await temporaryLake();
    const controller = new AbortController();
    const options = { source, candles, clock, log, concurrency: 1 };
    const report = await crawl({
      ...options,
      assets: ['BTC', 'ETH', 'XRP'],
      interval: '1d',
      start: START,
      signal: controller.signal,
      onProgress: () => setImmediate(() => controller.abort()),
    });
    expect(report.isComplete).toBe(false);
    expect(report.series[0]).toMatchObject({
      stored: 2000,
      missing: [{ from: '2015-06-01T00:00:00Z', to: '2020-12-22T00:00:00Z', reason: 'stopped' }],
    });
    expect(report.series.slice(1).map(({ requests, missing }) => [requests, missing[0]?.reason])).toEqual([
      [0, 'stopped'],
      [0, 'stopped'],
    ]);
    expect(rowsOf(await candles.read(key))).toEqual(truth('BTC', NEWEST - 1999 * DAY));
  });

  it('ends at once while it waits for a retry', async () => {
    const { cryptoCompare: source, provider } = await provide({ clock, faults: () => 'rate-limit' });
    const controller = new AbortController();
    const timer: Timer = {
      now: () => systemTimer.now(),
      sleep(ms, signal) {
        setImmediate(() => controller.abort());
        return systemTimer.sleep(ms, signal);
      },
    };
    const options = { source, candles: await temporaryLake(), clock, log, timer };
    const request = { assets: ['BTC'], interval: '1d', start: START, signal: controller.signal } as const;
    const { series } = await crawl({ ...options, ...request });
    expect(series[0]).toMatchObject({ requests: 1, missing: [{ reason: 'stopped' }] });
    expect(provider.requests).toHaveLength(1);
  });
});

describe('a damaged lake', () => {
  it('fails the series that is damaged, by name, and no other', async () => {
    const { cryptoCompare: source } = await provide({ clock });
    const folder = await temporaryFolder();
    const candles = lakeCandleStore(folderStore(folder));
    const request = { assets: ['BTC', 'ETH'], interval: '1d', start: Date.parse('2024-06-01') } as const;
    await crawl({ source, candles, clock, log, ...request });
    const damaged = path.join(folder, 'raw/cryptocompare/1d/BTC-USD/2025.csv');
    await writeFile(damaged, 'not a candle\n');
    const { series } = await crawl({ source, candles, clock, log, ...request });
    expect(series).toMatchObject([{ missing: [{ reason: 'bad_csv' }] }, { missing: [], stored: 744 }]);
    expect(series[0]?.missing[0]?.message).toContain('BTC-USD/2025.csv, line 1');
  });
});
