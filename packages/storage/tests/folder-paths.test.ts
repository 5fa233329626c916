import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { folderError } from '../src/folder/errors.ts';
import { fileName, partOf } from '../src/folder/path.ts';
import { folderStore } from '../src/index.ts';
import { temporaryFolder } from './support/folders.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

async function keys(folder: string): Promise<string[]> {
  const found = [];
  for await (const { key } of folderStore(folder).list('')) found.push(key);
  return found;
}

describe('file names', () => {
  it('are the keys themselves where every operating system takes them', () => {
    for (const name of [
      '2024.csv',
      'BTC-USDT',
      'regressor_lin.safetensors',
      'cripto_features_latest.parquet',
      'ação',
      'constant',
    ]) {
      expect(fileName(name)).toBe(name);
    }
  });

  it('have no character, ending or device name that one refuses', () => {
    const part = fc.string({
      unit: fc.constantFrom(
        'a',
        'A',
        '.',
        '%',
        ' ',
        '<',
        '>',
        ':',
        '"',
        '|',
        '?',
        '*',
        '\\',
        '~',
        'é',
        'con',
        'NUL',
        'lpt1',
      ),
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(part, (text) => {
        const name = fileName(text);
        expect(partOf(name)).toBe(text);
        expect(name).not.toMatch(/[<>:"|?*\\]|^\.|[. ]$/);
        expect(name).not.toMatch(/^(con|nul|lpt1)(\.|$)/i);
      }),
      { numRuns: 2000 },
    );
  });

  it('that no key can have are no objects', async () => {
    const folder = await temporaryFolder();
    for (const name of ['.DS_Store', 'a%41', 'b%zz', 'c:d', 'fine.csv']) await writeFile(join(folder, name), 'x');
    expect(await keys(folder)).toEqual(['fine.csv']);
  });
});

describe('a folder', () => {
  it('is created by the first write, not by reading', async () => {
    const folder = join(await temporaryFolder(), 'not', 'yet');
    const store = folderStore(folder);
    expect(await store.get('a')).toBeUndefined();
    expect(await keys(folder)).toEqual([]);
    await store.delete('a');
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' });
    await store.put('a', bytes('x'));
    expect(await keys(folder)).toEqual(['a']);
  });

  it('may have parts linked in from elsewhere', async () => {
    const [folder, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
    await mkdir(join(elsewhere, 'raw'));
    await writeFile(join(elsewhere, 'raw', 'a.csv'), 'x');
    await symlink(join(elsewhere, 'raw'), join(folder, 'raw'));
    await symlink(join(elsewhere, 'nowhere'), join(folder, 'broken'));
    expect(await keys(folder)).toEqual(['raw/a.csv']);
    expect(await folderStore(folder).get('raw/a.csv')).toMatchObject({ size: 1 });
  });

  it('cannot hold an object and others below it', async () => {
    const folder = await temporaryFolder();
    const store = folderStore(folder);
    await store.put('a/b', bytes('x'));
    expect(await store.get('a')).toBeUndefined();
    await expect(store.put('a', bytes('x'))).rejects.toMatchObject({ code: 'bad_input' });
    await expect(store.put('a/b/c', bytes('x'))).rejects.toMatchObject({ code: 'bad_input' });
    await expect(store.put('n'.repeat(300), bytes('x'))).rejects.toMatchObject({ code: 'bad_input' });
  });

  it('works again after everything in it was removed under its feet', async () => {
    const folder = await temporaryFolder();
    const store = folderStore(folder);
    await store.put('a', bytes('x'));
    await rm(folder, { recursive: true });
    await expect(store.put('b', bytes('y'))).rejects.toMatchObject({ code: 'store_unavailable' });
    await store.put('b', bytes('y'));
    expect(await keys(folder)).toEqual(['b']);
  });

  it('that may not be written is denied', async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o500);
    // Root may write everywhere but in the kernel's own file system.
    const denied = process.getuid?.() === 0 ? '/sys/pavio' : folder;
    await expect(folderStore(denied).put('a', bytes('x'))).rejects.toMatchObject({ code: 'store_denied' });
  });
});

describe('folders that are empty', () => {
  it('go with their last object, and no others', async () => {
    const folder = await temporaryFolder();
    const store = folderStore(folder);
    for (const key of ['a/b/c/one', 'a/two']) await store.put(key, bytes(key));
    await store.delete('a/b/c/one');
    expect(await readdir(join(folder, 'a'))).toEqual(['two']);
    await store.delete('a/two');
    expect(await readdir(folder)).toEqual(['.pavio']);
  });

  it('come back for whoever writes into them just then', async () => {
    const folder = await temporaryFolder();
    const stores = [folderStore(folder), folderStore(folder)] as const;
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      const store = stores[writer % 2 === 0 ? 0 : 1];
      for (let round = 0; round < 15; round++) {
        await store.put(`deep/down/${writer}`, bytes(String(round)));
        expect((await store.get(`deep/down/${writer}`))?.body).toEqual(bytes(String(round)));
        await store.delete(`deep/down/${writer}`);
      }
    });
    await Promise.all(writers);
    expect(await readdir(folder)).toEqual(['.pavio']);
  });
});

describe('errors of the file system', () => {
  it.each([
    ['EACCES', 'store_denied'],
    ['EROFS', 'store_denied'],
    ['EISDIR', 'bad_input'],
    ['EXDEV', 'bad_config'],
    ['ENOSPC', 'store_unavailable'],
    ['EIO', 'store_unavailable'],
  ])('%s is %s', (errno, code) => {
    const error = folderError(Object.assign(new Error(errno), { code: errno }), 'write a', '/lake');
    expect(error).toMatchObject({
      code,
      message: expect.stringMatching(/write a.*\/lake/),
      remedy: expect.any(String),
    });
  });
});
