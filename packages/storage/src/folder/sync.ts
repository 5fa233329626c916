import { mkdir, open, rename, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAbsent } from './errors.ts';

const ATTEMPTS = 5;

/** Creates a folder and those above it, and makes sure that they outlive a power cut. */
export async function createFolders(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let child = folder; child.length >= first.length; child = dirname(child)) await syncFolder(dirname(child));
}

/** Moves a file to its place in a folder, which is created: again where somebody removes it just then because it is empty. */
export async function moveInto(file: string, target: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await createFolders(dirname(target));
      return await rename(file, target);
    } catch (error) {
      if (attempt === ATTEMPTS || !isAbsent(error)) throw error;
    }
  }
}

/** Removes a folder and those above it, up to `root`, as long as they are empty. One that cannot be removed does no harm. */
export async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let each = folder; each !== root && each.startsWith(root); each = dirname(each)) {
    try {
      await rmdir(each);
    } catch {
      return;
    }
  }
}

/** Makes the names in a folder durable. Windows cannot open folders and needs nothing of the kind. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}
