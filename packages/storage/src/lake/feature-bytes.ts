import type { ObjectStore } from '@pavio/core';
import type { FeatureBytes } from '../parquet/feature-bytes.ts';

/** A file of up to so many bytes is read whole: for all its columns one request is quicker than hundreds. */
export const READ_WHOLE = 64 * 2 ** 20;

/**
 * A feature file in a store, undefined where there is none.
 *
 * @param whole size up to which the file is read at once, not in ranges.
 */
export async function openBytes(store: ObjectStore, key: string, whole = 0): Promise<FeatureBytes | undefined> {
  const head = await store.head(key);
  if (head === undefined) return undefined;
  const { size, etag } = head;
  const range = async (from: number, to = size) => plainBuffer(await store.getRange(key, from, to, etag));
  const all = size <= whole ? await range(0) : undefined;
  return {
    name: `${store.url}/${key}`,
    byteLength: size,
    slice: (from, to = size) => (all === undefined ? range(from, to) : all.slice(from, to)),
  };
}

function plainBuffer({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  const isWhole = byteOffset === 0 && byteLength === buffer.byteLength;
  return isWhole ? (buffer as ArrayBuffer) : (buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
}
