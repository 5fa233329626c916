// Answers as the providers write them: a few of our own in the repository, and recorded ones where a checkout has them beside it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type CandleRequest, fixedClock, type MarketSource } from '@pavio/core';
import { binance, cryptoCompare } from '@pavio/market';
import { describe, expect, test } from 'vitest';
import { startAnswers } from './answer-server.ts';

const OWN = path.resolve(import.meta.dirname, 'answers');
const RECORDED = path.resolve(import.meta.dirname, '../../../../shared/fixtures');
const clock = fixedClock('2026-11-20T12:00:00Z');

/** An answer, what is asked for, and what the client must make of it. */
interface Expectation {
  readonly status?: number;
  readonly window?: readonly [from: string, to: string];
  readonly interval?: CandleRequest['interval'];
  readonly becomes: object;
}

/** The page, or the error, that the client makes of a file; candles beyond the first as their number. */
async function outcome(folder: string, file: string, expected: Expectation): Promise<object> {
  const body = readFileSync(path.join(folder, file), 'utf8');
  await using server = await startAnswers({ status: expected.status ?? 200, body });
  const source: MarketSource = file.startsWith('binance')
    ? binance({ baseUrls: [server.url], clock })
    : cryptoCompare({ baseUrl: server.url, clock });
  const [from, to] = (expected.window ?? ['2023-11-15', '2023-11-18']).map((text) => Date.parse(text)) as [
    number,
    number,
  ];
  const { interval = '1d' } = expected;
  try {
    const page = await source.candles({ symbol: 'BTC', quote: source.defaultQuote, interval, from, to });
    return { isStartOfHistory: page.isStartOfHistory, count: page.candles.length, first: page.candles[0] };
  } catch (error) {
    return error as Error;
  }
}

const ownAnswers: Readonly<Record<string, Expectation>> = {
  'cryptocompare-success.json': {
    becomes: {
      count: 3,
      isStartOfHistory: true,
      first: {
        time: Date.UTC(2023, 10, 16),
        open: 98,
        high: 104.5,
        low: 99.125,
        close: 103,
        volume: 1250.75,
        quoteVolume: 127_000.5,
      },
    },
  },
  'cryptocompare-no-key.json': { becomes: { code: 'market_unauthorized' } },
  'cryptocompare-no-market.json': { becomes: { code: 'unknown_pair' } },
  'cryptocompare-bad-parameter.json': { becomes: { code: 'market_refused' } },
  'cryptocompare-rate-limit.json': { becomes: { code: 'market_rate_limited', retryAfter: 3_600_000 } },
  'cryptocompare-before-listing.json': { status: 404, becomes: { isStartOfHistory: true, count: 0 } },
  'binance-klines.json': {
    becomes: {
      count: 2,
      isStartOfHistory: false,
      first: {
        time: Date.UTC(2023, 10, 16),
        open: 98,
        high: 104.5,
        low: 97.5,
        close: 103,
        volume: 1250.75,
        quoteVolume: 127_000.5,
      },
    },
  },
  'binance-bad-symbol.json': { status: 400, becomes: { code: 'unknown_pair' } },
  'binance-bad-interval.json': { status: 400, becomes: { code: 'market_refused', details: { code: -1120 } } },
  'binance-restricted.json': { status: 451, becomes: { code: 'market_restricted' } },
};

describe('our own answers', () => {
  test.each(readdirSync(OWN))('%s', async (file) => {
    expect(ownAnswers).toHaveProperty([file]);
    const expected = ownAnswers[file] as Expectation;
    expect(await outcome(OWN, file, expected)).toMatchObject(expected.becomes);
  });
});

const recordedAnswers: Readonly<Record<string, Expectation>> = {
  'cryptocompare-v2-histoday.BTC-USD.limit10.2021-02-27.json': {
    window: ['2021-02-17', '2021-02-27'],
    becomes: {
      count: 11,
      isStartOfHistory: false,
      first: {
        time: Date.UTC(2021, 1, 17),
        open: 49_184.63,
        high: 52_622.68,
        low: 48_967.72,
        close: 52_154.91,
        volume: 67_133.49,
        quoteVolume: 3_423_930_178.2,
      },
    },
  },
  // The older interface, which is not ours: refused by its form rather than read by chance.
  'cryptocompare-v1-histoday.BTC-USD.limit10.2026-01-03.json': {
    window: ['2025-12-24', '2026-01-03'],
    becomes: { code: 'market_unavailable', message: expect.stringContaining('unexpected form') },
  },
  'cryptocompare-error-type1-apikey.json': { becomes: { code: 'market_unauthorized' } },
  'cryptocompare-error-type1-nomarket.json': { becomes: { code: 'unknown_pair' } },
  'cryptocompare-error-type2-param.json': { becomes: { code: 'market_refused' } },
  // Day and month are used up: until the end of the month.
  'cryptocompare-error-type99-ratelimit.json': {
    becomes: { code: 'market_rate_limited', retryAfter: Date.UTC(2026, 11) - clock.now() },
  },
  'coindesk-index-cc-v1-historical-hours.http404-before-listing.json': {
    status: 404,
    becomes: { isStartOfHistory: true, count: 0 },
  },
  'binance-klines.testnet.BTCUSDT-1m.json': {
    interval: '1m',
    window: ['2021-06-24T18:32:00Z', '2021-06-24T18:32:00Z'],
    becomes: {
      count: 1,
      isStartOfHistory: false,
      first: {
        time: 1_624_559_520_000,
        open: 34_970.9,
        high: 35_047.03,
        low: 34_800.01,
        close: 35_047.03,
        volume: 0.419472,
        quoteVolume: 14_686.8781947,
      },
    },
  },
  'binance-error-400-bad-symbol.json': { status: 400, becomes: { code: 'unknown_pair' } },
  'binance-error-451-geo.json': { status: 451, becomes: { code: 'market_restricted' } },
};

describe(`recorded answers${existsSync(RECORDED) ? '' : ' (SKIPPED: no folder shared/fixtures beside the checkout)'}`, () => {
  test.skipIf(!existsSync(RECORDED)).each(Object.entries(recordedAnswers))('%s', async (file, expected) => {
    expect(await outcome(RECORDED, file, expected)).toMatchObject(expected.becomes);
  });
});
