import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type CandleSeries,
  type CandleStore,
  type FeatureStore,
  fixedClock,
  type ObjectStore,
  silentLogger,
  sliceRows,
} from '@pavio/core';
import { folderStore, lakeCandleStore, lakeFeatureStore } from '@pavio/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { computeFeatures, type FeatureJob, featureSet, runFeatureJob } from '../src/index.ts';
import { walk } from './candle-series.ts';

const DAY = 86_400_000;
const set = featureSet('1d');
const market = { source: 'binance', quote: 'USDT', interval: '1d' } as const;

let folder: string;
let store: ObjectStore;
let candles: CandleStore;
let features: FeatureStore;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pavio-features-'));
  store = folderStore(folder);
  candles = lakeCandleStore(store);
  features = lakeFeatureStore(store);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const btc = walk({ seed: 1, rows: 400 });
const last = btc.time.at(-1)!;
/** The last candle of BTC has just closed. */
const clock = fixedClock(last + DAY);

function job(options: Partial<FeatureJob> = {}): FeatureJob {
  return { candles, features, ...market, clock, log: silentLogger, ...options };
}

async function put(symbol: string, series: CandleSeries): Promise<void> {
  await candles.upsert({ ...market, symbol }, series);
}

it('stores the features of every asset and says what it did', async () => {
  await put('BTC', btc);
  await put('ETH', withoutRow(walk({ seed: 2, rows: 300 }), 100));
  const progress: string[] = [];
  const report = await runFeatureJob(
    job({ onProgress: ({ done, total, symbol }) => progress.push(`${symbol} ${done}/${total}`) }),
  );

  expect(progress).toEqual(['BTC 1/2', 'ETH 2/2']);
  expect(report).toMatchObject({
    missing: [],
    tooShort: [],
    rows: 699,
    completeRows: 400 - set.lookback + (299 - 2 * set.lookback),
    from: btc.time[0],
    to: last,
    columns: set.columns.length,
    inputs: set.inputs.length,
    assets: [
      { symbol: 'BTC', rows: 400, completeRows: 400 - set.lookback, gaps: 0 },
      { symbol: 'ETH', rows: 299, completeRows: 299 - 2 * set.lookback, gaps: 1 },
    ],
  });

  const table = (await features.latest())!;
  expect(table).toMatchObject({ ...market, symbols: ['BTC', 'ETH'] });
  expect(table.featureSet).toEqual({ name: set.name, hash: set.hash, columns: set.columns, inputs: set.inputs });
  expect(Array.from(table.close.subarray(0, 400))).toEqual(Array.from(btc.close));
  const own = Array.from(table.columns, ([name, values]): [string, Float64Array] => [name, values.slice(0, 400)]);
  expect(new Map(own)).toEqual(computeFeatures(btc, '1d'));
});

it('run again changes nothing', async () => {
  await put('BTC', btc);
  const first = await runFeatureJob(job());
  const before = await store.head(first.key);
  const second = await runFeatureJob(job({ clock: fixedClock(last + DAY + 1000) }));
  expect(second.key).toBe(first.key);
  expect(await store.head(first.key)).toEqual(before);
});

it('gives the same from threads, be it bytes or errors', async () => {
  const symbols = ['ADA', 'BNB', 'BTC', 'DOGE', 'ETH', 'SOL', 'TRX', 'XRP'];
  const hourly = { ...market, interval: '1h' } as const;
  const hours = walk({ seed: 1, rows: 25_000, interval: '1h' });
  const end = hours.time.at(-1)!;
  const hourlyJob = (threads: number) => job({ ...hourly, threads, clock: fixedClock(end + 3_600_000) });
  const putHours = async (symbol: string, series: CandleSeries) => {
    const shift = end - series.time.at(-1)!;
    const time = series.time.map((value) => value + shift);
    await candles.upsert({ ...hourly, symbol }, { ...series, time });
  };

  // Enough rows that threads are started.
  for (const [seed, symbol] of symbols.entries()) {
    await putHours(symbol, walk({ seed, rows: 25_000, interval: '1h', gaps: seed % 2 === 0 ? 0 : 0.001 }));
  }
  const latest = 'features/cripto_features_latest.parquet';
  const files = [];
  for (const threads of [1, 2]) {
    await store.delete(latest);
    const report = await runFeatureJob(hourlyJob(threads));
    expect(report.computed).toEqual(symbols);
    files.push(Buffer.from((await store.get(latest))!.body));
  }
  expect(files[1]!.equals(files[0]!)).toBe(true);

  await store.delete(latest);
  const bad = walk({ seed: 9, rows: 5000, interval: '1h' });
  bad.high[4000] = bad.low[4000]! / 2;
  await putHours('ZZZ', bad);
  const error = await runFeatureJob(hourlyJob(2)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'bad_candles', details: { row: 4000 } });
  expect(String(error)).toContain('ZZZ-USDT of binance');
  expect(await features.latest()).toBeUndefined();
});

describe('an asset whose candles have not changed', () => {
  it('is not computed again, and the file is the same as if it were', async () => {
    for (const [seed, symbol] of ['ADA', 'BTC', 'ETH'].entries()) await put(symbol, walk({ seed, rows: 300 }));
    await put('BTC', btc);
    expect((await runFeatureJob(job())).computed).toEqual(['ADA', 'BTC', 'ETH']);
    expect((await runFeatureJob(job())).computed).toEqual([]);

    const late = btc.time.at(-1)! + DAY;
    await put('BTC', { ...sliceRows(btc, 399), time: Float64Array.of(late) });
    await put('NEW', walk({ seed: 8, rows: 100 }));
    const later = job({ clock: fixedClock(late + DAY) });
    const report = await runFeatureJob(later);
    expect(report).toMatchObject({ computed: ['BTC', 'NEW'], rows: 300 + 401 + 300 + 100 });
    expect(report.assets.map(({ symbol }) => symbol)).toEqual(['ADA', 'BTC', 'ETH', 'NEW']);

    const latest = 'features/cripto_features_latest.parquet';
    const reused = (await store.get(latest))!.body;
    await store.delete(latest);
    expect((await runFeatureJob(later)).computed).toHaveLength(4);
    expect(Buffer.compare((await store.get(latest))!.body, reused)).toBe(0);
  });

  it('is computed again when a candle was not closed before', async () => {
    await put('BTC', btc);
    expect(await runFeatureJob(job({ clock: fixedClock(last + DAY - 1) }))).toMatchObject({ rows: 399 });
    expect(await runFeatureJob(job())).toMatchObject({ rows: 400, computed: ['BTC'] });
    expect(await runFeatureJob(job())).toMatchObject({ rows: 400, computed: [] });
    // A clock that was set back takes the candle away again.
    expect(await runFeatureJob(job({ clock: fixedClock(last + DAY - 1) }))).toMatchObject({ rows: 399 });
  });

  it('is left out when it is no longer asked for', async () => {
    await put('BTC', btc);
    await put('ETH', btc);
    await runFeatureJob(job());
    expect(await runFeatureJob(job({ symbols: ['ETH'] }))).toMatchObject({ computed: [], rows: 400 });
    expect((await features.latest())!.symbols).toEqual(['ETH']);
  });
});

it('takes closed candles only, by the clock', async () => {
  await put('BTC', btc);
  const report = await runFeatureJob(job({ clock: fixedClock(last + DAY - 1) }));
  expect(report).toMatchObject({ rows: 399, to: last - DAY });
});

it('names assets that are too short or absent and does the others', async () => {
  await put('BTC', btc);
  await put('PUMP', sliceRows(btc, 0, set.lookback));
  const report = await runFeatureJob(job({ symbols: ['BTC', 'PUMP', 'XYZ'] }));
  expect(report).toMatchObject({
    assets: [{ symbol: 'BTC' }],
    tooShort: [{ symbol: 'PUMP', rows: set.lookback }],
    missing: ['XYZ'],
  });
  expect((await features.latest())!.symbols).toEqual(['BTC']);
});

it('computes the assets asked for alone', async () => {
  await put('BTC', btc);
  await put('ETH', btc);
  expect((await runFeatureJob(job({ symbols: ['ETH'] }))).assets).toMatchObject([{ symbol: 'ETH' }]);
});

it('refuses a store without candles, and candles that are too few', async () => {
  await expect(runFeatureJob(job())).rejects.toMatchObject({
    code: 'no_candles',
    message: expect.stringContaining('USDT') as string,
  });
  await put('BTC', sliceRows(btc, 0, 20));
  await expect(runFeatureJob(job({ symbols: ['ETH'] }))).rejects.toMatchObject({ code: 'no_candles' });
  await expect(runFeatureJob(job())).rejects.toMatchObject({
    code: 'not_enough_data',
    details: { needed: set.lookback + 1, assets: [{ symbol: 'BTC', rows: 20 }] },
  });
  expect(await features.latest()).toBeUndefined();
});

function withoutRow(series: CandleSeries, row: number): CandleSeries {
  const cut = (column: Float64Array) => column.filter((_, index) => index !== row);
  return {
    time: cut(series.time),
    open: cut(series.open),
    high: cut(series.high),
    low: cut(series.low),
    close: cut(series.close),
    volume: cut(series.volume),
    quoteVolume: cut(series.quoteVolume),
  };
}
