import type { DecodedArray, FileMetaData } from 'hyparquet';
import { badParquet, type FeatureBytes } from './feature-bytes.ts';
import { loadParquetReader } from './libraries.ts';

/** Rows `from` to `to` (exclusive) of a file. */
export interface RowSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * A column of numbers; times come as UTC milliseconds.
 *
 * @throws PavioError `bad_parquet` where a value or a row is missing.
 */
export async function readNumbers(
  file: FeatureBytes,
  metadata: FileMetaData,
  column: string,
  span: RowSpan,
): Promise<Float64Array> {
  const values = new Float64Array(span.to - span.from);
  await readColumn(file, metadata, column, span, (chunk, row) => values.set(chunk as ArrayLike<number>, row));
  return values;
}

/** A column of texts. @throws PavioError `bad_parquet` where a value or a row is missing. */
export async function readTexts(
  file: FeatureBytes,
  metadata: FileMetaData,
  column: string,
  span: RowSpan,
): Promise<string[]> {
  const values: string[] = [];
  await readColumn(file, metadata, column, span, (chunk, row) => {
    for (let i = 0; i < chunk.length; i++) values[row + i] = String(chunk[i]);
  });
  return values;
}

/** @param take is given what was read and the row of the span that it begins at. */
async function readColumn(
  file: FeatureBytes,
  metadata: FileMetaData,
  column: string,
  { from, to }: RowSpan,
  take: (values: DecodedArray, row: number) => void,
): Promise<void> {
  if (from === to) return;
  const { parquetRead } = await loadParquetReader();
  let seen = 0;
  let hasNull = false;
  await parquetRead({
    file,
    metadata,
    columns: [column],
    rowStart: from,
    rowEnd: to,
    parsers: { timestampFromMilliseconds: Number },
    // Pages are read whole, so the first and the last reach over the span. What is thrown in here nobody would catch.
    onChunk: ({ columnData, rowStart }) => {
      const isWhole = rowStart >= from && rowStart + columnData.length <= to;
      const inside = isWhole ? columnData : columnData.slice(Math.max(0, from - rowStart), Math.max(0, to - rowStart));
      if (inside.length === 0) return;
      hasNull ||= Array.isArray(inside) && inside.includes(null);
      seen += inside.length;
      take(inside, Math.max(0, rowStart - from));
    },
  });
  if (hasNull) throw badParquet(file, `column "${column}" has nulls`);
  if (seen !== to - from) throw badParquet(file, `column "${column}" has ${seen} rows instead of ${to - from}`);
}
