import { randomUUID } from 'node:crypto';
import { copyFile, type FileHandle, link, mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbsent } from './errors.ts';

/** Age at which a temporary file belongs to nobody: writers keep theirs for seconds, a day survives any suspended laptop. */
const STRAY_AFTER_MS = 24 * 3_600_000;

/** A written and synced file that waits to be moved to its place. */
export interface TemporaryFile {
  readonly path: string;
  readonly mtimeNs: bigint;
  readonly size: bigint;
}

/** What is written: all of it, or part by part. */
export type Body = Uint8Array | AsyncIterable<Uint8Array>;

/** The folder of half-written files: hidden, on the same file system as what they become, so that moving is atomic. */
export class TemporaryFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes the body and syncs it to disk. The caller moves the file, or removes it. */
  async write(body: Body): Promise<TemporaryFile> {
    const path = this.#newPath();
    try {
      await using file = await open(path, 'wx');
      await file.writeFile(body);
      return await finish(path, file);
    } catch (error) {
      await unlink(path).catch(() => undefined);
      throw error;
    }
  }

  /**
   * A second copy of a file of ours. No such file is ever changed in place, so a second name for the same content will do
   * where the file system has that; elsewhere the bytes are copied.
   */
  async copy(source: string): Promise<TemporaryFile> {
    const path = this.#newPath();
    try {
      if (await hasLinked(source, path)) {
        const { mtimeNs, size } = await stat(path, { bigint: true });
        return { path, mtimeNs, size };
      }
      await copyFile(source, path);
      await using file = await open(path, 'r+');
      return await finish(path, file);
    } catch (error) {
      await unlink(path).catch(() => undefined);
      throw error;
    }
  }

  #newPath(): string {
    return join(this.#folder, randomUUID());
  }

  /** Creates the folder and removes what killed writers left long ago. */
  async sweep(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      try {
        const { mtimeMs, ctimeMs, nlink } = await stat(path);
        // A second name for an old file is as young as the name.
        const since = nlink > 1 ? ctimeMs : mtimeMs;
        if (Date.now() - since > STRAY_AFTER_MS) await unlink(path);
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    }
  }
}

/** Dates the file and syncs it to disk. */
async function finish(path: string, file: FileHandle): Promise<TemporaryFile> {
  // The file's own clock ticks in milliseconds; a finer time tells quick rewrites apart.
  const now = (performance.timeOrigin + performance.now()) / 1000;
  await file.utimes(now, now);
  await file.sync();
  const { mtimeNs, size } = await file.stat({ bigint: true });
  return { path, mtimeNs, size };
}

/** False where the file system, or its settings, has no links. */
async function hasLinked(source: string, path: string): Promise<boolean> {
  try {
    await link(source, path);
    return true;
  } catch (error) {
    if (isAbsent(error)) throw error;
    return false;
  }
}
