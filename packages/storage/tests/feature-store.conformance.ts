import type { FeatureStore } from '@pavio/core';
import { beforeEach, expect, it } from 'vitest';
import { featureTable } from './support/features.ts';

const NOW = Date.UTC(2026, 10, 21, 23, 59);
const DAY = 86_400_000;

/** What every `FeatureStore` does. `open` gives a new, empty store. */
export function testFeatureStore(open: () => Promise<FeatureStore>): void {
  let store: FeatureStore;

  beforeEach(async () => {
    store = await open();
  });

  it('is empty at first', async () => {
    expect(await store.latest()).toBeUndefined();
  });

  it('gives back the newest table as it was', async () => {
    expect(await store.write(featureTable(), NOW)).toBe('features/cripto_features_20261121.parquet');
    expect(await store.latest()).toEqual(featureTable());
    expect(await store.write(featureTable(31), NOW + DAY)).toBe('features/cripto_features_20261122.parquet');
    expect(await store.latest()).toEqual(featureTable(31));
  });

  it('replaces the table of the same day', async () => {
    await store.write(featureTable(), NOW);
    expect(await store.write(featureTable(30, 5), NOW)).toBe('features/cripto_features_20261121.parquet');
    expect(await store.latest()).toEqual(featureTable(30, 5));
  });

  it('reads only the columns asked for', async () => {
    const table = featureTable();
    await store.write(table, NOW);
    const read = await store.latest({ columns: ['rsi_14'] });
    expect(read).toEqual({ ...table, columns: new Map([['rsi_14', table.columns.get('rsi_14')]]) });
    expect((await store.latest({ columns: [] }))?.columns.size).toBe(0);
    await expect(store.latest({ columns: ['no_such'] })).rejects.toMatchObject({ code: 'bad_features' });
  });

  it('changes nothing when the same table is written again, on another day too', async () => {
    await store.write(featureTable(), NOW);
    expect(await store.write(featureTable(), NOW + DAY)).toBe('features/cripto_features_20261121.parquet');
  });

  it('refuses a table that does not fit together', async () => {
    const table = featureTable();
    const refused = { code: 'bad_features' };
    await expect(store.write({ ...table, columns: new Map() }, NOW)).rejects.toMatchObject(refused);
    await expect(store.write({ ...table, close: table.close.slice(1) }, NOW)).rejects.toMatchObject(refused);
    await expect(store.write({ ...table, symbols: ['BTC'] }, NOW)).rejects.toMatchObject(refused);
    await expect(store.write({ ...table, time: table.time.map((time) => time + 0.5) }, NOW)).rejects.toMatchObject(
      refused,
    );
    expect(await store.latest()).toBeUndefined();
  });
}
