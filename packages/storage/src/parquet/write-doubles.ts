import type { ColumnChunk, SchemaElement } from 'hyparquet';
import type { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';

/** From the middle of a page: says whether compressing all of it pays. */
const SAMPLE_BYTES = 8192;
/** Compressed, a page must take less than this share of its bytes. Four features of five do not shrink at all. */
const WORTHWHILE = 0.9;

/**
 * A column of doubles without nulls as one page of a row group. On little-endian machines the memory of a Float64Array is
 * Parquet's PLAIN encoding already and is taken as it is: the library's `writeColumn` appends value after value, and
 * compresses what does not shrink, which takes twenty times as long.
 *
 * The codec is SNAPPY; a page that would not shrink says in its header that it is stored (`is_compressed`, data page V2).
 */
export function writeDoubles(writer: ByteWriter, element: SchemaElement, values: Float64Array): ColumnChunk {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const isCompressed = isWorthwhile(bytes);
  const content = isCompressed ? snappyCompress(bytes) : bytes;
  const start = writer.offset;
  writePageHeader(writer, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: bytes.length,
    compressed_page_size: content.length,
    data_page_header_v2: {
      num_values: values.length,
      num_nulls: 0,
      num_rows: values.length,
      encoding: 'PLAIN',
      definition_levels_byte_length: 0,
      repetition_levels_byte_length: 0,
      is_compressed: isCompressed,
    },
  });
  const header = writer.offset - start;
  writer.appendBytes(content);
  return {
    file_offset: BigInt(start),
    meta_data: {
      type: 'DOUBLE',
      encodings: ['PLAIN'],
      path_in_schema: [element.name],
      codec: 'SNAPPY',
      num_values: BigInt(values.length),
      total_uncompressed_size: BigInt(header + bytes.length),
      total_compressed_size: BigInt(header + content.length),
      data_page_offset: BigInt(start),
    },
  };
}

function isWorthwhile(page: Uint8Array): boolean {
  const from = Math.max(0, ((page.length - SAMPLE_BYTES) >> 4) << 3);
  const sample = page.subarray(from, from + SAMPLE_BYTES);
  return snappyCompress(sample).length < WORTHWHILE * sample.length;
}
