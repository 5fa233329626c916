import { fixedClock, INTERVALS } from '@pavio/core';
import { binance } from '@pavio/market';
import { startProvider } from '@pavio/market/testing';
import { describe, expect, test } from 'vitest';
import { startAnswers } from './answer-server.ts';

const NOW = Date.UTC(2026, 10, 20, 12, 34, 56);
const clock = fixedClock(NOW);
const DAY = INTERVALS['1d'];
const TODAY = Math.floor(NOW / DAY) * DAY;
const wanted = { symbol: 'BTC', quote: 'USDT', interval: '1d', from: TODAY - 2 * DAY, to: TODAY - DAY } as const;
const row = (time: unknown, ...more: unknown[]) => [
  time,
  '10.5',
  '12.0',
  '9.25',
  '11.00000000',
  '5.5',
  1,
  '60.5',
  7,
  '1',
  '2',
  '0',
  ...more,
];

async function ask(...answers: Parameters<typeof startAnswers>) {
  await using server = await startAnswers(...answers);
  return await binance({ baseUrls: [server.url], clock }).candles(wanted);
}

test('asks for exactly the window', async () => {
  const provider = await startProvider({ clock });
  await binance({ baseUrls: [provider.url], clock }).candles(wanted);
  const query = {
    symbol: 'BTCUSDT',
    interval: '1d',
    startTime: String(wanted.from),
    endTime: String(wanted.to),
    limit: '2',
  };
  expect(provider.requests.map((request) => request.query)).toEqual([query]);
  await provider.close();
});

test('reads prices from strings, and microseconds for what they are', async () => {
  const expected = { time: wanted.from, open: 10.5, high: 12, low: 9.25, close: 11, volume: 5.5, quoteVolume: 60.5 };
  for (const time of [wanted.from, wanted.from * 1000]) {
    const { candles } = await ask({ body: JSON.stringify([row(time)]) });
    expect(candles).toEqual([expected]);
  }
});

test.each([
  ['seconds', row(wanted.from / 1000), /impossible time/],
  ['nanoseconds', row(wanted.from * 1e6), /impossible time|expected/],
  ['an open time off the grid', row(wanted.from + 1), /no open time/],
  ['a price that is no number', [wanted.from, '', ...row(0).slice(2)], /number in a string/],
  ['an infinite price', [wanted.from, 'Infinity', ...row(0).slice(2)], /number in a string/],
  ['too few elements', row(wanted.from).slice(0, 11), /12 elements/],
  ['too many elements', row(wanted.from, 'more'), /12 elements/],
])('%s are market_unavailable', async (_what, bad, message) => {
  const failed = ask({ body: JSON.stringify([bad]) });
  await expect(failed).rejects.toMatchObject({ code: 'market_unavailable', message: expect.stringMatching(message) });
});

test.each([
  ['bad symbol', { status: 400, body: '{"code":-1121,"msg":"x"}' }, 'unknown_pair', /BTC-USDT/],
  [
    'bad interval',
    { status: 400, body: '{"code":-1120,"msg":"No such interval"}' },
    'market_refused',
    /No such interval.*-1120/,
  ],
  ['an error inside HTTP 200', { body: '{"code":-1000,"msg":"odd"}' }, 'market_refused', /odd/],
  ['a 404', { status: 404, body: '{}' }, 'market_refused', /404/],
  ['an object', { body: '{}' }, 'market_unavailable', /unexpected form/],
  ['half an answer', { body: '[[1624559520000,"349' }, 'market_unavailable', /no valid JSON/],
  ['nothing', { body: '' }, 'market_unavailable', /no valid JSON \(0 characters\)/],
  ['a redirect', { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } }, 'market_unavailable', /302/],
])('%s', async (_what, answer, code, message) => {
  await expect(ask(answer)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test('Retry-After may be an HTTP date', async () => {
  const headers = { 'retry-after': new Date(NOW + 90_000).toUTCString() };
  await expect(ask({ status: 418, body: '{}', headers })).rejects.toMatchObject({ retryAfter: 90_000 });
});

describe('several addresses', () => {
  test.each(['restricted', '500', 'reset', 'html'] as const)(
    'the next is asked when one answers with %s, and first thereafter',
    async (fault) => {
      const bad = await startProvider({ clock, faults: () => fault });
      const good = await startProvider({ clock });
      const source = binance({ baseUrls: [bad.url, good.url], clock });
      for (let turn = 0; turn < 3; turn++) expect((await source.candles(wanted)).candles).toHaveLength(2);
      expect(bad.requests).toHaveLength(1);
      expect(good.requests).toHaveLength(3);
      await Promise.all([bad.close(), good.close()]);
    },
  );

  test.each([
    [['restricted', 'restricted'], 'market_restricted'],
    [['restricted', '500'], 'market_unavailable'],
    [['500', 'restricted'], 'market_unavailable'],
  ] as const)('when they answer %j it is %s', async (faults, code) => {
    const providers = await Promise.all(faults.map((fault) => startProvider({ clock, faults: () => fault })));
    const source = binance({ baseUrls: providers.map(({ url }) => url), clock });
    await expect(source.candles(wanted)).rejects.toMatchObject({ code });
    await Promise.all(providers.map((provider) => provider.close()));
  });

  test('what no other address can change is not asked again', async () => {
    const first = await startProvider({ clock, faults: ['rate-limit'], candles: () => undefined });
    const second = await startProvider({ clock });
    const source = binance({ baseUrls: [first.url, second.url], clock });
    await expect(source.candles(wanted)).rejects.toMatchObject({ code: 'market_rate_limited' });
    await expect(source.candles(wanted)).rejects.toMatchObject({ code: 'unknown_pair' });
    expect(second.requests).toHaveLength(0);
    await Promise.all([first.close(), second.close()]);
  });

  test('none at all is bad_config', async () => {
    await expect(binance({ baseUrls: [], clock }).ping()).rejects.toMatchObject({ code: 'bad_config' });
  });
});

test('an empty window before a pair that has never traded is the start of history', async () => {
  await expect(ask({ body: '[]' })).resolves.toEqual({ candles: [], isStartOfHistory: true });
});
