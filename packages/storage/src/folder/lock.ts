import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { PavioError } from '@pavio/core';

/**
 * A lock on a file that holds between tasks, threads, processes and containers, and that the operating system itself
 * releases at the instant its holder dies, however it dies. Node cannot ask for such a lock (fcntl on POSIX, LockFileEx
 * on Windows) by itself, but SQLite does on its behalf: an exclusive transaction on an empty database file takes the lock
 * and writes nothing. A lock file by exclusive creation would instead stay behind after `kill -9`, and every way to tell a
 * stale one from a live one (process ids, start times, ages) fails somewhere: reused ids, containers, a suspended laptop.
 */
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;

/** A holder keeps the lock for a few system calls; one that does not give it back for so long is stopped or hung. */
const PATIENCE_MS = 30_000;

/** Tasks of this process that wait for or hold a lock, so that they queue instead of polling. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Runs `work` while holding the lock of `file`, whose folder must exist. The file is created and stays, empty.
 *
 * @throws PavioError `store_unavailable` when the lock cannot be had in half a minute, `store_denied` when it may not be written.
 */
export async function withFileLock<Result>(
  file: string,
  work: () => Promise<Result>,
  patience = PATIENCE_MS,
): Promise<Result> {
  const before = queues.get(file);
  const { promise: mine, resolve: done } = Promise.withResolvers<void>();
  queues.set(file, mine);
  await before;
  try {
    const connection = await acquire(file, Date.now() + patience);
    try {
      return await work();
    } finally {
      connection.close();
    }
  } finally {
    if (queues.get(file) === mine) queues.delete(file);
    done();
  }
}

async function acquire(file: string, deadline: number): Promise<DatabaseSync> {
  for (let wait = 1; ; wait = Math.min(wait * 2, 20)) {
    const connection = new DatabaseSync(file);
    try {
      connection.exec('BEGIN EXCLUSIVE');
      return connection;
    } catch (error) {
      connection.close();
      const errcode = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
      if (errcode === SQLITE_READONLY) {
        throw new PavioError('store_denied', `May not lock ${file}: it belongs to somebody else.`, {
          remedy: 'Give this user read and write access to the folder and everything in it.',
          cause: error,
        });
      }
      if (errcode !== SQLITE_BUSY) throw error;
      if (Date.now() > deadline) {
        throw new PavioError('store_unavailable', `The lock ${file} is held by another process that does not go on.`, {
          remedy: 'Look for a stopped or hung process of Pavio and end it; the lock is released with it.',
          cause: error,
        });
      }
    }
    // Jitter keeps waiters from knocking in step.
    await sleep(wait * (0.5 + Math.random()));
  }
}
