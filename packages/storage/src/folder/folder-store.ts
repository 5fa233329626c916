import { createHash } from 'node:crypto';
import { type FileHandle, open, rm, stat, unlink, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ObjectInfo, ObjectStore, PutResult, StoredObject } from '@pavio/core';
import { checkKey, checkPrefix } from '../object-key.ts';
import { plainBytes } from '../plain-bytes.ts';
import { absentError, changedError } from '../read-errors.ts';
import { folderError, isAbsent } from './errors.ts';
import { listFolder } from './list.ts';
import { withFileLock } from './lock.ts';
import { filePath } from './path.ts';
import { createFolders, moveInto, removeEmptyFolders, syncFolder } from './sync.ts';
import { type Body, type TemporaryFile, TemporaryFiles } from './temporary-files.ts';

/** Locks are shared by keys, so that a lake has 64 lock files and not one a key. */
const LOCKS = 64;

/** Our own files inside the folder; no key can name them, because a part that begins with a dot is escaped. */
const OWN_FOLDER = '.pavio';

/**
 * Objects as plain files of a folder, which is created on the first write. A key is the path; characters that some
 * operating system refuses are written as `%XX`.
 *
 * - **Atomic**: a body is written to `.pavio/tmp`, synced, and moved to its place by a rename; then the folder is synced.
 *   A file is never changed in place, so a reader that has it open reads it to the end.
 * - **Conditions** are checked and the rename is done under a lock of the operating system (see lock.ts), which holds
 *   between processes and ends with its holder: `kill -9` at any instant leaves the old object or the new one, no lock,
 *   and at most a temporary file, which is removed a day later.
 * - **The etag** is the file's modification time in nanoseconds and its size: `head` and `list` read no content. Writers
 *   set the time themselves, always later than that of the object replaced, so no two contents share an etag.
 */
export function folderStore(folder: string): ObjectStore {
  return new FolderStore(resolve(folder));
}

class FolderStore implements ObjectStore {
  readonly url: string;
  readonly #temporary: TemporaryFiles;
  readonly #locks: string;
  #isReady = false;

  constructor(folder: string) {
    this.url = folder;
    this.#temporary = new TemporaryFiles(join(folder, OWN_FOLDER, 'tmp'));
    this.#locks = join(folder, OWN_FOLDER, 'locks');
  }

  async get(key: string): Promise<StoredObject | undefined> {
    checkKey(key);
    try {
      await using file = await open(filePath(this.url, key), 'r');
      const stats = await file.stat({ bigint: true });
      if (!stats.isFile()) return undefined;
      const body = plainBytes(await file.readFile());
      return { key, size: body.length, etag: etagOf(stats), body };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw folderError(error, `read ${key}`, this.url);
    }
  }

  async getRange(key: string, from: number, to: number, etag: string): Promise<Uint8Array> {
    checkKey(key);
    try {
      await using file = await open(filePath(this.url, key), 'r');
      const stats = await file.stat({ bigint: true });
      if (etagOf(stats) !== etag) throw changedError(key, this.url);
      return await readRange(file, from, Math.min(to, Number(stats.size)));
    } catch (error) {
      if (isAbsent(error)) throw changedError(key, this.url);
      throw folderError(error, `read ${key}`, this.url);
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    checkKey(key);
    try {
      const stats = await currentStats(filePath(this.url, key));
      return stats && { key, size: Number(stats.size), etag: etagOf(stats) };
    } catch (error) {
      throw folderError(error, `look at ${key}`, this.url);
    }
  }

  async put(key: string, body: Body): Promise<string> {
    return (await this.#write(key, body, () => true)) as string;
  }

  async copy(from: string, to: string): Promise<string> {
    const source = filePath(this.url, from);
    if ((await this.head(from)) === undefined) throw absentError(from, this.url);
    return (await this.#place(
      to,
      () => this.#temporary.copy(source),
      () => true,
    )) as string;
  }

  async putIfAbsent(key: string, body: Uint8Array): Promise<PutResult> {
    return resultOf(await this.#write(key, body, (current) => current === undefined));
  }

  async putIfMatch(key: string, body: Uint8Array, etag: string): Promise<PutResult> {
    return resultOf(await this.#write(key, body, (current) => current === etag));
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    checkPrefix(prefix);
    try {
      for await (const { key, stats } of listFolder(this.url, prefix)) {
        yield { key, size: Number(stats.size), etag: etagOf(stats) };
      }
    } catch (error) {
      throw folderError(error, `list ${prefix}`, this.url);
    }
  }

  async delete(key: string): Promise<void> {
    checkKey(key);
    const target = filePath(this.url, key);
    try {
      if ((await currentStats(target)) === undefined) return;
      await this.#prepare();
      await this.#locked(key, () => unlink(target));
      await syncFolder(dirname(target));
      await removeEmptyFolders(dirname(target), this.url);
    } catch (error) {
      if (!isAbsent(error)) throw folderError(error, `delete ${key}`, this.url);
    }
  }

  async #write(key: string, body: Body, isWanted: (current?: string) => boolean): Promise<string | undefined> {
    return this.#place(key, () => this.#temporary.write(body), isWanted);
  }

  /** The etag, or undefined where what is there is not wanted. */
  async #place(
    key: string,
    make: () => Promise<TemporaryFile>,
    isWanted: (current?: string) => boolean,
  ): Promise<string | undefined> {
    checkKey(key);
    const target = filePath(this.url, key);
    try {
      if (!isWanted(etagOrNone(await currentStats(target)))) return undefined;
      await this.#prepare();
      const temporary = await make();
      try {
        const etag = await this.#locked(key, async () => {
          const current = await currentStats(target);
          if (!isWanted(etagOrNone(current))) return undefined;
          const placed = await laterThan(temporary, current?.mtimeNs);
          await moveInto(temporary.path, target);
          return etagOf(placed);
        });
        if (etag !== undefined) await syncFolder(dirname(target));
        return etag;
      } finally {
        // Gone already when it was moved to its place.
        await rm(temporary.path, { force: true });
      }
    } catch (error) {
      // Somebody may have removed our own folders: the next write makes sure of them again.
      this.#isReady = false;
      throw folderError(error, `write ${key}`, this.url);
    }
  }

  async #locked<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const number = createHash('sha1').update(key).digest().readUInt8() % LOCKS;
    return withFileLock(join(this.#locks, String(number)), work);
  }

  /** Our own folders; and what killed writers left is removed, once a store. */
  async #prepare(): Promise<void> {
    if (this.#isReady) return;
    await createFolders(this.#locks);
    await this.#temporary.sweep();
    this.#isReady = true;
  }
}

async function readRange(file: FileHandle, from: number, to: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, to - from));
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at);
    if (bytesRead === 0) throw new Error(`the file ends before byte ${to}`);
    at += bytesRead;
  }
  return bytes;
}

interface Content {
  readonly mtimeNs: bigint;
  readonly size: bigint;
}

function resultOf(etag: string | undefined): PutResult {
  return etag === undefined ? { stored: false } : { stored: true, etag };
}

function etagOf({ mtimeNs, size }: Content): string {
  return `${mtimeNs.toString(36)}-${size.toString(36)}`;
}

function etagOrNone(content: Content | undefined): string | undefined {
  return content && etagOf(content);
}

/** Time and size of the file; undefined where there is none, or a folder. */
async function currentStats(path: string): Promise<Content | undefined> {
  try {
    const stats = await stat(path, { bigint: true });
    return stats.isFile() ? stats : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/**
 * Makes the temporary file's time later than that of what it replaces, should it not be: a clock that was set back, or
 * a file system whose times are coarse (2 s on FAT).
 */
async function laterThan(temporary: TemporaryFile, mtimeNs: bigint | undefined): Promise<Content> {
  let content: Content = temporary;
  for (const stepMs of [1, 1000, 4000]) {
    if (mtimeNs === undefined || content.mtimeNs > mtimeNs) break;
    const later = Number(mtimeNs) / 1e9 + stepMs / 1000;
    await utimes(temporary.path, later, later);
    content = await stat(temporary.path, { bigint: true });
  }
  return content;
}
