import { createHash } from 'node:crypto';
import { type ObjectStore, PavioError, type SeriesKey, sliceRows, sliceTime } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { folderStore, lakeCandleStore, lakeFeatureStore, lakeModelRegistry, lakePredictionLog } from '../src/index.ts';
import { candles } from './support/candles.ts';
import { assetsOf, featureTable } from './support/features.ts';
import { temporaryFolder } from './support/folders.ts';
import { forecast, release } from './support/releases.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const KEY: SeriesKey = { source: 'binance', symbol: 'BTC', quote: 'USDT', interval: '1d' };

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (body?: Uint8Array) => new TextDecoder().decode(body);
const sha256 = (body: Uint8Array) => createHash('sha256').update(body).digest('hex');

async function newLake(): Promise<ObjectStore> {
  return folderStore(await temporaryFolder());
}

async function contents(store: ObjectStore): Promise<Map<string, string>> {
  const etags = new Map<string, string>();
  for await (const { key, etag } of store.list('')) etags.set(key, etag);
  return etags;
}

/** The same store, but it notes what is written, and breaks down before the write number `last + 1`. */
function breaking(store: ObjectStore, last = Infinity): { store: ObjectStore; written: string[] } {
  const written: string[] = [];
  const note = (key: string) => {
    if (written.length === last) throw new PavioError('store_unavailable', 'broken down');
    written.push(key);
  };
  return {
    written,
    store: {
      url: store.url,
      get: (key) => store.get(key),
      getRange: (key, from, to, etag) => store.getRange(key, from, to, etag),
      head: (key) => store.head(key),
      list: (prefix) => store.list(prefix),
      delete: (key) => store.delete(key),
      put: async (key, body) => {
        note(key);
        return store.put(key, body);
      },
      copy: async (from, to) => {
        note(to);
        return store.copy(from, to);
      },
      putIfAbsent: async (key, body) => {
        note(key);
        return store.putIfAbsent(key, body);
      },
      putIfMatch: async (key, body, etag) => {
        note(key);
        return store.putIfMatch(key, body, etag);
      },
    },
  };
}

describe('candles in a lake', () => {
  const times = (from: number, step: number, count: number) => Array.from({ length: count }, (_, i) => from + i * step);
  const files = async (store: ObjectStore) => [...(await contents(store)).keys()];

  it('are a file a year, month or day', async () => {
    const lake = await newLake();
    const store = lakeCandleStore(lake);
    const start = Date.UTC(2023, 11, 31);
    await store.upsert(KEY, candles(times(start, DAY, 2)));
    await store.upsert({ ...KEY, interval: '1h' }, candles(times(start, HOUR, 48)));
    await store.upsert({ ...KEY, interval: '4h' }, candles(times(start, 4 * HOUR, 12)));
    await store.upsert({ ...KEY, interval: '15m' }, candles(times(start, HOUR / 4, 100)));
    expect(await files(lake)).toEqual([
      'raw/binance/15m/BTC-USDT/2023-12-31.csv',
      'raw/binance/15m/BTC-USDT/2024-01-01.csv',
      'raw/binance/1d/BTC-USDT/2023.csv',
      'raw/binance/1d/BTC-USDT/2024.csv',
      'raw/binance/1h/BTC-USDT/2023-12.csv',
      'raw/binance/1h/BTC-USDT/2024-01.csv',
      'raw/binance/4h/BTC-USDT/2023-12.csv',
      'raw/binance/4h/BTC-USDT/2024-01.csv',
    ]);
    const file = await lake.get('raw/binance/1d/BTC-USDT/2023.csv');
    expect(text(file?.body)).toBe(
      'time,open,high,low,close,volumefrom,volumeto\n1703980800,139.5,141,139,140,10,1000.5\n'.replace(
        '139.5,141,139,140',
        rowOf(start),
      ),
    );
  });

  it('are rewritten only where they changed', async () => {
    const lake = await newLake();
    await lakeCandleStore(lake).upsert(KEY, candles(times(Date.UTC(2020, 0), DAY, 2000)));
    const { store, written } = breaking(lake);
    await lakeCandleStore(store).upsert(KEY, candles(times(Date.UTC(2020, 0), DAY, 2001)));
    expect(written).toEqual(['raw/binance/1d/BTC-USDT/2025.csv']);
  });

  it('are written outward from what is stored, so that breaking off leaves no hole', async () => {
    const whole = candles(times(Date.UTC(2018, 0), DAY, 365 * 7));
    const middle = sliceTime(whole, Date.UTC(2021, 3), Date.UTC(2021, 8));
    const order = [2021, 2022, 2023, 2024, 2020, 2019, 2018].map((year) => `raw/binance/1d/BTC-USDT/${year}.csv`);
    for (let last = 0; last < order.length; last++) {
      const lake = await newLake();
      await lakeCandleStore(lake).upsert(KEY, middle);
      const { store, written } = breaking(lake, last);
      await expect(lakeCandleStore(store).upsert(KEY, whole)).rejects.toMatchObject({ code: 'store_unavailable' });
      expect(written).toEqual(order.slice(0, last));
      const { time } = await lakeCandleStore(lake).read(KEY);
      for (let row = 1; row < time.length; row++) expect((time[row] ?? 0) - (time[row - 1] ?? 0)).toBe(DAY);
      expect(await lakeCandleStore(lake).upsert(KEY, whole)).toMatchObject({ changed: 0 });
      expect([...(await lakeCandleStore(lake).read(KEY)).time]).toEqual([...whole.time]);
    }
  });

  it('share the lake with files that are none', async () => {
    const lake = await newLake();
    const store = lakeCandleStore(lake);
    await store.upsert(KEY, candles(times(Date.UTC(2020, 0), DAY, 10)));
    for (const key of [
      'raw/raw.csv',
      'raw/binance/marketcap/20200101.csv',
      'raw/binance/1d/BTC-USDT/notes.csv',
      'raw/binance/1d/BTC-USDT/2020-01.csv',
      'raw/binance/2d/BTC-USDT/2020.csv',
      'raw/binance/1d/BTC/2020.csv',
    ]) {
      await lake.put(key, bytes('something else'));
    }
    expect(await store.list()).toEqual([KEY]);
    expect((await store.read(KEY)).time.length).toBe(10);
  });

  it.each([
    ['not CSV', 'bad_csv', '<html>'],
    ['cut', 'bad_csv', 'time,open,high,low,close,volumefrom,volumeto\n1577836800,1,1,1'],
    [
      'unordered',
      'bad_candles',
      'time,open,high,low,close,volumefrom,volumeto\n1577923200,1,1,1,1,1,1\n1577836800,1,1,1,1,1,1\n',
    ],
    [
      'doubled',
      'bad_candles',
      'time,open,high,low,close,volumefrom,volumeto\n1577836800,1,1,1,1,1,1\n1577836800,1,1,1,1,1,1\n',
    ],
    ['of another year', 'bad_candles', 'time,open,high,low,close,volumefrom,volumeto\n1609459200,1,1,1,1,1,1\n'],
  ])('in a file that is %s are refused by the name of the file', async (_, code, body) => {
    const lake = await newLake();
    const store = lakeCandleStore(lake);
    const file = 'raw/binance/1d/BTC-USDT/2020.csv';
    await lake.put(file, bytes(body));
    const refused = { code, message: expect.stringContaining(`${lake.url}/${file}`) };
    await expect(store.read(KEY)).rejects.toMatchObject(refused);
    await expect(store.upsert(KEY, candles([Date.UTC(2020, 5)]))).rejects.toMatchObject(refused);
    expect(text((await lake.get(file))?.body)).toBe(body);
  });

  function rowOf(time: number): string {
    const { open, high, low, close } = sliceRows(candles([time]), 0);
    return [open, high, low, close].map((column) => column[0]).join(',');
  }
});

describe('features in a lake', () => {
  const writeTable = (store: ObjectStore, now: number) => {
    const features = lakeFeatureStore(store);
    return features.write(featureTable(), assetsOf(features, featureTable()), now);
  };

  it('are written dated first, latest last, as the same bytes', async () => {
    const lake = await newLake();
    const { store, written } = breaking(lake);
    await writeTable(store, Date.UTC(2026, 10, 21));
    expect(written).toEqual(['features/cripto_features_20261121.parquet', 'features/cripto_features_latest.parquet']);
    const [dated, latest] = await Promise.all(written.map((key) => lake.get(key)));
    expect(dated?.body).toEqual(latest?.body);
    await writeTable(store, Date.UTC(2026, 10, 22));
    expect(written).toHaveLength(2);
  });

  it('are completed by the next run where one broke off between the two', async () => {
    const lake = await newLake();
    const now = Date.UTC(2026, 10, 21);
    await expect(writeTable(breaking(lake, 1).store, now)).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    expect(await lakeFeatureStore(lake).latest()).toBeUndefined();
    await writeTable(lake, now);
    expect(await lakeFeatureStore(lake).latest()).toEqual(featureTable());
  });

  it('that are damaged are refused by the name of the file', async () => {
    const lake = await newLake();
    await lake.put('features/cripto_features_latest.parquet', bytes('PAR1 but nothing else PAR1'));
    await expect(lakeFeatureStore(lake).latest()).rejects.toMatchObject({
      code: 'bad_parquet',
      message: expect.stringContaining(`${lake.url}/features/cripto_features_latest.parquet`),
    });
    // The next table replaces it.
    expect(await lakeFeatureStore(lake).summary()).toBeUndefined();
    await writeTable(lake, Date.UTC(2026, 10, 21));
    expect(await lakeFeatureStore(lake).latest()).toEqual(featureTable());
  });
});

describe('releases in a lake', () => {
  const VERSION = '20240602-0000';

  it('are visible only when the manifest, written last, is there', async () => {
    const lake = await newLake();
    for (const last of [0, 1, 9, 10]) {
      await expect(lakeModelRegistry(breaking(lake, last).store).publish(release(VERSION))).rejects.toMatchObject({
        code: 'store_unavailable',
      });
      expect(await lakeModelRegistry(lake).versions()).toEqual([]);
      await expect(lakeModelRegistry(lake).load(VERSION)).rejects.toMatchObject({ code: 'unknown_version' });
    }
    const { store, written } = breaking(lake);
    await lakeModelRegistry(store).publish(release(VERSION));
    expect(written.at(-1)).toBe(`models/${VERSION}/manifest.json`);
    expect((await lakeModelRegistry(lake).load(VERSION)).manifest).toEqual(release(VERSION).manifest);
  });

  it('are copied to latest for other readers before the pointer says so', async () => {
    const lake = await newLake();
    await lakeModelRegistry(lake).publish(release(VERSION));
    const { store, written } = breaking(lake);
    await lakeModelRegistry(store).promote(VERSION, undefined);
    expect(written.toSorted()).toEqual([
      'models/latest/classifier_log.onnx',
      'models/latest/classifier_log.safetensors',
      'models/latest/classifier_rf.onnx',
      'models/latest/classifier_rf.safetensors',
      'models/latest/manifest.json',
      'models/latest/regressor_gbr.onnx',
      'models/latest/regressor_gbr.safetensors',
      'models/latest/regressor_lin.onnx',
      'models/latest/regressor_lin.safetensors',
      'models/latest/regressor_rf.onnx',
      'models/latest/regressor_rf.safetensors',
    ]);
    expect(written.at(-1)).toBe('models/latest/manifest.json');
    expect((await lake.get('models/latest/manifest.json'))?.body).toEqual(
      (await lake.get(`models/${VERSION}/manifest.json`))?.body,
    );
  });

  it('keep the old one live when promotion breaks off, and the copies are put right by the next', async () => {
    const lake = await newLake();
    const registry = lakeModelRegistry(lake);
    await registry.publish(release(VERSION));
    await registry.publish(release('20240603-0000'));
    await registry.promote(VERSION, undefined);
    const tag = await registry.liveTag();
    await expect(lakeModelRegistry(breaking(lake, 3).store).promote('20240603-0000', tag)).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    const live = await registry.live();
    expect(live).toMatchObject({ tag, manifest: { version: VERSION } });
    expect((await registry.load(live?.manifest.version ?? '')).files).toEqual(release(VERSION).files);
    // Half of the copies are those of the other one.
    expect((await registry.live({ withFiles: true }))?.files).toEqual(release(VERSION).files);
    await registry.promote('20240603-0000', tag);
    for (const [name, file] of release('20240603-0000').files) {
      expect((await lake.get(`models/latest/${name}.safetensors`))?.body).toEqual(file);
    }
  });

  it('leave the copies of the winner when the pointer was lost in a race', async () => {
    const lake = await newLake();
    const registry = lakeModelRegistry(lake);
    await registry.publish(release(VERSION));
    await registry.publish(release('20240603-0000'));
    const slow: ObjectStore = {
      ...breaking(lake).store,
      // Somebody else promotes after our copies were written, before our pointer is.
      putIfAbsent: async (key, body) => {
        await registry.promote('20240603-0000', undefined);
        return lake.putIfAbsent(key, body);
      },
    };
    await expect(lakeModelRegistry(slow).promote(VERSION, undefined)).rejects.toMatchObject({ code: 'conflict' });
    expect((await registry.live())?.manifest.version).toBe('20240603-0000');
    for (const [name, file] of release('20240603-0000').files) {
      expect((await lake.get(`models/latest/${name}.safetensors`))?.body).toEqual(file);
    }
  });

  it('are loaded without their twins, which are for other runtimes', async () => {
    const lake = await newLake();
    await lakeModelRegistry(lake).publish(release(VERSION));
    const read: string[] = [];
    const noting: ObjectStore = {
      ...breaking(lake).store,
      get: (key) => {
        read.push(key);
        return lake.get(key);
      },
    };
    expect((await lakeModelRegistry(noting).load(VERSION)).twins).toBeUndefined();
    expect(read).toHaveLength(6);
    expect(read.filter((key) => key.endsWith('.onnx'))).toEqual([]);
  });

  it('go live only with undamaged twins, but predict without', async () => {
    const lake = await newLake();
    const registry = lakeModelRegistry(lake);
    await registry.publish(release(VERSION));
    const key = `models/${VERSION}/regressor_rf.onnx`;
    expect((await lake.get(key))?.body).toEqual(release(VERSION).twins?.get('regressor_rf'));
    await lake.put(key, bytes('damaged'));
    await expect(registry.promote(VERSION, undefined)).rejects.toMatchObject({
      code: 'bad_model',
      message: expect.stringContaining(`${key} is damaged`),
    });
    expect(await registry.live()).toBeUndefined();
    expect((await registry.load(VERSION)).files).toEqual(release(VERSION).files);
  });

  it('of before there were twins go live, and take the copies of other twins away', async () => {
    const lake = await newLake();
    const registry = lakeModelRegistry(lake);
    const { manifest, files } = release(VERSION);
    for (const model of Object.values(manifest.models)) delete model.onnx;
    await registry.publish({ manifest, files });
    await registry.publish(release('20240603-0000'));
    await registry.promote('20240603-0000', undefined);
    expect([...(await contents(lake)).keys()].filter((key) => key.startsWith('models/latest/'))).toHaveLength(11);
    await registry.promote(VERSION, await registry.liveTag());
    expect((await registry.live())?.manifest).toEqual(manifest);
    const latest = [...(await contents(lake)).keys()].filter((key) => key.startsWith('models/latest/'));
    expect(latest).toHaveLength(6);
    expect(latest.filter((key) => key.endsWith('.onnx'))).toEqual([]);
  });

  it('that are damaged are refused with both hashes', async () => {
    const lake = await newLake();
    const registry = lakeModelRegistry(lake);
    await registry.publish(release(VERSION));
    const key = `models/${VERSION}/regressor_rf.safetensors`;
    await lake.put(key, bytes('damaged'));
    await expect(registry.load(VERSION)).rejects.toMatchObject({
      code: 'bad_model',
      message: expect.stringMatching(
        new RegExp(
          `regressor_rf.*${sha256(bytes('damaged'))}.*${release(VERSION).manifest.models.regressor_rf.file.sha256}`,
        ),
      ),
    });
    await lake.delete(key);
    await expect(registry.load(VERSION)).rejects.toMatchObject({
      code: 'bad_model',
      message: expect.stringContaining('is missing'),
    });
  });

  it('give what is live with its files at once, and never with damaged ones', async () => {
    const lake = await newLake();
    const registry = lakeModelRegistry(lake);
    expect(await registry.live({ withFiles: true })).toBeUndefined();
    await registry.publish(release(VERSION));
    await registry.promote(VERSION, undefined);
    const { manifest, files } = release(VERSION);
    expect(await registry.live()).toEqual({ manifest, tag: expect.any(String), isPinned: false });
    const live = { manifest, files, tag: expect.any(String), isPinned: false };
    expect(await registry.live({ withFiles: true })).toEqual(live);
    await lake.delete('models/latest/classifier_log.safetensors');
    await lake.put('models/latest/regressor_rf.safetensors', bytes('damaged'));
    expect(await registry.live({ withFiles: true })).toEqual(live);
    await lake.put(`models/${VERSION}/regressor_rf.safetensors`, bytes('damaged'));
    await expect(registry.live({ withFiles: true })).rejects.toMatchObject({ code: 'bad_model' });
  });

  it('with a manifest that is none, or another version’s, are refused', async () => {
    const lake = await newLake();
    const registry = lakeModelRegistry(lake);
    await lake.put(`models/${VERSION}/manifest.json`, bytes('{'));
    await expect(registry.load(VERSION)).rejects.toMatchObject({
      code: 'bad_model',
      message: expect.stringContaining('is not JSON'),
    });
    await lake.put(`models/${VERSION}/manifest.json`, bytes('{"format": 2}'));
    await registry.publish(release('20240604-0000'));
    expect(await registry.versions()).toMatchObject([
      { version: '20240604-0000', manifest: { version: '20240604-0000' } },
      { version: VERSION, problem: { code: 'bad_model', message: expect.stringContaining('is not valid at') } },
    ]);
    await lake.put(`models/${VERSION}/manifest.json`, bytes(JSON.stringify(release('20240603-0000').manifest)));
    await expect(registry.load(VERSION)).rejects.toMatchObject({
      code: 'bad_model',
      message: expect.stringContaining('20240603-0000'),
    });
  });

  it('cannot lead to files elsewhere', async () => {
    const lake = await newLake();
    await lakeModelRegistry(lake).publish(release(VERSION));
    const manifest = structuredClone(release(VERSION).manifest);
    for (const file of [manifest.models.regressor_lin.file, manifest.models.regressor_lin.onnx!]) {
      const { name } = file;
      file.name = '../../secret';
      await lake.put(`models/${VERSION}/manifest.json`, bytes(JSON.stringify(manifest)));
      await expect(lakeModelRegistry(lake).promote(VERSION, undefined)).rejects.toMatchObject({
        code: 'bad_model',
        message: expect.stringContaining(`not "${name}"`),
      });
      file.name = name;
    }
  });
});

describe('forecasts in a lake', () => {
  it('lie under symbol, interval, target and version, as documents with sorted keys', async () => {
    const lake = await newLake();
    const log = lakePredictionLog(lake);
    await log.append(forecast(Date.UTC(2026, 10, 22)));
    const key = 'predictions/1d/BTC/20261122T000000Z/20240602-0000.json';
    const stored = text((await lake.get(key))?.body);
    expect(JSON.parse(stored)).toEqual(forecast(Date.UTC(2026, 10, 22)));
    expect(Object.keys(JSON.parse(stored) as object)).toEqual(Object.keys(forecast(0)).sort());
    await lake.put(key, bytes('{}'));
    await expect(log.list({ symbol: 'BTC', interval: '1d' })).rejects.toMatchObject({
      message: expect.stringContaining(key),
    });
  });
});
