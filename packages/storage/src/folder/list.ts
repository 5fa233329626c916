import type { BigIntStats, Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { mapConcurrently } from '@pavio/core';
import { isAbsent } from './errors.ts';
import { filePath, partOf } from './path.ts';

export interface ListedFile {
  readonly key: string;
  readonly stats: BigIntStats;
}

/** Files asked for their size and time at once. */
const STATS_AT_ONCE = 32;

/** All objects of a folder whose key begins with `prefix`, in the order of their keys. */
export async function* listFolder(folder: string, prefix: string): AsyncIterable<ListedFile> {
  const slash = prefix.lastIndexOf('/');
  const base = prefix.slice(0, slash + 1);
  yield* walk(slash < 0 ? folder : filePath(folder, prefix.slice(0, slash)), base, prefix);
}

async function* walk(folder: string, base: string, prefix: string): AsyncIterable<ListedFile> {
  // A folder's keys all begin with its name and a slash: sorted by that, files and folders come in the order of keys.
  const entries = (await entriesOf(folder))
    .map(({ name, isFolder }) => ({ name, part: partOf(name), isFolder }))
    .filter((entry): entry is Entry => entry.part !== undefined && `${base}${entry.part}`.startsWith(prefix))
    .map((entry) => ({ ...entry, order: entry.isFolder ? `${entry.part}/` : entry.part }))
    .sort((a, b) => (a.order < b.order ? -1 : 1));

  for (let start = 0; start < entries.length; start += STATS_AT_ONCE) {
    const some = entries.slice(start, start + STATS_AT_ONCE);
    const stats = await mapConcurrently(some, STATS_AT_ONCE, ({ name, isFolder }) =>
      isFolder ? undefined : statsOf(join(folder, name)),
    );
    for (const [index, { name, part, isFolder }] of some.entries()) {
      const found = stats[index];
      if (isFolder) yield* walk(join(folder, name), `${base}${part}/`, prefix);
      else if (found?.isFile()) yield { key: base + part, stats: found };
    }
  }
}

interface Entry {
  readonly name: string;
  readonly part: string;
  readonly isFolder: boolean;
}

async function entriesOf(folder: string): Promise<{ name: string; isFolder: boolean }[]> {
  let found: Dirent[];
  try {
    found = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
  return Promise.all(
    found.map(async (entry) => ({
      name: entry.name,
      // A lake may have parts linked in from elsewhere, to be read.
      isFolder: entry.isSymbolicLink()
        ? ((await statsOf(join(folder, entry.name)))?.isDirectory() ?? false)
        : entry.isDirectory(),
    })),
  );
}

/** Undefined for a file that was removed while it was listed, or a link that leads nowhere. */
async function statsOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
