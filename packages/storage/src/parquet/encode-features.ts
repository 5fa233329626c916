import {
  type AssetFeatures,
  type EncodedFeatures,
  type EncodeFeatures,
  type FeatureTableInfo,
  PavioError,
} from '@pavio/core';
import type { ColumnChunk, RowGroup } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { moved } from './feature-file.ts';
import { CLOSE, SYMBOL, TIME } from './own-columns.ts';
import { compressedBound, compressValues } from './snappy-doubles.ts';

/** Rows that are compressed, and may be skipped by a reader, as one: a page of 800 KB a column. */
const ROWS_A_GROUP = 100_000;

/** Headers of a column's pages, with the dictionary of one symbol. */
const HEADERS = 512;

type PageHeader = Parameters<typeof writePageHeader>[1];

/**
 * The rows of one asset as Parquet row groups of at most 100,000 rows, Snappy-compressed, one page a column: the symbol
 * as a dictionary of one entry, times as 64-bit integers, all else as plain doubles. Columns are compressed as they come.
 */
export const encodeFeatures: EncodeFeatures = (features, info) => {
  const { summary, time, close } = features;
  const rows = time.length;
  const groups = Array.from({ length: Math.ceil(rows / ROWS_A_GROUP) }, (_, index) => {
    const from = index * ROWS_A_GROUP;
    return new RowGroupEncoder(from, Math.min(rows, from + ROWS_A_GROUP), info.featureSet.columns.length + 3);
  });
  checkRows(features);
  for (const group of groups) {
    group.addSymbol(summary.symbol);
    group.addTime(time);
    group.addDoubles(CLOSE, close);
  }
  let count = 0;
  for (const [name, values] of features.columns) {
    const expected = info.featureSet.columns[count++];
    if (name !== expected || values.length !== rows) {
      throw unequal(summary.symbol, `column "${name}" of ${values.length} rows came for "${expected}" of ${rows}`);
    }
    for (const group of groups) group.addDoubles(name, values);
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

class RowGroupEncoder {
  readonly #from: number;
  readonly #to: number;
  /** Room for the worst case; what is not written to takes no memory. */
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #columns: ColumnChunk[] = [];
  #length = 0;

  constructor(from: number, to: number, columns: number) {
    this.#from = from;
    this.#to = to;
    this.#bytes = new Uint8Array(columns * (compressedBound(to - from) + HEADERS));
  }

  /** One dictionary entry, then one run of it. */
  addSymbol(symbol: string): void {
    const rows = this.#to - this.#from;
    const text = new TextEncoder().encode(symbol);
    const entry = new ByteWriter();
    entry.appendUint32(text.length);
    entry.appendBytes(text);
    const run = new ByteWriter();
    run.appendUint8(1);
    run.appendVarInt(rows << 1);
    run.appendUint8(0);

    const start = this.#length;
    const header = { num_values: 1, encoding: 'PLAIN' } as const;
    let size = this.#addPage(literal(entry.getBytes()), entry.offset, {
      type: 'DICTIONARY_PAGE',
      dictionary_page_header: header,
    });
    const page = this.#length;
    size += this.#addPage(literal(run.getBytes()), run.offset, dataPage(rows, 'RLE_DICTIONARY'));
    this.#addChunk(SYMBOL, start, size, {
      type: 'BYTE_ARRAY',
      encodings: ['PLAIN', 'RLE_DICTIONARY'],
      dictionary_page_offset: BigInt(start),
      data_page_offset: BigInt(page),
      statistics: { min_value: symbol, max_value: symbol, null_count: 0n },
    });
  }

  addTime(time: Float64Array): void {
    const own = time.subarray(this.#from, this.#to);
    const words = new Uint32Array(2 * own.length);
    for (let row = 0; row < own.length; row++) {
      const high = Math.floor(own[row]! / 2 ** 32);
      words[2 * row] = own[row]! - high * 2 ** 32;
      words[2 * row + 1] = high;
    }
    let [min, max] = [own[0]!, own[0]!];
    for (const value of own) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
    const start = this.#length;
    const size = this.#addValues(words);
    this.#addChunk(TIME, start, size, {
      type: 'INT64',
      encodings: ['PLAIN'],
      data_page_offset: BigInt(start),
      statistics: { min_value: new Date(min), max_value: new Date(max), null_count: 0n },
    });
  }

  addDoubles(name: string, values: Float64Array): void {
    const rows = this.#to - this.#from;
    const start = this.#length;
    const size = this.#addValues(new Uint32Array(values.buffer, values.byteOffset + 8 * this.#from, 2 * rows));
    this.#addChunk(name, start, size, { type: 'DOUBLE', encodings: ['PLAIN'], data_page_offset: BigInt(start) });
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  rowGroup(): RowGroup {
    const sizes = this.#columns.map(({ meta_data }) => meta_data?.total_uncompressed_size ?? 0n);
    return {
      columns: this.#columns,
      total_byte_size: sizes.reduce((sum, size) => sum + size, 0n),
      num_rows: BigInt(this.#to - this.#from),
      total_compressed_size: BigInt(this.#length),
    };
  }

  /** Compresses 64-bit values; returns the size of the page before. */
  #addValues(words: Uint32Array): number {
    const rows = words.length >>> 1;
    const room = scratch(compressedBound(rows));
    const length = compressValues(words, room);
    return this.#addPage(room.subarray(0, length), words.byteLength, dataPage(rows, 'PLAIN'));
  }

  #addPage(compressed: Uint8Array, size: number, page: Partial<PageHeader> & Pick<PageHeader, 'type'>): number {
    const header = new ByteWriter(64);
    writePageHeader(header, { ...page, uncompressed_page_size: size, compressed_page_size: compressed.length });
    this.#bytes.set(header.getBytes(), this.#length);
    this.#bytes.set(compressed, this.#length + header.offset);
    this.#length += header.offset + compressed.length;
    return header.offset + size;
  }

  #addChunk(
    name: string,
    start: number,
    size: number,
    parts: Pick<NonNullable<ColumnChunk['meta_data']>, 'type' | 'encodings' | 'data_page_offset'> &
      Partial<NonNullable<ColumnChunk['meta_data']>>,
  ): void {
    this.#columns.push({
      file_offset: BigInt(start),
      meta_data: {
        path_in_schema: [name],
        codec: 'SNAPPY',
        num_values: BigInt(this.#to - this.#from),
        total_uncompressed_size: BigInt(size),
        total_compressed_size: BigInt(this.#length - start),
        ...parts,
      },
    });
  }
}

function dataPage(rows: number, encoding: 'PLAIN' | 'RLE_DICTIONARY') {
  return {
    type: 'DATA_PAGE_V2',
    data_page_header_v2: {
      num_values: rows,
      num_nulls: 0,
      num_rows: rows,
      encoding,
      definition_levels_byte_length: 0,
      repetition_levels_byte_length: 0,
      is_compressed: true,
    },
  } as const;
}

/** A few bytes in the Snappy format, as one literal. */
function literal(bytes: Uint8Array): Uint8Array {
  const writer = new ByteWriter();
  writer.appendVarInt(bytes.length);
  const code = bytes.length - 1;
  if (code < 60) writer.appendUint8(code << 2);
  else {
    writer.appendUint8(61 << 2);
    writer.appendUint8(code & 0xff);
    writer.appendUint8(code >>> 8);
  }
  writer.appendBytes(bytes);
  return writer.getBytes();
}

let memory = new Uint8Array(0);

/** Memory that is used again for each page: fresh memory would cost more than the compression. */
function scratch(length: number): Uint8Array {
  if (memory.length < length) memory = new Uint8Array(length);
  return memory;
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
