import { fixedClock, type ObjectStore, silentLogger } from '@pavio/core';
import { folderStore } from '@pavio/storage';
import { describe, expect, it } from 'vitest';
import { largestAssets } from '../src/index.ts';
import { temporaryFolder } from './support/lake.ts';
import { provide } from './support/provider.ts';
import { virtualTimer } from './support/virtual-timer.ts';

const clock = fixedClock('2026-06-15T12:00:00Z');
const SNAPSHOT = 'raw/cryptocompare/marketcap/20260615.csv';

async function newStore(): Promise<ObjectStore> {
  return folderStore(await temporaryFolder());
}

async function textOf(store: ObjectStore, key: string): Promise<string | undefined> {
  const object = await store.get(key);
  return object && new TextDecoder().decode(object.body);
}

describe('the largest assets', () => {
  it('are those of the ranking that stand for themselves', async () => {
    const ranking = ['BTC', 'ETH', 'USDT', 'STETH', 'XRP', 'FDUSD', 'WBTC', 'EURC', 'DAI', 'SOL', 'DOGE'];
    const { cryptoCompare: source } = await provide({ clock, ranking });
    const store = await newStore();
    const assets = await largestAssets({ source, store, quote: 'USD', count: 4, clock, log: silentLogger });
    expect(assets).toEqual(['BTC', 'ETH', 'XRP', 'SOL']);
  });

  it('are kept as the snapshot of the day, all of them', async () => {
    const { cryptoCompare: source } = await provide({ clock, ranking: ['BTC', 'USDT', 'ETH'] });
    const store = await newStore();
    await largestAssets({ source, store, quote: 'USD', count: 2, clock, log: silentLogger });
    const [header, ...rows] = (await textOf(store, SNAPSHOT))?.trimEnd().split('\n') ?? [];
    expect(header).toBe('time,symbol,rank,price,market_cap,circulating_supply');
    expect(rows.map((row) => row.split(',').slice(0, 3))).toEqual([
      ['1781524800', 'BTC', '1'],
      ['1781524800', 'USDT', '2'],
      ['1781524800', 'ETH', '3'],
    ]);
    for (const row of rows) {
      const [, , , price, cap, supply] = row.split(',').map(Number);
      expect((price ?? 0) * (supply ?? 0)).toBeCloseTo(cap ?? Number.NaN, 0);
    }
  });

  it('are asked for again when that may help, and not before the provider allows it', async () => {
    const { cryptoCompare: source, provider } = await provide({ clock, faults: ['500', 'rate-limit', 'cut'] });
    const timer = virtualTimer();
    const job = { source, store: await newStore(), quote: 'USD', count: 3, clock, log: silentLogger, timer };
    expect(await largestAssets(job)).toEqual(['BTC', 'ETH', 'BNB']);
    expect(provider.requests).toHaveLength(4);
    expect(timer.now()).toBeGreaterThanOrEqual(7000);
  });

  it('are not there where the key is refused, and nothing is stored', async () => {
    const { cryptoCompare: source, provider } = await provide({ clock, apiKey: 'another-key' });
    const store = await newStore();
    const job = { source, store, quote: 'USD', count: 3, clock, log: silentLogger };
    await expect(largestAssets(job)).rejects.toMatchObject({ code: 'market_unauthorized' });
    expect(provider.requests).toHaveLength(1);
    expect(await textOf(store, SNAPSHOT)).toBeUndefined();
  });

  it('are not known to a source without a ranking', async () => {
    const { binance: source } = await provide({ clock });
    const job = { source, store: await newStore(), quote: 'USDT', count: 3, clock, log: silentLogger };
    await expect(largestAssets(job)).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringContaining('binance has no ranking'),
    });
  });
});
