import type { FeatureStore, FeatureTable, ObjectStore } from '@pavio/core';
import { decodeFeatureParquet, encodeFeatureParquet } from '../parquet/feature-parquet.ts';

const LATEST = 'features/cripto_features_latest.parquet';
const DATED = /^features\/cripto_features_\d{8}\.parquet$/;

/**
 * Feature tables as Parquet files in an object store, `features/cripto_features_<YYYYMMDD>.parquet`, and the newest one
 * once more as `features/cripto_features_latest.parquet`. Latest is written last, so what it holds is also there dated.
 */
export function lakeFeatureStore(store: ObjectStore): FeatureStore {
  return new LakeFeatureStore(store);
}

class LakeFeatureStore implements FeatureStore {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async write(table: FeatureTable, now: number): Promise<string> {
    const body = await encodeFeatureParquet(table);
    if (await this.#holds(LATEST, body)) {
      const newest = await this.#newestDated();
      if (newest !== undefined) return newest;
    }
    const dated = `features/cripto_features_${new Date(now).toISOString().slice(0, 10).replaceAll('-', '')}.parquet`;
    await this.#store.put(dated, body);
    await this.#store.put(LATEST, body);
    return dated;
  }

  async latest(options: { readonly columns?: readonly string[] } = {}): Promise<FeatureTable | undefined> {
    const object = await this.#store.get(LATEST);
    return object && decodeFeatureParquet(object.body, `${this.#store.url}/${LATEST}`, options.columns);
  }

  /** Is exactly this stored? The size alone tells almost every difference. */
  async #holds(key: string, body: Uint8Array): Promise<boolean> {
    if ((await this.#store.head(key))?.size !== body.length) return false;
    const object = await this.#store.get(key);
    return object !== undefined && Buffer.compare(object.body, body) === 0;
  }

  async #newestDated(): Promise<string | undefined> {
    let newest: string | undefined;
    for await (const { key } of this.#store.list('features/cripto_features_')) {
      if (DATED.test(key)) newest = key;
    }
    return newest;
  }
}
