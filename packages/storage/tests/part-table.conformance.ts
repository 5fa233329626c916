import type { FeatureTable, ObjectStore } from '@pavio/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { lakeFeatureStore, listPartAssets, prepareFeatureParts, publishFeatureParts } from '../src/index.ts';
import { rowGroupsOf } from '../src/parquet/encode-features.ts';
import { featureFile } from '../src/parquet/feature-file.ts';
import { assetFeatures, assetsOf, featureTable } from './support/features.ts';

const NOW = Date.UTC(2026, 10, 21, 23, 59);
const DAY = 86_400_000;
const FOLDER = 'features/cripto_features_20261121.parquet';
const LATEST_FILE = 'features/cripto_features_latest.parquet';

/** What a lake's feature store does with tables in parts, as a cluster writes them. `open` gives a new, empty store. */
export function testPartTables(open: () => Promise<ObjectStore>): void {
  let store: ObjectStore;
  beforeEach(async () => {
    store = await open();
  });

  /** Writes assets of a table into one part. */
  async function writePart(table: FeatureTable, symbols: readonly string[], name: string, folder = FOLDER) {
    const features = lakeFeatureStore(store);
    const parts = async function* () {
      for (const symbol of symbols) {
        for await (const asset of assetsOf(features, table)) {
          if (asset.summary.symbol === symbol) yield { ...asset, rowGroups: () => rowGroupsOf(asset) };
        }
      }
    };
    await store.put(`${folder}/${name}.parquet`, featureFile(table, parts()));
  }

  /** The whole way of a cluster: ADA and BTC in one part, ETH in another. */
  async function writeTable(table: FeatureTable, run: string, now = NOW, mark: unknown = 0) {
    const folder = await prepareFeatureParts(store, now);
    await writePart(table, ['BTC', 'ADA'], `part-0-${run}`, folder);
    await writePart(table, ['ETH'], `part-1-${run}`, folder);
    await publish(table, folder, mark);
    return folder;
  }

  async function publish(table: FeatureTable, folder: string, mark: unknown = 0) {
    const { source, quote, interval, featureSet } = table;
    const known = new Map(assetFeatures(table, mark).map(({ summary }) => [summary.symbol, summary]));
    const assets = await listPartAssets(store, folder);
    await publishFeatureParts(store, {
      info: { source, quote, interval, featureSet },
      folder,
      assets: assets.map(({ symbol, part, row }) => ({ ...known.get(symbol)!, part, row })),
    });
  }

  const sorted = (mark = 0) => featureTable(30, mark, ['ADA', 'BTC', 'ETH']);
  const keys = async () => {
    const found: string[] = [];
    for await (const { key } of store.list('features/')) found.push(key);
    return found;
  };
  const latest = (columns?: string[]) => lakeFeatureStore(store).latest(columns && { columns });

  it('are read as they were written, in the order of symbols', async () => {
    await writeTable(sorted(), 'a');
    const features = lakeFeatureStore(store);
    expect(await features.latest()).toEqual(sorted());
    expect(await latest(['rsi_14'])).toEqual({
      ...sorted(),
      columns: new Map([['rsi_14', sorted().columns.get('rsi_14')]]),
    });
    await expect(latest(['no_such'])).rejects.toMatchObject({ code: 'bad_features' });
    expect((await features.summary())?.assets).toEqual(assetFeatures(sorted()).map(({ summary }) => summary));
  });

  it('say where each asset lies', async () => {
    const folder = await prepareFeatureParts(store, NOW);
    await writePart(sorted(), ['BTC', 'ADA'], 'part-0');
    const found = await listPartAssets(store, folder);
    expect(found.map(({ symbol, part, row }) => [symbol, part, row])).toEqual([
      ['ADA', 'part-0.parquet', 30],
      ['BTC', 'part-0.parquet', 0],
    ]);
    expect(found[0]?.time).toEqual(sorted().time.slice(0, 30));
  });

  it('are not there as long as they were not published', async () => {
    await writeTable(sorted(), 'a');
    await prepareFeatureParts(store, NOW);
    await writePart(sorted(9), ['BTC', 'ADA'], 'part-0-b');
    expect(await latest()).toEqual(sorted());
  });

  it('take the place of those of the same day, and nothing is left of these', async () => {
    await writeTable(sorted(), 'a');
    await writeTable(sorted(9), 'b');
    expect(await latest()).toEqual(sorted(9));
    expect(await keys()).toEqual([
      'features/cripto_features_20261121.parquet/_table.json',
      'features/cripto_features_20261121.parquet/part-0-b.parquet',
      'features/cripto_features_20261121.parquet/part-1-b.parquet',
      'features/cripto_features_latest.json',
    ]);
  });

  it('stay under their day when another day has come', async () => {
    await writeTable(sorted(), 'a');
    await writeTable(sorted(9), 'b', NOW + DAY);
    expect(await latest()).toEqual(sorted(9));
    expect(await keys()).toContain(`${FOLDER}/part-0-a.parquet`);
  });

  it('lose what a killed run left behind', async () => {
    await writePart(sorted(), ['BTC'], 'part-0-killed');
    await writeTable(sorted(), 'a');
    expect(await keys()).not.toContain(`${FOLDER}/part-0-killed.parquet`);
  });

  it('are refused where an asset comes twice, as when two runs write at once', async () => {
    const folder = await prepareFeatureParts(store, NOW);
    await writePart(sorted(), ['BTC', 'ADA'], 'part-0-a');
    await writePart(sorted(), ['BTC'], 'part-0-b');
    await expect(listPartAssets(store, folder)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are refused where one is missing, and the next table takes their place', async () => {
    await writeTable(sorted(), 'a');
    await store.delete(`${FOLDER}/part-1-a.parquet`);
    await expect(latest()).rejects.toMatchObject({ code: 'bad_parquet' });
    await writeTable(sorted(), 'b');
    expect(await latest()).toEqual(sorted());
  });

  it('are refused where one is cut off or the document that describes them is damaged', async () => {
    await writeTable(sorted(), 'a');
    const part = (await store.get(`${FOLDER}/part-1-a.parquet`))!;
    await store.put(part.key, part.body.subarray(0, part.size - 9));
    await expect(latest()).rejects.toMatchObject({ code: 'bad_parquet' });
    await store.put('features/cripto_features_latest.json', Buffer.from('{"format":1}'));
    await expect(latest()).rejects.toMatchObject({ code: 'bad_parquet' });
    expect(await lakeFeatureStore(store).summary()).toBeUndefined();
  });

  describe('and files', () => {
    const writeFile = (table: FeatureTable, now = NOW, mark: unknown = 0) => {
      const features = lakeFeatureStore(store);
      return features.write(table, assetsOf(features, table, mark), now);
    };

    it('take the place of each other, on the same day too', async () => {
      await writeFile(sorted());
      await writeTable(sorted(9), 'a');
      expect(await latest()).toEqual(sorted(9));
      expect(await keys()).not.toContain(LATEST_FILE);
      expect(await writeFile(sorted(3), NOW, 'new')).toBe(FOLDER);
      expect(await latest()).toEqual(sorted(3));
      expect(await keys()).toEqual([FOLDER, LATEST_FILE]);
      await writeTable(sorted(9), 'b');
      expect(await latest()).toEqual(sorted(9));
    });

    it('are the same to a run that has nothing new: it changes nothing', async () => {
      await writeTable(sorted(), 'a');
      const before = await keys();
      expect(await writeFile(sorted(), NOW + DAY)).toBe(FOLDER);
      expect(await keys()).toEqual(before);
    });

    it('let a file keep the rows of assets that did not change', async () => {
      await writeTable(sorted(), 'a');
      const features = lakeFeatureStore(store);
      const table = sorted(7);
      const mixed = async function* () {
        for await (const asset of assetsOf(features, table, 'new')) {
          const { symbol } = asset.summary;
          const before = (await features.summary())!.assets.find((known) => known.symbol === symbol)!;
          yield symbol === 'BTC' ? asset : { summary: before };
        }
      };
      await features.write(table, mixed(), NOW + DAY);
      const read = await latest();
      const isNew = Array.from(table.symbol, (index) => table.symbols[index] === 'BTC');
      expect(read?.close).toEqual(table.close.map((value, row) => (isNew[row] ? value : sorted().close[row]!)));
      expect(read?.columns.get('log_return_1')).toEqual(
        table.columns.get('log_return_1')!.map((value, row) => {
          return isNew[row] ? value : sorted().columns.get('log_return_1')![row]!;
        }),
      );
    });

    it('stand behind parts where a run was killed before it removed the file', async () => {
      await writeTable(sorted(9), 'a');
      const file = featureFile(sorted(), (async function* () {})());
      await store.put(LATEST_FILE, file);
      expect(await latest()).toEqual(sorted(9));
    });
  });
}
