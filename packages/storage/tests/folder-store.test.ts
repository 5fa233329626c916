import { describe } from 'vitest';
import { folderStore } from '../src/index.ts';
import { testObjectStore } from './object-store.conformance.ts';
import { fileFolder } from './support/folders.ts';

const folder = fileFolder();

describe('a folder as an object store', () => {
  testObjectStore(async () => folderStore(folder('lake')));
});
