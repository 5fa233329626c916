import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
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
    const path = join(this.#folder, randomUUID());
    const file = await open(path, 'wx');
    try {
      await file.writeFile(body);
      // The file's own clock ticks in milliseconds; a finer time tells quick rewrites apart.
      const now = (performance.timeOrigin + performance.now()) / 1000;
      await file.utimes(now, now);
      await file.sync();
      const { mtimeNs, size } = await file.stat({ bigint: true });
      return { path, mtimeNs, size };
    } catch (error) {
      await unlink(path).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
  }

  /** Creates the folder and removes what killed writers left long ago. */
  async sweep(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      try {
        const { mtimeMs } = await stat(path);
        if (Date.now() - mtimeMs > STRAY_AFTER_MS) await unlink(path);
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    }
  }
}
