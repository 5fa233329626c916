import type { ColumnChunk, SchemaElement, Statistics } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';

/** From the middle of a page: says whether compressing all of it pays. */
const SAMPLE_BYTES = 8192;
/**
 * Compressed, a page must take less than this share of its bytes: to compress it takes ten times as long as to compute it,
 * and most features hardly shrink.
 */
const WORTHWHILE = 0.5;

/** A column of a row group and its bytes, one after another. */
export interface EncodedChunk {
  readonly chunk: ColumnChunk;
  readonly bytes: readonly Uint8Array[];
}

/**
 * A column of doubles without nulls as one page of a row group. On little-endian machines the memory of a Float64Array is
 * Parquet's PLAIN encoding already and is taken as it is: the library's `writeColumn` appends value after value, and
 * compresses what does not shrink, which takes twenty times as long.
 *
 * The codec is SNAPPY; a page that would not shrink says in its header that it is stored (`is_compressed`, data page V2).
 *
 * @param offset where it begins.
 */
export function encodeDoubles(element: SchemaElement, values: Float64Array, offset: number): EncodedChunk {
  return encodePlain(element, 'DOUBLE', values, offset);
}

/**
 * The same for whole numbers as INT64, with statistics for readers that skip row groups by time.
 *
 * @param times in whole milliseconds.
 */
export function encodeTimes(element: SchemaElement, times: Float64Array, offset: number): EncodedChunk {
  // Both halves of each number: a BigInt of each would be an object of its own.
  const halves = new Int32Array(2 * times.length);
  let [earliest, latest] = [Infinity, -Infinity];
  for (let row = 0; row < times.length; row++) {
    const time = times[row]!;
    const high = Math.floor(time / 2 ** 32);
    halves[2 * row] = time - high * 2 ** 32;
    halves[2 * row + 1] = high;
    if (time < earliest) earliest = time;
    if (time > latest) latest = time;
  }
  return encodePlain(element, 'INT64', halves, offset, {
    null_count: 0n,
    min_value: BigInt(earliest),
    max_value: BigInt(latest),
  });
}

function encodePlain(
  element: SchemaElement,
  type: 'DOUBLE' | 'INT64',
  values: Float64Array | Int32Array,
  offset: number,
  statistics?: Statistics,
): EncodedChunk {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const rows = bytes.length / 8;
  const isCompressed = isWorthwhile(bytes);
  const content = isCompressed ? snappyCompress(bytes) : bytes;
  const header = new ByteWriter();
  writePageHeader(header, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: bytes.length,
    compressed_page_size: content.length,
    data_page_header_v2: {
      num_values: rows,
      num_nulls: 0,
      num_rows: rows,
      encoding: 'PLAIN',
      definition_levels_byte_length: 0,
      repetition_levels_byte_length: 0,
      is_compressed: isCompressed,
    },
  });
  const chunk: ColumnChunk = {
    file_offset: BigInt(offset),
    meta_data: {
      type,
      encodings: ['PLAIN'],
      path_in_schema: [element.name],
      codec: 'SNAPPY',
      num_values: BigInt(rows),
      total_uncompressed_size: BigInt(header.offset + bytes.length),
      total_compressed_size: BigInt(header.offset + content.length),
      data_page_offset: BigInt(offset),
      ...(statistics === undefined ? {} : { statistics }),
    },
  };
  return { chunk, bytes: [header.getBytes(), content] };
}

function isWorthwhile(page: Uint8Array): boolean {
  const from = Math.max(0, ((page.length - SAMPLE_BYTES) >> 4) << 3);
  const sample = page.subarray(from, from + SAMPLE_BYTES);
  return snappyCompress(sample).length < WORTHWHILE * sample.length;
}
