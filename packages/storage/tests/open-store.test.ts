import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openStore } from '../src/index.ts';
import { temporaryFolder } from './support/folders.ts';

describe('openStore', () => {
  it('opens a folder by its path or file address', async () => {
    const folder = await temporaryFolder();
    expect(openStore(folder).url).toBe(folder);
    expect(openStore(pathToFileURL(folder).href).url).toBe(folder);
    expect(openStore('data').url).toBe(path.resolve('data'));
  });

  it('opens a bucket without asking it anything', () => {
    expect(openStore('s3://bucket').url).toBe('s3://bucket');
    expect(openStore('s3://bucket/', { region: 'eu-west-1' }).url).toBe('s3://bucket');
    expect(openStore('s3://bucket/deep/prefix').url).toBe('s3://bucket/deep/prefix');
  });

  it.each(['', ' ', 's3://', 's3://B', 's3://no_underscores', 'gs://bucket', 'https://bucket.example'])(
    'refuses %j, saying what an address looks like',
    (url) => {
      expect(() => openStore(url)).toThrow(
        expect.objectContaining({ code: 'bad_config', remedy: expect.stringContaining('s3://bucket') }),
      );
    },
  );
});
