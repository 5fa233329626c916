import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fixedClock, type MarketCap } from '@pavio/core';
import { cryptoCompare } from '@pavio/market';
import { startProvider } from '@pavio/market/testing';
import { describe, expect, test } from 'vitest';
import { startAnswers } from './answer-server.ts';

const clock = fixedClock('2026-11-20T12:00:00Z');
const RECORDED = path.resolve(import.meta.dirname, '../../../../shared/fixtures');

function largest(baseUrl: string, count: number, apiKey?: string): Promise<MarketCap[]> {
  // The provider makes up the history of every coin first.
  const { largest: ask } = cryptoCompare({ baseUrl, clock, apiKey, timeoutMs: 120_000 });
  if (ask === undefined) throw new Error('CryptoCompare has a ranking');
  return ask('USD', count);
}

function coin(symbol: string, figures?: object): object {
  return { CoinInfo: { Id: '1', Name: symbol }, ...(figures && { RAW: { USD: figures } }) };
}

function toplist(...coins: object[]): { body: string } {
  return { body: JSON.stringify({ Message: 'Success', Type: 100, Data: coins }) };
}

test('asks for as many as are wanted, with the key, and gives the largest first', async () => {
  const ranking = Array.from({ length: 130 }, (_, place) => `C${place}`);
  const provider = await startProvider({ clock, apiKey: 'some-key', ranking });
  const found = await largest(provider.url, 120, 'some-key');
  await provider.close();
  expect(found.map(({ symbol }) => symbol)).toEqual(ranking.slice(0, 120));
  expect(found.map(({ marketCap }) => marketCap)).toEqual(ranking.slice(0, 120).map((_, i) => 1e12 / (i + 1)));
  expect(provider.requests.map(({ query }) => query)).toEqual([
    { tsym: 'USD', limit: '100', page: '0' },
    { tsym: 'USD', limit: '100', page: '1' },
  ]);
});

test('takes fewer than a page from a page', async () => {
  const provider = await startProvider({ clock });
  const found = await largest(provider.url, 3);
  await provider.close();
  expect(found.map(({ symbol }) => symbol)).toEqual(['BTC', 'ETH', 'BNB']);
});

test('leaves out what has no price or no market capitalisation, and orders by itself', async () => {
  const answer = toplist(
    coin('SMALL', { PRICE: 2, MKTCAP: 10 }),
    coin('BARE'),
    coin('UNPRICED', { PRICE: 0, MKTCAP: 99 }),
    coin('UNKNOWN', { PRICE: 1, MKTCAP: 0 }),
    coin('LARGE', { PRICE: 5, MKTCAP: 50, CIRCULATINGSUPPLY: 10 }),
  );
  await using server = await startAnswers(answer);
  expect(await largest(server.url, 10)).toEqual([
    { symbol: 'LARGE', price: 5, marketCap: 50, circulatingSupply: 10 },
    { symbol: 'SMALL', price: 2, marketCap: 10, circulatingSupply: undefined },
  ]);
});

test.each([
  ['rate-limit', 'market_rate_limited'],
  ['500', 'market_unavailable'],
  ['html', 'market_unavailable'],
  ['cut', 'market_unavailable'],
  ['unauthorized', 'market_unauthorized'],
] as const)('%s is %s', async (fault, code) => {
  const provider = await startProvider({ clock, faults: [fault] });
  await expect(largest(provider.url, 10)).rejects.toMatchObject({ code });
  await provider.close();
});

test('a key that is not accepted is market_unauthorized', async () => {
  const provider = await startProvider({ clock, apiKey: 'some-key' });
  await expect(largest(provider.url, 10, 'another-key')).rejects.toMatchObject({ code: 'market_unauthorized' });
  await provider.close();
});

test('an answer of another form is refused, naming what is wrong', async () => {
  await using server = await startAnswers({ body: '{"Message":"Success","Data":{"BTC":1}}' });
  await expect(largest(server.url, 10)).rejects.toMatchObject({
    code: 'market_unavailable',
    message: expect.stringContaining('unexpected form'),
  });
});

const isThere = existsSync(RECORDED);
describe(`recorded answers${isThere ? '' : ' (SKIPPED: no folder shared/fixtures beside the checkout)'}`, () => {
  const read = (file: string) => readFileSync(path.join(RECORDED, file), 'utf8');

  // The toplist gives each coin the same figures as pricemultifull does; this one was recorded.
  test.skipIf(!isThere)('the figures of a coin', async () => {
    const { RAW } = JSON.parse(read('cryptocompare-pricemultifull.BTC-USD.2023-09-01.json'));
    await using server = await startAnswers(toplist({ CoinInfo: { Name: 'BTC' }, RAW: RAW.BTC }));
    expect(await largest(server.url, 10)).toEqual([
      { symbol: 'BTC', price: 26_014.13, marketCap: 506_569_719_624.84, circulatingSupply: 19_472_868 },
    ]);
  });

  test.skipIf(!isThere).each([
    ['cryptocompare-error-type1-apikey.json', 'market_unauthorized'],
    ['cryptocompare-error-type2-param.json', 'market_refused'],
    ['cryptocompare-error-type99-ratelimit.json', 'market_rate_limited'],
  ])('%s', async (file, code) => {
    await using server = await startAnswers({ body: read(file) });
    await expect(largest(server.url, 10)).rejects.toMatchObject({ code });
  });
});
