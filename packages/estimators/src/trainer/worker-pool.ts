import { Worker } from 'node:worker_threads';
import { PavioError } from '@pavio/core';
import { reviveFailure, type Task, type TaskAnswer, type TaskResult } from './job.ts';

interface Pending {
  readonly task: Task;
  readonly resolve: (result: TaskResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Worker threads that take tasks from one queue, one task at a time each. Threads start when there is work for them, and
 * do not keep the process alive while idle; the one that started first works first, as its code is compiled best. One that
 * dies rejects its task, and the next task gets a new one.
 */
export class WorkerPool {
  readonly #threads: number;
  readonly #url: URL;
  readonly #queue: Pending[] = [];
  /** In the order of their start. */
  readonly #workers: Worker[] = [];
  readonly #busy = new Map<Worker, { id: number; pending: Pending }>();
  #tasks = 0;
  #closed = false;

  constructor(threads: number, url: URL) {
    this.#threads = threads;
    this.#url = url;
  }

  /** Tasks that would start at once if they were handed in now. */
  get free(): number {
    return this.#threads - this.#busy.size - this.#queue.length;
  }

  run(task: Task): Promise<TaskResult> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, resolve, reject });
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const pending of this.#queue.splice(0)) pending.reject(closedError());
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #dispatch(): void {
    while (this.#queue.length > 0 && !this.#closed) {
      const worker = this.#workers.find((one) => !this.#busy.has(one)) ?? this.#start();
      if (worker === undefined) return;
      const pending = this.#queue.shift()!;
      const id = this.#tasks++;
      this.#busy.set(worker, { id, pending });
      worker.ref();
      try {
        worker.postMessage({ id, task: pending.task }, []);
      } catch (error) {
        // A task that cannot be cloned is the caller's mistake; the worker never saw it.
        this.#release(worker);
        pending.reject(error);
      }
    }
  }

  /** A new worker, unless there are enough. */
  #start(): Worker | undefined {
    if (this.#workers.length >= this.#threads) return undefined;
    const worker = new Worker(this.#url);
    this.#workers.push(worker);
    worker.on('message', (answer: TaskAnswer) => this.#settle(worker, answer));
    // An error is followed by the exit, which tells the task.
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', (code) => this.#bury(worker, code, cause));
    return worker;
  }

  #settle(worker: Worker, answer: TaskAnswer): void {
    const current = this.#busy.get(worker);
    if (current?.id !== answer.id) return;
    this.#release(worker);
    if ('result' in answer) current.pending.resolve(answer.result);
    else current.pending.reject(reviveFailure(answer.failure));
    this.#dispatch();
  }

  #release(worker: Worker): void {
    this.#busy.delete(worker);
    worker.unref();
  }

  #bury(worker: Worker, code: number, cause: unknown): void {
    const current = this.#busy.get(worker);
    this.#busy.delete(worker);
    this.#workers.splice(this.#workers.indexOf(worker), 1);
    current?.pending.reject(this.#closed ? closedError() : deathError(current.pending.task, code, cause));
    this.#dispatch();
  }
}

function deathError({ job }: Task, code: number, cause: unknown): PavioError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new PavioError('internal', `The worker thread that fitted ${job.name} died with code ${code}${reason}`, {
    cause,
    details: { model: job.name, exitCode: code },
  });
}

export function closedError(): PavioError {
  return new PavioError('internal', 'The trainer was closed before the job ended.');
}
