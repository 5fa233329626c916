import { inspect } from 'node:util';
import { fixedClock, INTERVALS } from '@pavio/core';
import { cryptoCompare } from '@pavio/market';
import { startProvider } from '@pavio/market/testing';
import { describe, expect, test } from 'vitest';
import { startAnswers } from './answer-server.ts';

const NOW = Date.UTC(2026, 10, 20, 12, 34, 56);
const clock = fixedClock(NOW);
const DAY = INTERVALS['1d'];
const TODAY = Math.floor(NOW / DAY) * DAY;
const KEY = 'kept-secret-0123456789';
const wanted = { symbol: 'BTC', quote: 'USD', interval: '1d', from: TODAY - 2 * DAY, to: TODAY - DAY } as const;
const row = { open: 10, high: 12, low: 9, close: 11, volumefrom: 5, volumeto: 55 };
const success = (rows: readonly object[]) =>
  JSON.stringify({ Response: 'Success', Type: 100, Data: { Aggregated: false, Data: rows } });
const failure = (type: number, message: string, more: object = {}) =>
  JSON.stringify({ Response: 'Error', Message: message, Type: type, RateLimit: {}, Data: {}, ...more });

async function ask(...answers: Parameters<typeof startAnswers>) {
  await using server = await startAnswers(...answers);
  return await cryptoCompare({ apiKey: KEY, baseUrl: server.url, clock }).candles(wanted);
}

describe('the key', () => {
  test('goes into a header and nowhere else', async () => {
    const provider = await startProvider({ clock, apiKey: KEY });
    await cryptoCompare({ apiKey: KEY, baseUrl: provider.url, clock }).candles(wanted);
    const [request] = provider.requests;
    expect(request?.headers['authorization']).toBe(`Apikey ${KEY}`);
    expect(JSON.stringify(request?.query)).not.toContain(KEY);
    await provider.close();
  });

  test('that is missing or wrong is market_unauthorized', async () => {
    const provider = await startProvider({ clock, apiKey: KEY });
    const unauthorized = { code: 'market_unauthorized', remedy: expect.stringContaining('CRYPTOCOMPARE_API_KEY') };
    await expect(cryptoCompare({ baseUrl: provider.url, clock }).candles(wanted)).rejects.toMatchObject(unauthorized);
    await expect(cryptoCompare({ apiKey: 'wrong', baseUrl: provider.url, clock }).ping()).rejects.toMatchObject(
      unauthorized,
    );
    await provider.close();
  });

  test.each([
    ['in an error document', { body: failure(1, `The api key ${KEY} is not valid`) }],
    ['with HTTP 401', { status: 401, body: failure(1, `The api key ${KEY} is not valid`) }],
    ['in a refusal', { body: failure(2, `limit of ${KEY}`) }],
    ['in HTML', { body: `<html>${KEY}</html>` }],
  ])('is in no error, even where the provider repeats it %s', async (_where, answer) => {
    const error = await ask(answer).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(KEY);
  });

  test('is in no error of the connection either', async () => {
    const source = cryptoCompare({ apiKey: KEY, baseUrl: 'http://127.0.0.1:1', clock });
    const error = await source.candles(wanted).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'market_unavailable' });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(KEY);
  });
});

describe('requests', () => {
  test('ask for exactly the window', async () => {
    const provider = await startProvider({ clock });
    await cryptoCompare({ baseUrl: provider.url, clock }).candles(wanted);
    expect(provider.requests.map(({ path, query }) => ({ path, query }))).toEqual([
      {
        path: '/data/v2/histoday',
        query: { fsym: 'BTC', tsym: 'USD', limit: '1', toTs: String((TODAY - DAY) / 1000) },
      },
    ]);
    await provider.close();
  });

  test('of aggregated candles keep below the cut, newest first', async () => {
    const provider = await startProvider({ clock });
    const step = INTERVALS['4h'];
    const to = Math.floor(NOW / step) * step;
    const window = { symbol: 'BTC', quote: 'USD', interval: '4h', from: to - 1199 * step, to } as const;
    const { candles } = await cryptoCompare({ baseUrl: provider.url, clock }).candles(window);
    expect(candles.map(({ time }) => time)).toEqual(Array.from({ length: 1200 }, (_, i) => window.from + i * step));
    expect(provider.requests.map(({ query }) => query)).toMatchObject([
      { limit: '499', aggregate: '4', aggregatePredictableTimePeriods: 'true', toTs: String(to / 1000) },
      { limit: '499' },
      { limit: '199' },
    ]);
    await provider.close();
  });

  test('for minutes older than a week are not made', async () => {
    const provider = await startProvider({ clock });
    const source = cryptoCompare({ baseUrl: provider.url, clock });
    const step = INTERVALS['5m'];
    const to = Math.floor(NOW / step) * step;
    const long = { symbol: 'BTC', quote: 'USD', interval: '5m', from: to - 2999 * step, to } as const;
    const { candles, isStartOfHistory } = await source.candles(long);
    expect(isStartOfHistory).toBe(true);
    expect(candles).toHaveLength(7 * 288);
    expect(provider.requests).toHaveLength(6);
    await expect(source.candles({ ...long, to: to - 2500 * step })).resolves.toEqual({
      candles: [],
      isStartOfHistory: true,
    });
    expect(provider.requests).toHaveLength(6);
    await provider.close();
  });

  test('stop at the padding', async () => {
    const step = INTERVALS['4h'];
    const to = Math.floor(NOW / step) * step;
    const provider = await startProvider({ clock, listedSince: to - 9 * step });
    const window = { symbol: 'BTC', quote: 'USD', interval: '4h', from: to - 1999 * step, to } as const;
    const { candles, isStartOfHistory } = await cryptoCompare({ baseUrl: provider.url, clock }).candles(window);
    expect(candles).toHaveLength(10);
    expect(isStartOfHistory).toBe(true);
    expect(provider.requests).toHaveLength(1);
    await provider.close();
  });
});

describe('errors inside HTTP 200', () => {
  test.each([
    ['rate limit', failure(99, 'Over the rate limit.'), 'market_rate_limited'],
    ['rate limit of another type', failure(1, 'You are over your rate limit.'), 'market_rate_limited'],
    ['no key', failure(1, 'A valid auth key or api key is needed'), 'market_unauthorized'],
    ['no market', failure(1, 'This market does not exist'), 'unknown_pair'],
    ['no market as a bad parameter', failure(2, 'There is no data for the symbol XYZ.'), 'unknown_pair'],
    ['bad parameter', failure(2, 'toTs is not valid', { ParamWithError: 'toTs' }), 'market_refused'],
    ['the older form of Data', failure(1, 'This market does not exist', { Data: [] }), 'unknown_pair'],
    ['nothing but the word', '{"Response":"Error"}', 'market_refused'],
  ])('%s', async (_what, body, code) => {
    await expect(ask({ body })).rejects.toMatchObject({ code });
  });

  const used = (period: string) => ({
    RateLimit: { calls_made: { second: 1, [period]: 50, total_calls: 9 }, max_calls: { second: 20, [period]: 50 } },
  });
  test.each([
    ['second', 1000],
    ['minute', 4000],
    ['hour', (25 * 60 + 4) * 1000],
    ['day', ((11 * 60 + 25) * 60 + 4) * 1000],
    ['month', 10 * DAY + ((11 * 60 + 25) * 60 + 4) * 1000],
  ])('a used-up quota of a %s comes back after %d ms', async (period, retryAfter) => {
    const body = failure(99, 'Over the rate limit.', used(period));
    await expect(ask({ body })).rejects.toMatchObject({ code: 'market_rate_limited', retryAfter });
  });

  test('from a provider that does so', async () => {
    const provider = await startProvider({ clock, faults: ['error-200'] });
    const source = cryptoCompare({ baseUrl: provider.url, clock });
    await expect(source.candles(wanted)).rejects.toMatchObject({ code: 'market_rate_limited', retryAfter: 4000 });
    await expect(source.candles(wanted)).resolves.toMatchObject({ candles: [{}, {}] });
    await provider.close();
  });

  test('a quota that is not named comes back with the next minute', async () => {
    await expect(ask({ body: failure(99, 'Over.') })).rejects.toMatchObject({ retryAfter: 4000 });
  });
});

describe('rows', () => {
  const at = (time: number, more: object = {}) => ({ time: time / 1000, ...row, ...more });

  test.each([
    ['milliseconds', [at(wanted.from * 1000)], /impossible time/],
    ['a time before Bitcoin', [at(DAY)], /impossible time/],
    ['the far future', [at(TODAY + 3 * DAY)], /impossible time/],
    ['an open time off the grid', [at(wanted.from + 3_600_000)], /no open time of a 1d candle/],
    ['a price in a string', [at(wanted.from, { close: '11' })], /expected number/],
    ['a missing column', [{ ...at(wanted.from), low: undefined }], /expected number/],
    ['rows that are no list', {} as object[], /expected array/],
  ])('%s are refused, not left out', async (_what, rows, message) => {
    const failed = ask({ body: success(rows) });
    await expect(failed).rejects.toMatchObject({ code: 'market_unavailable', message: expect.stringMatching(message) });
  });

  test('an open outside [low, high] and a volume of zero are passed on: they are real', async () => {
    const odd = at(wanted.from, { open: 13, volumefrom: 0, volumeto: 0 });
    const { candles } = await ask({ body: success([odd, at(wanted.to)]) });
    expect(candles[0]).toEqual({ time: wanted.from, open: 13, high: 12, low: 9, close: 11, volume: 0, quoteVolume: 0 });
  });

  test('no rows at all say nothing about the start of history', async () => {
    await expect(ask({ body: success([]) })).resolves.toEqual({ candles: [], isStartOfHistory: false });
  });

  test('zeros between prices are left out but are not the start of history', async () => {
    const zero = { open: 0, high: 0, low: 0, close: 0, volumefrom: 0, volumeto: 0 };
    const { candles, isStartOfHistory } = await ask({ body: success([at(wanted.from), at(wanted.to, zero)]) });
    expect(candles.map(({ time }) => time)).toEqual([wanted.from]);
    expect(isStartOfHistory).toBe(false);
  });
});

test('404 past the start of history ends it; any other 404 is market_refused', async () => {
  const provider = await startProvider({ clock, faults: ['not-found'] });
  const source = cryptoCompare({ baseUrl: provider.url, clock });
  await expect(source.candles(wanted)).resolves.toEqual({ candles: [], isStartOfHistory: true });
  await provider.close();
  await expect(ask({ status: 404, body: '{"message":"no such page"}' })).rejects.toMatchObject({
    code: 'market_refused',
  });
});
