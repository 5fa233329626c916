import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { folderStore } from '../src/index.ts';
import { testObjectStore } from './object-store.conformance.ts';

describe('a folder as an object store', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pavio-storage-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  testObjectStore(async () => folderStore(join(folder, 'lake')));
});
