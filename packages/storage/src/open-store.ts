import { fileURLToPath } from 'node:url';
import { type ObjectStore, PavioError } from '@pavio/core';
import { folderStore } from './folder/folder-store.ts';
import { s3Store } from './s3/s3-store.ts';

export interface OpenStoreOptions {
  /** AWS region; S3 only. */
  readonly region?: string;
  /** Address of an S3-compatible server other than AWS; S3 only. */
  readonly endpoint?: string;
}

/**
 * The object store that a lake's address means: `s3://bucket`, `s3://bucket/prefix`, `file:///folder` or a folder.
 *
 * @throws PavioError `bad_config` for any other address.
 */
export function openStore(url: string, options: OpenStoreOptions = {}): ObjectStore {
  const [, scheme] = /^([a-z][a-z0-9+.-]+):\/\//i.exec(url) ?? [];
  if (scheme === undefined && url.trim() !== '') return folderStore(url);
  if (scheme === 'file') return folderStore(fileURLToPath(url));
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/*$/.exec(url) ?? [];
  if (bucket !== undefined) return s3Store({ bucket, prefix, ...options });
  throw new PavioError('bad_config', `"${url}" is not the address of a lake.`, {
    remedy: 'Use a folder ("lake") or a bucket ("s3://bucket" or "s3://bucket/prefix").',
  });
}
