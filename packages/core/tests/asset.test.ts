import { describe, expect, it } from 'vitest';
import { coinGeckoId, DEFAULT_ASSETS, parsePair, resolveAsset } from '../src/index.ts';

describe('parsePair', () => {
  it.each([
    ['BTC', { symbol: 'BTC' }],
    ['btc', { symbol: 'BTC' }],
    [' btc ', { symbol: 'BTC' }],
    ['BTCUSDT', { symbol: 'BTC', quote: 'USDT' }],
    ['btcusd', { symbol: 'BTC', quote: 'USD' }],
    ['BTC-USD', { symbol: 'BTC', quote: 'USD' }],
    ['BTC/USD', { symbol: 'BTC', quote: 'USD' }],
    ['BTC_BRL', { symbol: 'BTC', quote: 'BRL' }],
    ['bitcoin', { symbol: 'BTC' }],
    ['Bitcoin Cash', { symbol: 'BCH' }],
    ['avalanche-2', { symbol: 'AVAX' }],
    ['ETHBTC', { symbol: 'ETH', quote: 'BTC' }],
    ['PEPEUSDT', { symbol: 'PEPE', quote: 'USDT' }],
    ['1INCH', { symbol: '1INCH' }],
  ])('reads %s', (text, pair) => {
    expect(parsePair(text)).toEqual(pair);
  });

  it.each(['WBTC', 'STETH', 'USDT', 'USD'])('does not cut %s, which is an asset by itself', (text) => {
    expect(parsePair(text)).toEqual({ symbol: text });
  });

  it.each(['', ' ', 'BTC-USD-EUR', '../etc', 'BTC USD', 'é', '-USD', 'BTC-', 'A'.repeat(21), 'a%2fb'])(
    'refuses %j with a remedy',
    (text) => {
      expect(() => parsePair(text)).toThrow(
        expect.objectContaining({ code: 'bad_input', remedy: expect.stringContaining('BTC-USD') }),
      );
    },
  );
});

describe('resolveAsset', () => {
  const available = ['BTC', 'ETH', 'WBTC', 'HET'];

  it('finds any spelling among the available', () => {
    expect(resolveAsset('ethereum', available)).toBe('ETH');
    expect(resolveAsset('btc-usd', available, 'USD')).toBe('BTC');
    expect(resolveAsset('het', available)).toBe('HET');
  });

  it('names the closest assets for an unknown one', () => {
    expect(() => resolveAsset('BTX', available)).toThrow(
      expect.objectContaining({ code: 'unknown_symbol', remedy: expect.stringContaining('Did you mean BTC') }),
    );
    expect(() => resolveAsset('BTC', [])).toThrow(
      expect.objectContaining({ code: 'unknown_symbol', remedy: 'Crawl some first: pavio crawl.' }),
    );
  });

  it('refuses a pair in another quote than is served', () => {
    expect(() => resolveAsset('BTC-EUR', available, 'USD')).toThrow(
      expect.objectContaining({ code: 'bad_input', message: 'BTC is quoted in USD here, not in EUR.' }),
    );
  });
});

it('has a CoinGecko id for every default asset', () => {
  expect(DEFAULT_ASSETS).toHaveLength(20);
  for (const symbol of DEFAULT_ASSETS) expect(coinGeckoId(symbol)).toMatch(/^[a-z0-9-]+$/);
  expect(coinGeckoId('NOPE')).toBeUndefined();
});
