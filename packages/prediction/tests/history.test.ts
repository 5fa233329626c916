import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CandleStore, fixedClock, type Interval, silentLogger } from '@pavio/core';
import { simulateCandles, simulatedMarket } from '@pavio/market';
import { folderStore, lakeCandleStore, lakeModelRegistry, lakePredictionLog } from '@pavio/storage';
import { beforeEach, expect, it, vi } from 'vitest';
import { createHistory, createPredictor, type HistoryOptions } from '../src/index.ts';

// What is there before the first release; with one it is tested through the API.

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-21T11:00:00Z');
const LAST = Date.parse('2026-11-20T00:00:00Z');

let clock: ReturnType<typeof fixedClock>;
let candles: CandleStore;
let options: HistoryOptions;

beforeEach(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-history-'));
  const store = folderStore(folder);
  clock = fixedClock(NOW);
  candles = lakeCandleStore(store);
  const shared = { candles, predictions: lakePredictionLog(store), clock, simulated: simulatedMarket({ clock }) };
  const predictor = createPredictor({ ...shared, registry: lakeModelRegistry(store), log: silentLogger });
  // The count is waited for, however busy the disk is.
  options = { ...shared, predictor, patience: 120_000 };
  return () => rm(folder, { recursive: true, force: true });
});

/** Stores the candles of so many days until yesterday. */
async function store(source: string, symbol: string, days: number): Promise<void> {
  const key = { source, symbol, quote: 'USD', interval: '1d' as Interval };
  await candles.upsert(key, simulateCandles(symbol, '1d', LAST - (days - 1) * DAY, LAST));
}

it('is empty where nothing is stored', async () => {
  const history = createHistory(options);
  expect(await history.assets()).toEqual([]);
  await expect(history.candles('BTC', 10)).rejects.toMatchObject({ code: 'no_candles' });
  await expect(history.forecasts('BTC', 10)).rejects.toMatchObject({ code: 'no_candles' });
});

it('summarizes what is stored', async () => {
  await store('simulated', 'BTC', 400);
  await store('simulated', 'ETH', 30);
  const { close } = await candles.read({ source: 'simulated', symbol: 'BTC', quote: 'USD', interval: '1d' });
  const [btc, eth, ...others] = await createHistory(options).assets();
  expect(btc).toEqual({
    key: { source: 'simulated', symbol: 'BTC', quote: 'USD', interval: '1d' },
    isSimulated: true,
    first: LAST - 399 * DAY,
    last: LAST,
    count: 400,
    lastClose: close.at(-1),
    previousClose: close.at(-2),
  });
  expect(eth).toMatchObject({ key: { symbol: 'ETH' }, count: 30 });
  expect(others).toEqual([]);
});

it('takes real candles before simulated ones', async () => {
  await store('simulated', 'BTC', 30);
  await store('zebra', 'ETH', 30);
  const assets = await createHistory(options).assets();
  expect(assets).toMatchObject([{ key: { source: 'zebra', symbol: 'ETH' }, isSimulated: false }]);
});

it('reads a series again only when a candle has changed', async () => {
  await store('simulated', 'BTC', 40);
  const history = createHistory(options);
  await history.assets();
  const reads = vi.spyOn(candles, 'read');
  clock.set(NOW + 10_000);
  expect(await history.assets()).toMatchObject([{ count: 40 }]);
  expect(reads).not.toHaveBeenCalled();
  await store('simulated', 'BTC', 50);
  // Looked up ten seconds ago at most: the same answer.
  expect(await history.assets()).toMatchObject([{ count: 40 }]);
  clock.set(NOW + 20_000);
  expect(await history.assets()).toMatchObject([{ count: 50, first: LAST - 49 * DAY }]);
  expect(reads).toHaveBeenCalled();
});

it('does not wait for a count that takes long, and gives it later', async () => {
  await store('simulated', 'BTC', 40);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const read = candles.read.bind(candles);
  vi.spyOn(candles, 'read').mockImplementation(async (key, range) => {
    if (range === undefined) await gate;
    return read(key, range);
  });
  const history = createHistory({ ...options, patience: 1 });
  expect(await history.assets()).toMatchObject([{ last: LAST, count: undefined }]);
  open();
  await expect
    .poll(async () => {
      clock.set(clock.now() + 10_000);
      return (await history.assets())[0]?.count;
    })
    .toBe(40);
});

it('looks again after a failure', async () => {
  await store('simulated', 'BTC', 40);
  const failing = vi.spyOn(candles, 'read').mockRejectedValue(new Error('no disk'));
  const history = createHistory(options);
  await expect(history.assets()).rejects.toThrow('no disk');
  failing.mockRestore();
  expect(await history.assets()).toMatchObject([{ count: 40 }]);
});

it('gives the candles of the newest intervals, gaps left out', async () => {
  const key = { source: 'simulated', symbol: 'BTC', quote: 'USD', interval: '1d' as Interval };
  await candles.upsert(key, simulateCandles('BTC', '1d', LAST - 20 * DAY, LAST - 5 * DAY));
  await candles.upsert(key, simulateCandles('BTC', '1d', LAST - 2 * DAY, LAST));
  const history = createHistory(options);
  const { series, isSimulated } = await history.candles('btc-usd', 7);
  expect([...series.time].map((time) => (LAST - time) / DAY)).toEqual([6, 5, 2, 1, 0]);
  expect(isSimulated).toBe(true);
  await expect(history.candles('XYZ', 7)).rejects.toMatchObject({ code: 'unknown_symbol' });
  await expect(history.candles('BTC-EUR', 7)).rejects.toMatchObject({ code: 'bad_input' });
});

it('has HET without anybody storing it', async () => {
  await store('simulated', 'BTC', 30);
  const { series, isSimulated } = await createHistory(options).candles('HET', 5);
  expect(isSimulated).toBe(true);
  expect(series.time.at(-1)).toBe(LAST);
  expect(series.time).toHaveLength(5);
  expect((await createHistory(options).forecasts('HET', 5)).forecasts).toEqual([]);
});
