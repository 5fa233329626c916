import {
  type AssetFeatures,
  type EncodedFeatures,
  type EncodeFeatures,
  type FeatureTableInfo,
  PavioError,
} from '@pavio/core';
import type { ColumnChunk, DecodedArray, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeColumn } from 'hyparquet-writer/src/column.js';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import { moved } from './feature-file.ts';
import { CLOSE, columnsOf, ROOT, SYMBOL, TIME } from './schema.ts';
import { writeDoubles } from './write-doubles.ts';

/** Rows that a reader may skip as one. */
const ROWS_A_GROUP = 100_000;
/** Symbols or times that are compressed as one. */
const PAGE_BYTES = 2 ** 20;
/** Header of a column's page, and what compression adds where nothing repeats. */
const COLUMN_OVERHEAD = 256;

/**
 * The rows of one asset as Parquet row groups of at most 100,000 rows, Snappy-compressed. Columns are encoded as they come,
 * so that a generator of columns never has them all in memory.
 */
export const encodeFeatures: EncodeFeatures = (features, info) => {
  const { summary, time, close } = features;
  const rows = time.length;
  checkRows(features);
  const groups = Array.from({ length: Math.ceil(rows / ROWS_A_GROUP) }, (_, index) => {
    const from = index * ROWS_A_GROUP;
    return new RowGroupEncoder(from, Math.min(rows, from + ROWS_A_GROUP), info.featureSet.columns.length + 3);
  });
  const add = (element: SchemaElement, values: DecodedArray) => {
    for (const group of groups) group.add(element, values);
  };
  const [symbolColumn, timeColumn, closeColumn, ...featureColumns] = columnsOf(info);
  add(
    symbolColumn!,
    Array.from({ length: rows }, () => summary.symbol),
  );
  add(timeColumn!, BigInt64Array.from(time, BigInt));
  add(closeColumn!, close);
  let count = 0;
  for (const [name, values] of features.columns) {
    const expected = info.featureSet.columns[count++];
    if (name !== expected || values.length !== rows) {
      throw unequal(summary.symbol, `column "${name}" of ${values.length} rows came for "${expected}" of ${rows}`);
    }
    add(featureColumns[count - 1]!, values);
  }
  if (count < info.featureSet.columns.length) {
    throw unequal(summary.symbol, `the column "${info.featureSet.columns[count]}" of its feature set is missing`);
  }
  const bytes = groups.map((group) => group.bytes());
  let offset = 0n;
  const layout = groups.map((group, index) => {
    const placed = moved(group.rowGroup(), offset);
    offset += BigInt(bytes[index]!.length);
    return placed;
  });
  return { summary, bytes, layout };
};

/** The row groups of encoded features, with offsets from the beginning of their bytes. */
export function rowGroupsOf({ layout }: EncodedFeatures): readonly RowGroup[] {
  return layout as readonly RowGroup[];
}

/** Columns of one row group as they come, one after another, with offsets from its first byte. */
class RowGroupEncoder {
  readonly #from: number;
  readonly #to: number;
  readonly #writer: ByteWriter;
  readonly #columns: ColumnChunk[] = [];

  /** @param columns how many will come: room for all of them is made once, not doubled again and again. */
  constructor(from: number, to: number, columns: number) {
    this.#from = from;
    this.#to = to;
    this.#writer = new ByteWriter(columns * (8 * (to - from) + COLUMN_OVERHEAD));
  }

  /** @param values of all rows of the asset; the group's own are taken from them. */
  add(element: SchemaElement, values: DecodedArray): void {
    this.#columns.push(
      values instanceof Float64Array
        ? writeDoubles(this.#writer, element, values.subarray(this.#from, this.#to))
        : this.#writeOther(element, values.slice(this.#from, this.#to)),
    );
  }

  /** Symbols and times: a dictionary, deltas, and statistics for readers that skip row groups by asset and time. */
  #writeOther(element: SchemaElement, values: DecodedArray): ColumnChunk {
    const { chunk } = writeColumn({
      writer: this.#writer,
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
      pageData: { values, definitionLevels: [], repetitionLevels: [], maxDefinitionLevel: 0 },
    });
    return chunk;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#writer.getBytes();
  }

  rowGroup(): RowGroup {
    const sizes = this.#columns.map(({ meta_data }) => meta_data?.total_uncompressed_size ?? 0n);
    return {
      columns: this.#columns,
      total_byte_size: sizes.reduce((sum, size) => sum + size, 0n),
      num_rows: BigInt(this.#to - this.#from),
      total_compressed_size: BigInt(this.#writer.offset),
    };
  }
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
