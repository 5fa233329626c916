import { fixedClock, type MarketSource, PavioError, silentLogger } from '@pavio/core';
import { RETRY_AFTER_SECONDS } from '@pavio/market/testing';
import { describe, expect, it } from 'vitest';
import { crawl, createCrawler } from '../src/index.ts';
import { RateLimit } from '../src/rate-limit.ts';
import { DEFAULT_RETRY, withRetries } from '../src/retry.ts';
import { temporaryLake } from './support/lake.ts';
import { provide } from './support/provider.ts';
import { virtualTimer } from './support/virtual-timer.ts';

const MINUTE = 60_000;
const clock = fixedClock('2026-06-15T12:00:00Z');
const log = silentLogger;
const start = Date.parse('2026-06-01');
const symbols = (count: number) => Array.from({ length: count }, (_, index) => `A${index}`);

/** The most arrivals in any window of a minute. */
function busiestMinute(arrivals: readonly number[]): number {
  return Math.max(...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + MINUTE).length));
}

describe('the rate limit', () => {
  it.each([1, 2, 6, 30, 200, 1200])('of %s a minute is kept in every minute, and used', async (requestsPerMinute) => {
    const timer = virtualTimer();
    const limit = new RateLimit({ provider: 'x', requestsPerMinute, longestPauseMs: MINUTE, timer });
    const arrivals: number[] = [];
    const worker = async () => {
      while (timer.now() < 5 * MINUTE) {
        await limit.pass();
        arrivals.push(timer.now());
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    expect(busiestMinute(arrivals)).toBeLessThanOrEqual(requestsPerMinute);
    expect(arrivals.length).toBeGreaterThanOrEqual(2 * requestsPerMinute);
  });

  it('holds nobody back where there is none', async () => {
    const timer = virtualTimer();
    const limit = new RateLimit({ provider: 'x', requestsPerMinute: Infinity, longestPauseMs: MINUTE, timer });
    for (let request = 0; request < 1000; request++) await limit.pass();
    expect(timer.sleeps).toEqual([]);
  });

  it('is shared by all assets and cycles of a crawler, at most four assets at a time', async () => {
    const timer = virtualTimer();
    const arrivals: number[] = [];
    const { provider, binance } = await provide({ clock, latencyMs: 5 });
    const source: MarketSource = {
      ...binance,
      requestsPerMinute: 30,
      candles: (request, signal) => {
        // Not when it arrives: while it is on its way, the others' sleeps pass in no time.
        arrivals.push(timer.now());
        return binance.candles(request, signal);
      },
    };
    const crawler = createCrawler({ source, candles: await temporaryLake(), clock, log, timer });
    await crawler.crawl({ assets: symbols(40), interval: '1d', start });
    const before = Date.parse('2026-05-01');
    const { totals } = await crawler.crawl({ assets: symbols(40), interval: '1d', start: before });
    expect(totals).toMatchObject({ requests: 40, stored: 40 * 45 });
    expect(arrivals).toHaveLength(80);
    expect(busiestMinute(arrivals)).toBeLessThanOrEqual(30);
    expect(provider.maxConcurrency).toBeGreaterThan(1);
    expect(provider.maxConcurrency).toBeLessThanOrEqual(4);
  });

  it('crawls as many assets at a time as told', async () => {
    const { provider, binance: source } = await provide({ clock, latencyMs: 5 });
    const options = { source, candles: await temporaryLake(), clock, log, timer: virtualTimer() };
    await crawl({ ...options, assets: symbols(5), interval: '1d', start, concurrency: 1 });
    expect(provider.maxConcurrency).toBe(1);
  });

  it('holds every asset back when one is asked to wait', async () => {
    const timer = virtualTimer();
    const arrivals: number[] = [];
    const { binance: source } = await provide({
      clock,
      faults: ({ index }) => {
        arrivals.push(timer.now());
        return index === 0 ? 'rate-limit' : undefined;
      },
    });
    const options = { source, candles: await temporaryLake(), clock, log, timer, random: () => 0 };
    const report = await crawl({ ...options, assets: symbols(3), interval: '1d', start, concurrency: 1 });
    expect(report).toMatchObject({ isComplete: true, totals: { requests: 4, retries: 1 } });
    const waited = arrivals.filter((at) => at >= RETRY_AFTER_SECONDS * 1000);
    expect(waited).toHaveLength(3);
  });
});

describe('retries', () => {
  const unavailable = () => new PavioError('market_unavailable', 'Down.');
  const attempts = (error: () => Error, random: () => number) => {
    const timer = virtualTimer();
    let calls = 0;
    const done = withRetries({
      work: async () => {
        calls++;
        throw error();
      },
      policy: { ...DEFAULT_RETRY, attempts: 8 },
      timer,
      random,
      signal: new AbortController().signal,
    });
    return { done, timer, calls: () => calls };
  };

  it('wait twice as long each time, at most the longest delay', async () => {
    const { done, timer, calls } = attempts(unavailable, () => 1 - Number.EPSILON);
    await expect(done).rejects.toMatchObject({ code: 'market_unavailable' });
    expect(calls()).toBe(8);
    expect(timer.sleeps.map(Math.round)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('have full jitter', async () => {
    const { done, timer } = attempts(unavailable, () => 0.25);
    await expect(done).rejects.toThrow('Down.');
    expect(timer.sleeps.slice(0, 3)).toEqual([250, 500, 1000]);
  });

  it.each([new PavioError('unknown_pair', 'No.'), new PavioError('market_refused', 'No.'), new TypeError('No.')])(
    'are not made where they cannot help: $name $code',
    async (error) => {
      const { done, calls, timer } = attempts(
        () => error,
        () => 0.5,
      );
      await expect(done).rejects.toThrow('No.');
      expect(calls()).toBe(1);
      expect(timer.sleeps).toEqual([]);
    },
  );
});
