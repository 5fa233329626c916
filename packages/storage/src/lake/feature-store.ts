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
import { type FilePart, featureFile, moved, startOf } from '../parquet/feature-file.ts';
import { type FeatureBytes, type FeatureFooter, readFeatureFooter, readFeatures } from '../parquet/read-features.ts';
import { changedError } from '../read-errors.ts';

const LATEST = 'features/cripto_features_latest.parquet';
const DATED = /^features\/cripto_features_\d{8}\.parquet$/;

/** A file of up to so many bytes is read whole: for all its columns one request is quicker than hundreds. */
const READ_WHOLE = 64 * 2 ** 20;
/** Kept rows are copied so many bytes at a time. */
const COPY_BYTES = 8 * 2 ** 20;

/**
 * Feature tables as Parquet files in an object store, `features/cripto_features_<YYYYMMDD>.parquet`, and the newest one
 * once more as `features/cripto_features_latest.parquet`. Latest is written last, so what it holds is also there dated.
 * Each asset has row groups of its own: those of an asset that did not change are copied as they are.
 */
export function lakeFeatureStore(store: ObjectStore): FeatureStore {
  return new LakeFeatureStore(store);
}

interface LatestFile extends FeatureFooter {
  readonly bytes: FeatureBytes;
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
      while (next.done !== true && isSame(next.value.summary, latest?.assets[same]?.summary)) {
        same++;
        next = await iterator.next();
      }
      if (next.done === true && latest?.assets.length === same) {
        const newest = await this.#newestDated();
        if (newest !== undefined) return newest;
      }

      const keep = ({ summary }: KeptFeatures): FilePart => {
        const asset = latest?.assets.find((kept) => isSame(summary, kept.summary));
        if (latest === undefined || asset === undefined) throw changedError(LATEST, this.#store.url);
        return keptPart(latest.bytes, asset);
      };
      const parts = async function* (): AsyncGenerator<FilePart, void, void> {
        for (const asset of latest?.assets.slice(0, same) ?? []) yield keep(asset);
        for (; next.done !== true; next = await iterator.next()) {
          const asset = next.value;
          if ('bytes' in asset) yield { ...asset, rowGroups: rowGroupsOf(asset) };
          else yield keep(asset);
        }
      };
      const dated = `features/cripto_features_${new Date(now).toISOString().slice(0, 10).replaceAll('-', '')}.parquet`;
      await this.#store.put(dated, featureFile(info, parts()));
      await this.#store.copy(dated, LATEST);
      return dated;
    } finally {
      await iterator.return?.();
    }
  }

  async summary(): Promise<{ info: FeatureTableInfo; assets: readonly AssetSummary[] } | undefined> {
    const latest = await this.#readLatest();
    return latest && { info: latest.info, assets: latest.assets.map(({ summary }) => summary) };
  }

  async latest(options: { readonly columns?: readonly string[] } = {}): Promise<FeatureTable | undefined> {
    const bytes = await this.#open(READ_WHOLE);
    return bytes && readFeatures(bytes, options.columns);
  }

  /** The latest file, if it is a table of this very set and market. */
  async #latestOf(info: FeatureTableInfo): Promise<LatestFile | undefined> {
    const latest = await this.#readLatest();
    return latest !== undefined && JSON.stringify(keyOf(latest.info)) === JSON.stringify(keyOf(info))
      ? latest
      : undefined;
  }

  /** One that is damaged or of an older form is as good as none: the next write replaces it. */
  async #readLatest(): Promise<LatestFile | undefined> {
    try {
      const bytes = await this.#open(0);
      return bytes && { bytes, ...(await readFeatureFooter(bytes)) };
    } catch (error) {
      if (isPavioError(error, 'bad_parquet')) return undefined;
      throw error;
    }
  }

  /** @param whole size up to which the file is read at once, not in ranges. */
  async #open(whole: number): Promise<FeatureBytes | undefined> {
    const head = await this.#store.head(LATEST);
    if (head === undefined) return undefined;
    const { size, etag } = head;
    const range = async (from: number, to = size) => plainBuffer(await this.#store.getRange(LATEST, from, to, etag));
    const all = size <= whole ? await range(0) : undefined;
    return {
      name: `${this.#store.url}/${LATEST}`,
      byteLength: size,
      slice: (from, to = size) => (all === undefined ? range(from, to) : all.slice(from, to)),
    };
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
  return { summary, rowGroups: rowGroups.map((group) => moved(group, -start)), bytes: bytes() };
}

function keyOf({ source, quote, interval, featureSet }: FeatureTableInfo): unknown[] {
  const { name, hash, columns, inputs } = featureSet;
  return [source, quote, interval, name, hash, columns, inputs];
}

function isSame(asset: AssetSummary, other: AssetSummary | undefined): boolean {
  return asset.symbol === other?.symbol && asset.content === other.content;
}

function plainBuffer({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  const isWhole = byteOffset === 0 && byteLength === buffer.byteLength;
  return isWhole ? (buffer as ArrayBuffer) : (buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
}
