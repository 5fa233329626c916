import {
  type AssetSummary,
  type FeatureTable,
  type FeatureTableInfo,
  INTERVAL_NAMES,
  isPavioError,
  type ObjectStore,
  PavioError,
} from '@pavio/core';
import type { FileMetaData } from 'hyparquet';
import { z } from 'zod';
import { decodeJson, encodeJson } from '../json.ts';
import { badParquet, type FeatureBytes, refusingDamage } from '../parquet/feature-bytes.ts';
import { type FilePart, SOFTWARE } from '../parquet/feature-file.ts';
import { loadParquetReader } from '../parquet/libraries.ts';
import { readNumbers, readTexts } from '../parquet/read-columns.ts';
import { summarySchema, wantedColumns } from '../parquet/read-features.ts';
import { CLOSE, SYMBOL, TIME } from '../parquet/schema.ts';
import { openBytes, READ_WHOLE } from './feature-bytes.ts';
import { datedKey, LATEST, LATEST_PARTS } from './feature-keys.ts';

/** Beside the parts. Spark, pandas, Polars and DuckDB pass over names that begin with an underscore. */
const DESCRIPTION = '_table.json';
const PART = /\/[^/_.][^/]*\.parquet$/;

/** Where the rows of an asset are: one after another in one part. */
interface Place {
  /** Index into the parts. */
  readonly part: number;
  /** Its first row there. */
  readonly row: number;
}

/**
 * A feature table in parts, as a cluster writes it: a folder of Parquet files that have the columns of a feature file, but
 * no metadata of ours. A JSON document says what the table is, which files it consists of, and where in them each asset's
 * rows are. It is written when all parts are there, and whoever reads the table reads it first: so the table is there whole
 * or not at all, whatever else lies in the folder.
 */
export interface PartTable {
  readonly info: FeatureTableInfo;
  /** Key of the folder. */
  readonly folder: string;
  /** Names of the files in it. */
  readonly parts: readonly string[];
  /** In their order in the table. */
  readonly assets: readonly AssetSummary[];
  /** Of each asset. */
  readonly places: readonly Place[];
}

/** The rows of one asset as they are found in a part. */
export interface PartAsset {
  readonly symbol: string;
  /** Open times, UTC milliseconds. */
  readonly time: Float64Array;
  readonly part: string;
  readonly row: number;
}

/**
 * Makes room for the parts of a table of the day of `now`, and says where they go: what is there that the latest table does
 * not need is removed, such as the parts of a run that was killed.
 */
export async function prepareFeatureParts(store: ObjectStore, now: number): Promise<string> {
  const folder = datedKey(now);
  const latest = await readPartTable(store);
  // What is latest is a copy of it, or its parts are.
  await store.delete(folder);
  await removeParts(store, folder, latest);
  return folder;
}

/**
 * The assets in the parts that came into a folder since `prepareFeatureParts`, in the order of their symbols.
 *
 * @throws PavioError `bad_parquet` for a part that cannot be read; `conflict` for an asset that is there twice.
 */
export async function listPartAssets(store: ObjectStore, folder: string): Promise<PartAsset[]> {
  const latest = await readPartTable(store);
  const isOld = (name: string) => latest?.folder === folder && latest.parts.includes(name);
  const assets: PartAsset[] = [];
  for await (const { key } of store.list(`${folder}/`)) {
    const name = key.slice(folder.length + 1);
    if (!PART.test(key) || isOld(name)) continue;
    const { bytes, metadata, rows } = await openPart(store, key);
    const all = { from: 0, to: rows };
    const symbols = await refusingDamage(bytes, () => readTexts(bytes, metadata, SYMBOL, all));
    const time = await refusingDamage(bytes, () => readNumbers(bytes, metadata, TIME, all));
    for (let row = 0, end = 0; row < rows; row = end) {
      const symbol = symbols[row]!;
      while (end < rows && symbols[end] === symbol) end++;
      assets.push({ symbol, time: time.subarray(row, end), part: name, row });
    }
  }
  assets.sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  const twice = assets.find(({ symbol }, index) => symbol === assets[index + 1]?.symbol);
  if (twice !== undefined) {
    throw new PavioError('conflict', `${store.url}/${folder} has rows of ${twice.symbol} in two places.`, {
      remedy: 'Let one run at a time write features, and run it again.',
    });
  }
  return assets;
}

/** Makes a table in parts latest, all of it at one instant, and removes what it takes the place of. */
export async function publishFeatureParts(
  store: ObjectStore,
  {
    info,
    folder,
    assets,
  }: Pick<PartTable, 'info' | 'folder'> & {
    /** In their order in the table. */
    readonly assets: readonly (AssetSummary & Pick<PartAsset, 'part' | 'row'>)[];
  },
): Promise<void> {
  const parts = [...new Set(assets.map(({ part }) => part))].sort();
  const { featureSet, source, quote, interval } = info;
  const placed = assets.map(({ part, ...asset }) => ({ ...asset, part: parts.indexOf(part) }));
  const described = {
    format: 1,
    software: SOFTWARE,
    folder,
    featureSet,
    source,
    quote,
    interval,
    parts,
    assets: placed,
  };
  await store.put(`${folder}/${DESCRIPTION}`, encodeJson(described));
  await store.copy(`${folder}/${DESCRIPTION}`, LATEST_PARTS);
  await store.delete(LATEST);
  await removeParts(store, folder, { folder, parts });
}

/** Removes the parts in a folder, but for those of a table. */
export async function removeParts(
  store: ObjectStore,
  folder: string,
  kept?: Pick<PartTable, 'folder' | 'parts'>,
): Promise<void> {
  const names = kept?.folder === folder ? [DESCRIPTION, ...kept.parts] : [];
  const keys: string[] = [];
  for await (const { key } of store.list(`${folder}/`)) keys.push(key);
  for (const key of keys) if (!names.includes(key.slice(folder.length + 1))) await store.delete(key);
}

/** The latest table, where that is in parts. @throws PavioError `bad_parquet`. */
export async function readPartTable(store: ObjectStore): Promise<PartTable | undefined> {
  const object = await store.get(LATEST_PARTS);
  return object && decodeJson(object.body, tableSchema, `${store.url}/${LATEST_PARTS}`, 'bad_parquet');
}

/**
 * Reads a table in parts, all its feature columns or only those named; memory holds what is returned and one part.
 *
 * @throws PavioError `bad_parquet` for a part that is damaged or not there; `bad_features` when a column that is named is not
 *   among the features; `conflict` when another table took the place of this one meanwhile.
 */
export async function readParts(
  store: ObjectStore,
  table: PartTable,
  columns?: readonly string[],
): Promise<FeatureTable> {
  const { info, assets, places, parts, folder } = table;
  const wanted = wantedColumns({ name: `${store.url}/${folder}` }, info, columns);
  const starts = assets.map(
    (
      (from) =>
      ({ rows }) =>
        (from += rows) - rows
    )(0),
  );
  const rows = assets.reduce((sum, asset) => sum + asset.rows, 0);
  const symbol = new Int32Array(rows);
  for (const [index, asset] of assets.entries()) symbol.fill(index, starts[index], starts[index]! + asset.rows);
  const time = new Float64Array(rows);
  const close = new Float64Array(rows);
  const features = new Map(wanted.map((column) => [column, new Float64Array(rows)]));

  await refusingReplaced(store, table, async () => {
    for (const [number, name] of parts.entries()) {
      const { bytes, metadata, rows: all } = await openPart(store, `${folder}/${name}`, READ_WHOLE);
      const inside = [...assets.keys()].filter((index) => places[index]!.part === number);
      for (const [column, values] of [[TIME, time], [CLOSE, close], ...features] as [string, Float64Array][]) {
        const read = await refusingDamage(bytes, () => readNumbers(bytes, metadata, column, { from: 0, to: all }));
        for (const index of inside) {
          const { row } = places[index]!;
          const end = row + assets[index]!.rows;
          if (end > all) throw badParquet(bytes, `it has ${all} rows, its assets at least ${end}`);
          values.set(read.subarray(row, end), starts[index]);
        }
      }
    }
  });
  return { ...info, symbols: assets.map((asset) => asset.symbol), symbol, time, close, columns: features };
}

/** The rows of one asset of a table in parts as they go into a file. */
export async function partOfParts(store: ObjectStore, table: PartTable, index: number): Promise<FilePart> {
  const { encodeFeatures, rowGroupsOf } = await import('../parquet/encode-features.ts');
  const summary = table.assets[index]!;
  const { part, row } = table.places[index]!;
  return refusingReplaced(store, table, async () => {
    const { bytes, metadata } = await openPart(store, `${table.folder}/${table.parts[part]!}`, READ_WHOLE);
    const read = (column: string) => {
      return refusingDamage(bytes, () => readNumbers(bytes, metadata, column, { from: row, to: row + summary.rows }));
    };
    const columns: [string, Float64Array][] = [];
    for (const column of table.info.featureSet.columns) columns.push([column, await read(column)]);
    const encoded = encodeFeatures({ summary, time: await read(TIME), close: await read(CLOSE), columns }, table.info);
    return { ...encoded, rowGroups: () => rowGroupsOf(encoded) };
  });
}

interface OpenPart {
  readonly bytes: FeatureBytes;
  readonly metadata: FileMetaData;
  readonly rows: number;
}

async function openPart(store: ObjectStore, key: string, whole?: number): Promise<OpenPart> {
  const bytes = await openBytes(store, key, whole);
  if (bytes === undefined) throw badParquet({ name: `${store.url}/${key}` }, 'it is not there');
  const { parquetMetadataAsync } = await loadParquetReader();
  const metadata = await refusingDamage(bytes, () => parquetMetadataAsync(bytes));
  return { bytes, metadata, rows: Number(metadata.num_rows) };
}

/** What is wrong with a table that is not latest any more is that it was replaced. */
async function refusingReplaced<Result>(
  store: ObjectStore,
  table: PartTable,
  read: () => Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    const isGone = isPavioError(error, 'bad_parquet') || isPavioError(error, 'conflict');
    const latest = isGone ? await readPartTable(store) : table;
    if (latest?.folder === table.folder && latest.parts.join() === table.parts.join()) throw error;
    throw new PavioError('conflict', `${store.url}/${table.folder} was replaced while it was read.`, {
      remedy: 'Run it again.',
      cause: error,
    });
  }
}

const count = z.number().int().nonnegative();
const text = z.string().min(1);

const tableSchema = z
  .object({
    format: z.literal(1),
    folder: z.string().regex(/^features\/[^/]+$/),
    source: text,
    quote: text,
    interval: z.enum(INTERVAL_NAMES),
    featureSet: z.object({ name: text, hash: text, columns: z.array(text), inputs: z.array(text) }),
    parts: z.array(z.string().regex(/^[^/_.][^/]*$/)),
    assets: z.array(summarySchema.extend({ part: count, row: count })),
  })
  .transform(
    ({ folder, parts, assets, source, quote, interval, featureSet }): PartTable => ({
      info: { source, quote, interval, featureSet },
      folder,
      parts,
      assets: assets.map(({ part: _part, row: _row, ...summary }) => summary),
      places: assets.map(({ part, row }) => ({ part, row })),
    }),
  );
