import type { AssetSummary, FeatureTableInfo } from '@pavio/core';
import type { ColumnChunk, RowGroup } from 'hyparquet';
import { loadParquetFooter } from './libraries.ts';
import { columnsOf, ROOT } from './schema.ts';

/** Written into every file; a test holds it against package.json. */
export const SOFTWARE = 'pavio 0.1.0';

const MAGIC = Uint8Array.from([0x50, 0x41, 0x52, 0x31]);

/** The rows of one asset on their way into a file. */
export interface FilePart {
  readonly summary: AssetSummary;
  /** To be taken once. A piece may be overwritten when the next one is asked for. */
  readonly bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** With offsets from the beginning of the part's own bytes; there when all of these have been taken. */
  readonly rowGroups: () => readonly RowGroup[];
}

/**
 * A feature file, piece by piece: `symbol` (UTF-8), `time` (timestamp in UTC milliseconds), `close`, then the feature
 * columns as doubles. No column has nulls: a feature that is not defined is NaN. What the table is, and what is known of
 * each asset, goes into the file's key-value metadata. The same parts always give the same bytes.
 */
export async function* featureFile(
  info: FeatureTableInfo,
  parts: AsyncIterable<FilePart>,
): AsyncGenerator<Uint8Array, void, void> {
  const { ByteWriter, writeMetadata } = await loadParquetFooter();
  const rowGroups: RowGroup[] = [];
  const summaries: AssetSummary[] = [];
  yield MAGIC;
  let offset = MAGIC.length;
  for await (const part of parts) {
    const start = BigInt(offset);
    for await (const piece of part.bytes) {
      offset += piece.length;
      yield piece;
    }
    rowGroups.push(...part.rowGroups().map((group) => moved(group, start)));
    summaries.push(part.summary);
  }
  const columns = columnsOf(info);
  const footer = new ByteWriter();
  writeMetadata(footer, {
    version: 2,
    created_by: SOFTWARE,
    schema: [{ name: ROOT, num_children: columns.length }, ...columns],
    num_rows: BigInt(summaries.reduce((sum, { rows }) => sum + rows, 0)),
    row_groups: rowGroups,
    key_value_metadata: Object.entries(describe(info, summaries)).map(([key, value]) => ({ key, value })),
    metadata_length: 0,
  });
  footer.appendBytes(MAGIC);
  yield footer.getBytes();
}

/** First byte of a row group, from where its offsets are counted. */
export function startOf({ columns }: RowGroup): bigint {
  const first = columns[0]?.meta_data;
  return first?.dictionary_page_offset ?? first?.data_page_offset ?? 0n;
}

/** The same row group so many bytes farther on. */
export function moved(group: RowGroup, by: bigint): RowGroup {
  return { ...group, columns: group.columns.map((column) => movedChunk(column, by)) };
}

export function movedChunk(column: ColumnChunk, by: bigint): ColumnChunk {
  const meta = column.meta_data;
  if (meta === undefined) return column;
  const dictionary = meta.dictionary_page_offset;
  return {
    file_offset: column.file_offset + by,
    meta_data: {
      ...meta,
      data_page_offset: meta.data_page_offset + by,
      ...(dictionary === undefined ? {} : { dictionary_page_offset: dictionary + by }),
    },
  };
}

function describe(info: FeatureTableInfo, assets: readonly AssetSummary[]): Record<string, string> {
  const { featureSet, source, quote, interval } = info;
  return {
    feature_set: featureSet.name,
    feature_set_hash: featureSet.hash,
    columns: JSON.stringify(featureSet.columns),
    inputs: JSON.stringify(featureSet.inputs),
    source,
    quote,
    interval,
    assets: JSON.stringify(assets),
    software: SOFTWARE,
  };
}
