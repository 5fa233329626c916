import {
  type AssetSummary,
  type EncodedFeatures,
  type EncodeFeatures,
  type FeatureStore,
  type FeatureTable,
  type FeatureTableInfo,
  isPavioError,
  type KeptFeatures,
  type ObjectStore,
} from '@pavio/core';
import type { FeatureBytes } from '../parquet/feature-bytes.ts';
import { type FilePart, featureFile, moved, startOf } from '../parquet/feature-file.ts';
import { type FeatureFooter, readFeatureFooter, readFeatures } from '../parquet/read-features.ts';
import { changedError } from '../read-errors.ts';
import { openBytes, READ_WHOLE } from './feature-bytes.ts';
import { datedKey, LATEST, LATEST_PARTS } from './feature-keys.ts';
import { partOfParts, readParts, readPartTable, removeParts } from './part-table.ts';

const DATED = /^features\/cripto_features_\d{8}\.parquet$/;

/** Kept rows are copied so many bytes at a time. */
const COPY_BYTES = 8 * 2 ** 20;

/**
 * Feature tables as Parquet files in an object store, `features/cripto_features_<YYYYMMDD>.parquet`, and the newest one
 * once more as `features/cripto_features_latest.parquet`. Latest is written last, so what it holds is also there dated.
 * Each asset has row groups of its own: those of an asset that did not change are copied as they are.
 *
 * Latest may also be a table in parts that a cluster wrote (see part-table.ts); the next table written here takes its place.
 */
export function lakeFeatureStore(store: ObjectStore): FeatureStore {
  return new LakeFeatureStore(store);
}

/** The latest table, be it a file or in parts. */
interface LatestTable {
  readonly info: FeatureTableInfo;
  readonly assets: readonly AssetSummary[];
  /** Key of its folder, where it is in parts. */
  readonly folder?: string;
  /** The rows of one of its assets. */
  part(index: number): FilePart | Promise<FilePart>;
}

class LakeFeatureStore implements FeatureStore {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  get encoderModule(): string {
    return new URL('../parquet/encode-features.ts', import.meta.url).href;
  }

  async encoder(): Promise<EncodeFeatures> {
    return (await import('../parquet/encode-features.ts')).encodeFeatures;
  }

  async write(
    info: FeatureTableInfo,
    assets: AsyncIterable<EncodedFeatures | KeptFeatures>,
    now: number,
  ): Promise<string> {
    const { checkNames, rowGroupsOf } = await import('../parquet/encode-features.ts');
    checkNames(info);
    const latest = await this.#latestOf(info);
    const iterator = assets[Symbol.asyncIterator]();
    try {
      // Nothing is written as long as everything is as it was.
      let same = 0;
      let next = await iterator.next();
      while (next.done !== true && isSame(next.value.summary, latest?.assets[same])) {
        same++;
        next = await iterator.next();
      }
      if (next.done === true && latest?.assets.length === same) {
        const newest = latest.folder ?? (await this.#newestDated());
        if (newest !== undefined) return newest;
      }

      const keep = async (summary: AssetSummary): Promise<FilePart> => {
        const index = latest?.assets.findIndex((kept) => isSame(summary, kept)) ?? -1;
        if (latest === undefined || index < 0) throw changedError(LATEST, this.#store.url);
        return latest.part(index);
      };
      const parts = async function* (): AsyncGenerator<FilePart, void, void> {
        for (const asset of latest?.assets.slice(0, same) ?? []) yield await keep(asset);
        for (; next.done !== true; next = await iterator.next()) {
          const asset = next.value;
          if ('bytes' in asset) yield { ...asset, rowGroups: () => rowGroupsOf(asset) };
          else yield await keep(asset.summary);
        }
      };
      return await this.#replace(featureFile(info, parts()), datedKey(now));
    } finally {
      await iterator.return?.();
    }
  }

  async summary(): Promise<{ info: FeatureTableInfo; assets: readonly AssetSummary[] } | undefined> {
    const latest = await this.#readLatest();
    return latest && { info: latest.info, assets: latest.assets };
  }

  async latest(options: { readonly columns?: readonly string[] } = {}): Promise<FeatureTable | undefined> {
    const parts = await readPartTable(this.#store);
    if (parts !== undefined) return readParts(this.#store, parts, options.columns);
    const bytes = await openBytes(this.#store, LATEST, READ_WHOLE);
    return bytes && readFeatures(bytes, options.columns);
  }

  /** Stores a file under its day and as latest, which is it or what was latest before at any time. */
  async #replace(file: AsyncIterable<Uint8Array>, dated: string): Promise<string> {
    if ((await this.#store.head(LATEST_PARTS)) === undefined) {
      await removeParts(this.#store, dated);
      await this.#store.put(dated, file);
      await this.#store.copy(dated, LATEST);
      return dated;
    }
    // The parts may be of this very day, and where folders are folders their name is taken until they are gone.
    await this.#store.put(LATEST, file);
    await this.#store.delete(LATEST_PARTS);
    await removeParts(this.#store, dated);
    await this.#store.copy(LATEST, dated);
    return dated;
  }

  /** The latest table, if it is one of this very set and market. */
  async #latestOf(info: FeatureTableInfo): Promise<LatestTable | undefined> {
    const latest = await this.#readLatest();
    return latest !== undefined && JSON.stringify(keyOf(latest.info)) === JSON.stringify(keyOf(info))
      ? latest
      : undefined;
  }

  /** One that is damaged or of an older form is as good as none: the next write replaces it. */
  async #readLatest(): Promise<LatestTable | undefined> {
    try {
      const table = await readPartTable(this.#store);
      if (table !== undefined) return { ...table, part: (index) => partOfParts(this.#store, table, index) };
      const bytes = await openBytes(this.#store, LATEST);
      if (bytes === undefined) return undefined;
      const { info, assets } = await readFeatureFooter(bytes);
      return {
        info,
        assets: assets.map(({ summary }) => summary),
        part: (index) => keptPart(bytes, assets[index]!),
      };
    } catch (error) {
      if (isPavioError(error, 'bad_parquet')) return undefined;
      throw error;
    }
  }

  async #newestDated(): Promise<string | undefined> {
    let newest: string | undefined;
    for await (const { key } of this.#store.list('features/cripto_features_')) {
      if (DATED.test(key)) newest = key;
    }
    return newest;
  }
}

/** The rows of an asset as they are in a file. */
function keptPart(file: FeatureBytes, { summary, rowGroups }: FeatureFooter['assets'][number]): FilePart {
  const [first] = rowGroups;
  const start = first === undefined ? 0n : startOf(first);
  const size = rowGroups.reduce((sum, group) => sum + Number(group.total_compressed_size ?? 0n), 0);
  const bytes = async function* () {
    const end = Number(start) + size;
    for (let from = Number(start); from < end; from += COPY_BYTES) {
      yield new Uint8Array(await file.slice(from, Math.min(end, from + COPY_BYTES)));
    }
  };
  return { summary, bytes: bytes(), rowGroups: () => rowGroups.map((group) => moved(group, -start)) };
}

function keyOf({ source, quote, interval, featureSet }: FeatureTableInfo): unknown[] {
  const { name, hash, columns, inputs } = featureSet;
  return [source, quote, interval, name, hash, columns, inputs];
}

function isSame(asset: AssetSummary, other: AssetSummary | undefined): boolean {
  return asset.symbol === other?.symbol && asset.content === other.content;
}
