import { type AssetSummary, type FeatureTable, type FeatureTableInfo, INTERVAL_NAMES, PavioError } from '@pavio/core';
import type { FileMetaData, RowGroup } from 'hyparquet';
import { z } from 'zod';
import { badParquet, type FeatureBytes, refusingDamage } from './feature-bytes.ts';
import { loadParquetReader } from './libraries.ts';
import { readNumbers } from './read-columns.ts';
import { CLOSE, SYMBOL, TIME } from './schema.ts';

/** What a feature file says of itself. */
export interface FeatureFooter {
  readonly metadata: FileMetaData;
  readonly info: FeatureTableInfo;
  /** The assets in their order, and the row groups of each. */
  readonly assets: readonly { readonly summary: AssetSummary; readonly rowGroups: readonly RowGroup[] }[];
  readonly rows: number;
}

/** @throws PavioError `bad_parquet` for a damaged file or one of another kind. */
export async function readFeatureFooter(file: FeatureBytes): Promise<FeatureFooter> {
  const { parquetMetadataAsync } = await loadParquetReader();
  return refusingDamage(file, async () => {
    const metadata = await parquetMetadataAsync(file);
    const pairs = (metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value] as const);
    const said = infoSchema.safeParse(Object.fromEntries(pairs));
    if (!said.success) throw badParquet(file, 'its metadata does not describe a feature set', said.error);
    const { assets, ...info } = said.data;
    checkColumns(file, metadata, info);

    const rows = Number(metadata.num_rows);
    const counted = assets.reduce((sum, asset) => sum + asset.rows, 0);
    // Times do not repeat, so no row takes less than a byte: a larger count is damage, and must not be allocated.
    if (rows !== counted || rows > file.byteLength)
      throw badParquet(file, `it claims ${rows} rows, its assets ${counted}`);
    return { metadata, info, assets: withRowGroups(file, assets, metadata.row_groups), rows };
  });
}

/**
 * Reads a feature file, all its feature columns or only those named; memory holds what is returned and one compressed
 * column.
 *
 * @throws PavioError `bad_parquet` for a damaged file or one of another kind; `bad_features` when a column that is named
 *   is not among the features.
 */
export async function readFeatures(file: FeatureBytes, columns?: readonly string[]): Promise<FeatureTable> {
  const { metadata, info, assets, rows } = await readFeatureFooter(file);
  const wanted = wantedColumns(file, info, columns);
  return refusingDamage(file, async () => {
    const read = (column: string) => readNumbers(file, metadata, column, { from: 0, to: rows });
    const symbol = new Int32Array(rows);
    let from = 0;
    for (const [index, { summary }] of assets.entries()) symbol.fill(index, from, (from += summary.rows));
    const time = await read(TIME);
    const close = await read(CLOSE);
    const features = new Map<string, Float64Array>();
    for (const column of wanted) features.set(column, await read(column));
    const symbols = assets.map(({ summary }) => summary.symbol);
    return { ...info, symbols, symbol, time, close, columns: features };
  });
}

/** All feature columns, or those named. @throws PavioError `bad_features` when one is not among the features. */
export function wantedColumns(
  { name }: Pick<FeatureBytes, 'name'>,
  { featureSet }: Pick<FeatureTableInfo, 'featureSet'>,
  columns: readonly string[] = featureSet.columns,
): readonly string[] {
  const unknown = columns.filter((column) => !featureSet.columns.includes(column));
  if (unknown.length === 0) return columns;
  throw new PavioError('bad_features', `${name} has no feature ${unknown.map((column) => `"${column}"`).join(', ')}.`, {
    remedy: 'Compute the features again: pavio features.',
    details: { file: name, missing: unknown },
  });
}

const json = z.string().transform((text): unknown => JSON.parse(text));
const count = z.number().int().nonnegative();

export const summarySchema = z.object({
  symbol: z.string(),
  content: z.string(),
  rows: count,
  completeRows: count,
  gaps: count,
  from: z.number(),
  to: z.number(),
});

/** What the key-value metadata of a file says, by key. */
const infoSchema = z
  .object({
    feature_set: z.string(),
    feature_set_hash: z.string(),
    columns: json.pipe(z.array(z.string())),
    inputs: json.pipe(z.array(z.string())),
    source: z.string(),
    quote: z.string(),
    interval: z.enum(INTERVAL_NAMES),
    assets: json.pipe(z.array(summarySchema)),
  })
  .transform(({ feature_set, feature_set_hash, columns, inputs, ...rest }) => ({
    ...rest,
    featureSet: { name: feature_set, hash: feature_set_hash, columns, inputs },
  }));

function checkColumns(file: FeatureBytes, { schema }: FileMetaData, { featureSet }: FeatureTableInfo): void {
  const [, ...elements] = schema;
  const expected = [
    `${SYMBOL} BYTE_ARRAY`,
    `${TIME} INT64`,
    ...[CLOSE, ...featureSet.columns].map((column) => `${column} DOUBLE`),
  ];
  const found = elements.map((element) => `${element.name} ${element.type}`);
  const odd = expected.findIndex(
    (column, index) => column !== found[index] || elements[index]?.repetition_type !== 'REQUIRED',
  );
  if (odd >= 0 || found.length !== expected.length) {
    throw badParquet(
      file,
      `column ${odd < 0 ? expected.length : odd} is ${found[odd] ?? 'none of ours'}, expected ${expected[odd] ?? 'no more'}`,
    );
  }
}

/** Row groups come in the order of the assets, and none has rows of two. */
function withRowGroups(file: FeatureBytes, assets: readonly AssetSummary[], groups: readonly RowGroup[]) {
  let next = 0;
  const found = assets.map((summary) => {
    const first = next;
    for (let rows = 0; rows < summary.rows && next < groups.length; next++) rows += Number(groups[next]!.num_rows);
    const rowGroups = groups.slice(first, next);
    const rows = rowGroups.reduce((sum, group) => sum + Number(group.num_rows), 0);
    if (rows !== summary.rows) throw badParquet(file, `${summary.symbol} has ${rows} rows instead of ${summary.rows}`);
    return { summary, rowGroups };
  });
  if (next < groups.length) throw badParquet(file, 'it has rows of no asset');
  return found;
}
