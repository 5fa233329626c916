import type * as Reader from 'hyparquet';
import type * as Bytes from 'hyparquet-writer/src/bytewriter.js';
import type * as Metadata from 'hyparquet-writer/src/metadata.js';

/** Loaded with the first Parquet file: whoever handles none does not wait for it. */
export function loadParquetReader(): Promise<typeof Reader> {
  return import('hyparquet');
}

/** What writes the end of a file; its rows are written by encode-features.ts. */
export async function loadParquetFooter(): Promise<
  Pick<typeof Bytes, 'ByteWriter'> & Pick<typeof Metadata, 'writeMetadata'>
> {
  const [{ ByteWriter }, { writeMetadata }] = await Promise.all([
    import('hyparquet-writer/src/bytewriter.js'),
    import('hyparquet-writer/src/metadata.js'),
  ]);
  return { ByteWriter, writeMetadata };
}
