import type { FitJob, FitResult } from './job.ts';
import { expectedWork, fitShared, mostThreads, sharesOf } from './shared-fit.ts';
import { closedError, type WorkerPool } from './worker-pool.ts';

interface Waiting {
  readonly job: FitJob;
  readonly work: number;
  readonly resolve: (result: FitResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Decides which job runs next and on how many threads. The longest comes first, so that none is left to run alone at the
 * end; a job that must run alone gets the threads that would be idle. No result depends on it.
 */
export class Scheduler {
  readonly #pool: WorkerPool;
  readonly #waiting: Waiting[] = [];
  #planned = false;
  #closed = false;

  constructor(pool: WorkerPool) {
    this.#pool = pool;
  }

  fit(job: FitJob): Promise<FitResult> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, work: expectedWork(job), resolve, reject });
      this.#plan();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(closedError());
    await this.#pool.close();
  }

  /** Jobs that are handed in together are chosen from together. */
  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      this.#start();
    });
  }

  #start(): void {
    while (this.#waiting.length > 0 && this.#pool.free > 0) {
      const next = this.#takeLongest();
      const share = Math.floor(this.#pool.free / (this.#waiting.length + 1));
      void this.#run(next, Math.max(1, Math.min(share, mostThreads(next.job))));
    }
  }

  #takeLongest(): Waiting {
    let longest = 0;
    for (const [i, { work }] of this.#waiting.entries()) if (work > this.#waiting[longest]!.work) longest = i;
    return this.#waiting.splice(longest, 1)[0]!;
  }

  async #run({ job, resolve, reject }: Waiting, threads: number): Promise<void> {
    try {
      resolve(await fitShared(job, sharesOf(job, threads), (task) => this.#pool.run(task)));
    } catch (error) {
      reject(error);
    } finally {
      this.#plan();
    }
  }
}
