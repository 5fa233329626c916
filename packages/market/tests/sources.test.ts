// The contract of a market source, run by every client against a real server. A new source joins by an entry in SOURCES.
import {
  type CandleRequest,
  type Clock,
  fixedClock,
  INTERVAL_NAMES,
  INTERVALS,
  type Interval,
  type MarketSource,
  seriesLength,
} from '@pavio/core';
import { binance, cryptoCompare, simulateCandles } from '@pavio/market';
import { type Fault, type Provider, type ProviderOptions, QUIRKS, startProvider } from '@pavio/market/testing';
import { afterEach, describe, expect, test } from 'vitest';

interface SourceEntry {
  readonly name: string;
  readonly quote: string;
  readonly make: (options: { url: string; clock: Clock; timeoutMs: number }) => MarketSource;
}

const SOURCES: readonly SourceEntry[] = [
  {
    name: 'cryptocompare',
    quote: 'USD',
    make: ({ url, ...options }) => cryptoCompare({ ...options, baseUrl: url, apiKey: 'a-key-for-tests' }),
  },
  { name: 'binance', quote: 'USDT', make: ({ url, ...options }) => binance({ ...options, baseUrls: [url] }) },
];

const NOW = Date.UTC(2026, 10, 20, 12, 34, 56);
const DAY = INTERVALS['1d'];

describe.each(SOURCES)('$name', ({ make, quote }) => {
  let provider: Provider;
  afterEach(() => provider.close());

  async function start(options: ProviderOptions = {}, timeoutMs = 120_000): Promise<MarketSource> {
    const clock = fixedClock(NOW);
    provider = await startProvider({ clock, ...options });
    return make({ url: provider.url, clock, timeoutMs });
  }

  /** The newest `count` closed candles. */
  function newest(count: number, interval: Interval = '1d'): CandleRequest {
    const step = INTERVALS[interval];
    const to = Math.floor(NOW / step) * step - step;
    return { symbol: 'BTC', quote, interval, from: to - (count - 1) * step, to };
  }

  test('presents itself', async () => {
    const source = await start();
    expect(source).toMatchObject({ isSimulated: false, defaultQuote: quote });
    expect(source.pageSize).toBeGreaterThanOrEqual(1000);
    expect(source.requestsPerMinute).toBeGreaterThan(0);
    await expect(source.ping()).resolves.toBeUndefined();
  });

  test.each(INTERVAL_NAMES)('translates %s candles exactly', async (interval) => {
    const source = await start();
    const wanted = newest(150, interval);
    const { candles, isStartOfHistory } = await source.candles(wanted);
    const truth = simulateCandles('BTC', interval, wanted.from, wanted.to);
    expect(candles).toHaveLength(seriesLength(truth));
    for (const column of ['time', 'open', 'high', 'low', 'close', 'volume', 'quoteVolume'] as const) {
      expect(Float64Array.from(candles, (candle) => candle[column])).toEqual(truth[column]);
    }
    expect(isStartOfHistory).toBe(false);
  });

  test.each([1, 2])('gives a window of %d', async (count) => {
    const source = await start();
    const { candles } = await source.candles(newest(count));
    expect(candles).toHaveLength(count);
  });

  test.each(['1d', '4h'] as const)('fills a whole page of %s', async (interval) => {
    const source = await start();
    const wanted = newest(source.pageSize, interval);
    const { candles } = await source.candles(wanted);
    expect(new Set(candles.map(({ time }) => time)).size).toBe(source.pageSize);
    expect(candles[0]?.time).toBe(wanted.from);
    expect(candles.at(-1)?.time).toBe(wanted.to);
  });

  test('passes the open candle on as it is: the clock decides what is closed', async () => {
    const source = await start();
    const wanted = newest(3);
    const { candles } = await source.candles({ ...wanted, to: wanted.to + DAY });
    expect(candles).toHaveLength(4);
    expect(candles.at(-1)?.close).not.toBe(simulateCandles('BTC', '1d', wanted.to + DAY, wanted.to + DAY).close[0]);
  });

  test.each(QUIRKS)('%s leave nothing outside the window and lose nothing', async (quirk) => {
    const source = await start({ quirks: [quirk] });
    const wanted = newest(20);
    const { candles } = await source.candles({ ...wanted, from: wanted.from + 5 * DAY });
    const times = new Set(candles.map(({ time }) => time));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(wanted.from + 5 * DAY);
    expect(Math.max(...times)).toBe(wanted.to);
    expect(times.size).toBeGreaterThanOrEqual(14);
  });

  test('leaves a gap a gap', async () => {
    const wanted = newest(20);
    const gap = { from: wanted.from + 5 * DAY, to: wanted.from + 8 * DAY };
    const source = await start({ gaps: [gap] });
    const { candles, isStartOfHistory } = await source.candles(wanted);
    expect(candles).toHaveLength(16);
    expect(isStartOfHistory).toBe(false);
    const inside = await source.candles({ ...wanted, ...gap });
    expect(inside).toEqual({ candles: [], isStartOfHistory: false });
  });

  test('finds the start of history, and never gives a zero', async () => {
    const wanted = newest(30);
    const listed = wanted.from + 10 * DAY;
    const source = await start({ listedSince: { BTC: listed } });
    const around = await source.candles(wanted);
    expect(around.candles.map(({ time }) => time)[0]).toBe(listed);
    expect(around.candles).toHaveLength(20);
    expect(around.candles.every(({ low }) => low > 0)).toBe(true);
    const before = await source.candles({ ...wanted, to: listed - DAY });
    expect(before).toEqual({ candles: [], isStartOfHistory: true });
  });

  test('an unknown pair is an error that names it', async () => {
    const source = await start({ candles: () => undefined });
    await expect(source.candles({ ...newest(5), symbol: 'NOSUCH' })).rejects.toMatchObject({
      code: 'unknown_pair',
      message: expect.stringContaining(`NOSUCH-${quote}`),
      remedy: expect.stringMatching(/./),
    });
  });

  const FAULTS: readonly (readonly [Fault, string, RegExp])[] = [
    ['rate-limit', 'market_rate_limited', /429/],
    ['teapot', 'market_rate_limited', /418/],
    ['500', 'market_unavailable', /500/],
    ['cut', 'market_unavailable', /broke/],
    ['reset', 'market_unavailable', /broke/],
    ['html', 'market_unavailable', /HTML/],
    ['restricted', 'market_restricted', /451/],
    ['unauthorized', 'market_unauthorized', /401/],
  ];
  test.each(FAULTS)('%s is %s', async (fault, code, what) => {
    const source = await start({ faults: () => fault });
    const failure = source.candles(newest(5));
    await expect(failure).rejects.toMatchObject({ code, message: expect.stringMatching(what) });
    await expect(failure).rejects.toThrow(`127.0.0.1:${provider.port}`);
    await expect(failure).rejects.toThrow(`BTC-${quote} 1d`);
    await expect(source.ping()).rejects.toMatchObject({ code });
  });

  test('no answer in time is market_unavailable', async () => {
    const source = await start({ faults: ['timeout'] }, 250);
    await expect(source.candles(newest(5))).rejects.toMatchObject({
      code: 'market_unavailable',
      message: expect.stringContaining('did not answer within 0.25 s'),
    });
  });

  test.each(['rate-limit', 'teapot'] as const)('Retry-After of %s becomes milliseconds', async (fault) => {
    const source = await start({ faults: () => fault });
    await expect(source.candles(newest(5))).rejects.toMatchObject({ retryAfter: 7000 });
  });

  test('a failed request leaves nothing behind: the next one succeeds', async () => {
    const source = await start({ faults: ['500', 'cut', 'html'] });
    for (let turn = 0; turn < 3; turn++) await expect(source.candles(newest(5))).rejects.toMatchObject({ retry: true });
    const { candles } = await source.candles(newest(5));
    expect(candles).toHaveLength(5);
    expect(provider.requests.map(({ fault }) => fault)).toEqual(['500', 'cut', 'html', 'ok']);
  });

  test('nobody listens: market_unavailable', async () => {
    const source = await start();
    await provider.close();
    const refused = source.candles(newest(5));
    await expect(refused).rejects.toMatchObject({ code: 'market_unavailable', details: { reason: 'ECONNREFUSED' } });
    provider = await startProvider();
  });

  test('stops when it is told to, before and while it waits', async () => {
    const source = await start({ faults: () => 'timeout' });
    const reason = new Error('enough');
    await expect(source.candles(newest(5), AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(provider.requests).toHaveLength(0);
    const controller = new AbortController();
    const waiting = source.candles(newest(5), controller.signal).catch((thrown: unknown) => thrown);
    await expect.poll(() => provider.requests.length).toBe(1);
    controller.abort(reason);
    expect(await waiting).toBe(reason);
  });
});
