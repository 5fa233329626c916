import type * as Reader from 'hyparquet';
import type * as Writer from 'hyparquet-writer';

/** Loaded with the first Parquet file: whoever handles none does not wait for it. */
export function loadParquetReader(): Promise<typeof Reader> {
  return import('hyparquet');
}

export function loadParquetWriter(): Promise<typeof Writer> {
  return import('hyparquet-writer');
}
