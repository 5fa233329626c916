import type { EncodedFeatures, FeatureStore, FeatureTable, KeptFeatures } from '@pavio/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { assetFeatures, assetsOf, featureTable } from './support/features.ts';

const NOW = Date.UTC(2026, 10, 21, 23, 59);
const DAY = 86_400_000;

async function taken({ bytes }: EncodedFeatures): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of bytes) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** What every `FeatureStore` does. `open` gives a new, empty store. */
export function testFeatureStore(open: () => Promise<FeatureStore>): void {
  let store: FeatureStore;
  const write = (table: FeatureTable, now: number, mark: unknown = 0) =>
    store.write(table, assetsOf(store, table, mark), now);

  beforeEach(async () => {
    store = await open();
  });

  it('is empty at first', async () => {
    expect(await store.latest()).toBeUndefined();
    expect(await store.summary()).toBeUndefined();
  });

  it('gives back the newest table as it was', async () => {
    expect(await write(featureTable(), NOW)).toBe('features/cripto_features_20261121.parquet');
    expect(await store.latest()).toEqual(featureTable());
    expect(await write(featureTable(31), NOW + DAY)).toBe('features/cripto_features_20261122.parquet');
    expect(await store.latest()).toEqual(featureTable(31));
  });

  it('says what the newest table is without its rows', async () => {
    const table = featureTable();
    await write(table, NOW);
    const { source, quote, interval, featureSet } = table;
    expect(await store.summary()).toEqual({
      info: { source, quote, interval, featureSet },
      assets: assetFeatures(table).map(({ summary }) => summary),
    });
  });

  it('replaces the table of the same day', async () => {
    await write(featureTable(), NOW);
    expect(await write(featureTable(30, 5), NOW, 5)).toBe('features/cripto_features_20261121.parquet');
    expect(await store.latest()).toEqual(featureTable(30, 5));
  });

  it('reads only the columns asked for', async () => {
    const table = featureTable();
    await write(table, NOW);
    const read = await store.latest({ columns: ['rsi_14'] });
    expect(read).toEqual({ ...table, columns: new Map([['rsi_14', table.columns.get('rsi_14')]]) });
    expect((await store.latest({ columns: [] }))?.columns.size).toBe(0);
    await expect(store.latest({ columns: ['no_such'] })).rejects.toMatchObject({ code: 'bad_features' });
  });

  it('changes nothing when the same table is written again, on another day too', async () => {
    await write(featureTable(), NOW);
    expect(await write(featureTable(), NOW + DAY)).toBe('features/cripto_features_20261121.parquet');
  });

  it('encodes in any thread: the module it names gives the same', async () => {
    const table = featureTable();
    const { encodeFeatures } = (await import(store.encoderModule)) as {
      encodeFeatures: Awaited<ReturnType<FeatureStore['encoder']>>;
    };
    const encode = await store.encoder();
    for (const features of assetFeatures(table)) {
      const [elsewhere, here] = [encodeFeatures(features, table), encode(features, table)];
      expect(await taken(elsewhere)).toEqual(await taken(here));
      expect(structuredClone(elsewhere.layout())).toEqual(here.layout());
    }
  });

  describe('assets that are kept', () => {
    async function* mixed(table: FeatureTable, kept: readonly string[], mark: unknown) {
      for await (const asset of assetsOf(store, table, mark)) {
        const { symbol } = asset.summary;
        const before = (await store.summary())?.assets.find((known) => known.symbol === symbol);
        const part: EncodedFeatures | KeptFeatures = kept.includes(symbol) ? { summary: before! } : asset;
        yield part;
      }
    }

    it.each([[['BTC']], [['ETH']], [['ADA', 'ETH']], [['BTC', 'ADA', 'ETH']]])('keep their rows: %j', async (kept) => {
      await write(featureTable(), NOW, 'old');
      const table = featureTable(30, 7);
      await store.write(table, mixed(table, kept, 'new'), NOW);
      const old = featureTable();
      const close = table.close.map((value, row) =>
        kept.includes(table.symbols[table.symbol[row]!]!) ? old.close[row]! : value,
      );
      expect((await store.latest())?.close).toEqual(close);
    });

    it('may come in another order, or fewer', async () => {
      await write(featureTable(), NOW);
      const [btc, ada, eth] = (await store.summary())!.assets;
      const kept = async function* () {
        yield { summary: eth! };
        yield { summary: btc! };
      };
      await store.write(featureTable(), kept(), NOW);
      const read = await store.latest();
      expect(read?.symbols).toEqual(['ETH', 'BTC']);
      expect(read?.close.slice(0, 30)).toEqual(featureTable().close.slice(60));
      const again = async function* () {
        yield { summary: ada! };
      };
      await expect(store.write(featureTable(), again(), NOW)).rejects.toMatchObject({ code: 'conflict' });
      expect(await store.latest()).toEqual(read);
    });

    it('are not those of another set of features', async () => {
      const table = featureTable();
      await write(table, NOW);
      const { assets } = (await store.summary())!;
      const other = { ...table, featureSet: { ...table.featureSet, hash: 'e'.repeat(64) } };
      const kept = async function* () {
        for (const summary of assets) yield { summary };
      };
      await expect(store.write(other, kept(), NOW)).rejects.toMatchObject({ code: 'conflict' });
    });
  });

  it('shows nothing of a table that breaks off', async () => {
    await write(featureTable(), NOW);
    const broken = async function* () {
      yield* assetsOf(store, featureTable(40), 'other');
      throw new Error('no more');
    };
    await expect(store.write(featureTable(40), broken(), NOW)).rejects.toMatchObject({ cause: { message: 'no more' } });
    expect(await store.latest()).toEqual(featureTable());
  });

  it('refuses features that do not fit together', async () => {
    const table = featureTable();
    const encode = await store.encoder();
    const [first] = assetFeatures(table);
    const refused = expect.objectContaining({ code: 'bad_features' });
    const columns = [...first!.columns];
    for (const wrong of [
      { columns: [] },
      { columns: columns.slice(0, 2) },
      { columns: columns.toReversed() },
      { close: first!.close.slice(1) },
      { time: first!.time.map((time) => time + 0.5) },
    ]) {
      const encodeAll = async () => taken(encode({ ...first!, ...wrong }, table));
      await expect(encodeAll()).rejects.toEqual(refused);
    }
    const featureSet = { ...table.featureSet, columns: ['close', 'rsi_14', 'is_doji'] };
    await expect(store.write({ ...table, featureSet }, assetsOf(store, table), NOW)).rejects.toEqual(refused);
    expect(await store.latest()).toBeUndefined();
  });
}
