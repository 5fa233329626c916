import {
  type AssetFeatures,
  type EncodedFeatures,
  type EncodeFeatures,
  type FeatureTableInfo,
  PavioError,
} from '@pavio/core';
import type { ColumnChunk, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeColumn } from 'hyparquet-writer/src/column.js';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import { type EncodedChunk, encodeDoubles, encodeTimes } from './encode-plain.ts';
import { movedChunk } from './feature-file.ts';
import { CLOSE, columnsOf, ROOT, SYMBOL, TIME } from './schema.ts';

/** Rows that a reader may skip as one: about 0.4 GB of a hundred columns, of which the format's makers advise 0.5 to 1. */
const ROWS_A_GROUP = 2 ** 19;
/** Symbols that are compressed as one. */
const PAGE_BYTES = 2 ** 20;
/** Bytes that are handed on as one, where an asset has so many. */
const PIECE_BYTES = 2 ** 22;
/** Header of a column's page, and what compression adds where nothing repeats. */
const COLUMN_OVERHEAD = 256;

/**
 * The rows of one asset as Parquet row groups of at most 524,288 rows, Snappy-compressed. Columns are encoded and handed on
 * as they come, so that a generator of columns never has them all in memory. That is why, where an asset has several row
 * groups, they lie side by side column by column.
 */
export const encodeFeatures: EncodeFeatures = (features, info) => {
  const rows = features.time.length;
  checkRows(features);
  const most = (info.featureSet.columns.length + 3) * (8 * rows + COLUMN_OVERHEAD);
  const groups = Array.from({ length: Math.ceil(rows / ROWS_A_GROUP) }, (_, index): GroupedRows => {
    const from = index * ROWS_A_GROUP;
    return { from, to: Math.min(rows, from + ROWS_A_GROUP), columns: [] };
  });
  return {
    summary: features.summary,
    bytes: gathered(encodeColumns(features, info, groups), Math.min(most, PIECE_BYTES)),
    layout: () => groups.map(rowGroup),
  };
};

/** The row groups of encoded features, with offsets from the beginning of their bytes. */
export function rowGroupsOf(encoded: EncodedFeatures): readonly RowGroup[] {
  return encoded.layout() as readonly RowGroup[];
}

/** Rows `from` to `to` (exclusive) of an asset, and the columns of theirs that have been encoded. */
interface GroupedRows {
  readonly from: number;
  readonly to: number;
  readonly columns: ColumnChunk[];
}

/** Encodes column after column, and notes in the row groups where each is. */
function* encodeColumns(
  features: AssetFeatures,
  info: FeatureTableInfo,
  groups: readonly GroupedRows[],
): Generator<Uint8Array, void, void> {
  let offset = 0;
  for (const [element, values] of allColumns(features, info)) {
    for (const { from, to, columns } of groups) {
      const { chunk, bytes } = encodeChunk(element, values.subarray(from, to), features.summary.symbol, offset);
      columns.push(chunk);
      for (const part of bytes) {
        offset += part.length;
        yield part;
      }
    }
  }
}

/** All columns with their values; the symbols have none of their own, but as many rows as there are times. */
function* allColumns(
  { summary, time, close, columns }: AssetFeatures,
  info: FeatureTableInfo,
): Generator<readonly [SchemaElement, Float64Array], void, void> {
  const [symbolElement, timeElement, closeElement, ...elements] = columnsOf(info);
  yield [symbolElement!, time];
  yield [timeElement!, time];
  yield [closeElement!, close];
  const names = info.featureSet.columns;
  let count = 0;
  for (const [name, values] of columns) {
    const expected = names[count];
    if (name !== expected || values.length !== time.length) {
      throw unequal(
        summary.symbol,
        `column "${name}" of ${values.length} rows came for "${expected}" of ${time.length}`,
      );
    }
    yield [elements[count++]!, values];
  }
  if (count < names.length) throw unequal(summary.symbol, `the column "${names[count]}" of its feature set is missing`);
}

function encodeChunk(element: SchemaElement, values: Float64Array, symbol: string, offset: number): EncodedChunk {
  if (element.name === SYMBOL) return encodeSymbol(element, symbol, values.length, offset);
  return element.name === TIME ? encodeTimes(element, values, offset) : encodeDoubles(element, values, offset);
}

/** The same symbol in all rows: a dictionary, and statistics for readers that skip row groups by asset. */
function encodeSymbol(element: SchemaElement, symbol: string, rows: number, offset: number): EncodedChunk {
  const writer = new ByteWriter();
  const { chunk } = writeColumn({
    writer,
    column: {
      columnName: element.name,
      element,
      schemaPath: [{ name: ROOT }, element],
      codec: 'SNAPPY',
      compressors: { SNAPPY: snappyCompress },
      stats: true,
      pageSize: PAGE_BYTES,
      columnIndex: false,
      offsetIndex: false,
    },
    pageData: {
      values: Array.from({ length: rows }, () => symbol),
      definitionLevels: [],
      repetitionLevels: [],
      maxDefinitionLevel: 0,
    },
  });
  return { chunk: movedChunk(chunk, BigInt(offset)), bytes: [writer.getBytes()] };
}

function rowGroup({ from, to, columns }: GroupedRows): RowGroup {
  const sumOf = (size: 'total_uncompressed_size' | 'total_compressed_size') =>
    columns.reduce((sum, { meta_data }) => sum + (meta_data?.[size] ?? 0n), 0n);
  return {
    columns,
    total_byte_size: sumOf('total_uncompressed_size'),
    num_rows: BigInt(to - from),
    total_compressed_size: sumOf('total_compressed_size'),
  };
}

/** The same bytes in pieces of one size, but for the last, in memory that is used again for each. */
function* gathered(parts: Iterable<Uint8Array>, size: number): Generator<Uint8Array, void, void> {
  const piece = new Uint8Array(size);
  let length = 0;
  for (const part of parts) {
    for (let from = 0; from < part.length; ) {
      const taken = part.subarray(from, from + size - length);
      piece.set(taken, length);
      length += taken.length;
      from += taken.length;
      if (length < size) continue;
      yield piece;
      length = 0;
    }
  }
  if (length > 0) yield piece.subarray(0, length);
}

function checkRows({ summary, time, close }: AssetFeatures): void {
  if (close.length !== time.length || summary.rows !== time.length) {
    throw unequal(summary.symbol, `${summary.rows} rows with ${time.length} times and ${close.length} closes`);
  }
  if (!time.every(Number.isSafeInteger)) throw unequal(summary.symbol, 'a time is not in whole milliseconds');
}

/** @throws PavioError `bad_features` for a feature that has the name of an own column. */
export function checkNames({ featureSet }: FeatureTableInfo): void {
  const taken = featureSet.columns.find((name) => [SYMBOL, TIME, CLOSE].includes(name));
  if (taken !== undefined)
    throw new PavioError('bad_features', `The features cannot be stored: "${taken}" is the name of an own column.`);
}

function unequal(symbol: string, problem: string): PavioError {
  return new PavioError('bad_features', `The features of ${symbol} cannot be stored: ${problem}.`);
}
