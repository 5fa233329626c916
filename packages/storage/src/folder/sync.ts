import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Creates a folder and those above it, and makes sure that they outlive a power cut. */
export async function createFolders(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let child = folder; child.length >= first.length; child = dirname(child)) await syncFolder(dirname(child));
}

/** Makes the names in a folder durable. Windows cannot open folders and needs nothing of the kind. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}
