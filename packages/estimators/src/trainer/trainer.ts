import { availableParallelism } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PavioError, toPavioError } from '@pavio/core';
import { type FitJob, type FitResult, runJob } from './job.ts';
import { Scheduler } from './scheduler.ts';
import { createSharing } from './sharing.ts';
import { closedError, WorkerPool } from './worker-pool.ts';

export interface TrainerOptions {
  /** Worker threads; 0 or 1 fits in this thread, which blocks it. By default as many as the machine runs at once. */
  readonly threads?: number;
  /** The worker's module, where this package is bundled into one file: the built `trainer/worker`. */
  readonly workerUrl?: URL;
  /** Called after each job, whether it succeeded or not. */
  readonly onProgress?: (progress: TrainerProgress) => void;
}

export interface TrainerProgress {
  readonly name: FitJob['name'];
  /** Jobs that have ended so far. */
  readonly done: number;
  /** Jobs that were handed in so far. */
  readonly submitted: number;
}

/** Fits models side by side. The results do not depend on the number of threads. */
export interface Trainer {
  readonly threads: number;
  /**
   * Hands in one job; of those that wait, the longest starts first, and one that is alone gets all threads. Features, targets and weights over SharedArrayBuffer
   * are read in place; others are copied to shared memory once, however many jobs use them, so they must not change
   * until the trainer is closed.
   * @throws PavioError as `fitModel` does; `internal` when the worker died or the trainer was closed.
   */
  fit(job: FitJob): Promise<FitResult>;
  /** Ends the threads. Jobs that have not ended are rejected. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function createTrainer(options: TrainerOptions = {}): Trainer {
  const { threads = availableParallelism(), workerUrl, onProgress } = options;
  if (!Number.isInteger(threads) || threads < 0) {
    throw new PavioError('bad_config', `The trainer cannot have ${threads} threads.`);
  }
  const runner =
    threads > 1 ? createPooled(threads, workerUrl ?? new URL('./worker.ts', import.meta.url)) : createInProcess();
  let submitted = 0;
  let done = 0;
  return {
    threads: Math.max(1, threads),
    async fit(job) {
      submitted++;
      try {
        return await runner.fit(job);
      } finally {
        done++;
        onProgress?.({ name: job.name, done, submitted });
      }
    },
    close: () => runner.close(),
    [Symbol.asyncDispose]: () => runner.close(),
  };
}

type Runner = Pick<Trainer, 'fit' | 'close'>;

function createPooled(threads: number, workerUrl: URL): Runner {
  const scheduler = new Scheduler(new WorkerPool(threads, workerUrl));
  const share = createSharing();
  return {
    fit: async (job) => scheduler.fit(share(job)),
    close: () => scheduler.close(),
  };
}

/** One job after another, with a turn of the event loop before each. */
function createInProcess(): Runner {
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  const runNext = async (job: FitJob, previous: Promise<unknown>) => {
    await previous.catch(() => {});
    await nextTurn();
    if (closed) throw closedError();
    try {
      return runJob(job);
    } catch (error) {
      throw toPavioError(error);
    }
  };
  return {
    fit(job) {
      const run = runNext(job, last);
      last = run;
      return run;
    },
    async close() {
      closed = true;
      await last.catch(() => {});
    },
  };
}
