import { Worker } from 'node:worker_threads';
import { CANDLE_COLUMNS, type EncodedFeatures, type ErrorCode, PavioError } from '@pavio/core';
import type { AssetTask } from './asset-task.ts';

/** What goes to a worker. */
export interface AssetMessage {
  readonly task: AssetTask;
}

/** What comes back. An error travels as plain data: structured cloning keeps neither its class nor its code. */
export type AssetAnswer =
  | { readonly encoded: EncodedFeatures }
  | {
      readonly failure: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly remedy: string | undefined;
        readonly details: PavioError['details'];
      };
    };

interface Waiting {
  readonly task: AssetTask;
  readonly resolve: (encoded: EncodedFeatures) => void;
  readonly reject: (error: unknown) => void;
}

/** Worker threads that each work on one asset at a time. They start when there is work for them. */
export class AssetThreads {
  readonly #threads: number;
  readonly #encoderModule: string;
  readonly #queue: Waiting[] = [];
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Waiting>();

  constructor(threads: number, encoderModule: string) {
    this.#threads = threads;
    this.#encoderModule = encoderModule;
  }

  /**
   * The memory of the candles moves to the thread: the caller has them no more.
   *
   * @throws PavioError `bad_candles`; `internal` when the thread died.
   */
  run(task: AssetTask): Promise<EncodedFeatures> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, resolve, reject });
      this.#dispatch();
    });
  }

  /** Ends the threads, at work or not. */
  async close(): Promise<void> {
    this.#queue.length = 0;
    await Promise.all([...this.#idle, ...this.#busy.keys()].map((worker) => worker.terminate()));
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop() ?? this.#start();
      if (worker === undefined) return;
      const waiting = this.#queue.shift()!;
      this.#busy.set(worker, waiting);
      const { task } = waiting;
      const memory = new Set(CANDLE_COLUMNS.map((column) => task.candles[column].buffer as ArrayBuffer));
      worker.postMessage({ task }, [...memory]);
    }
  }

  #start(): Worker | undefined {
    if (this.#busy.size + this.#idle.length >= this.#threads) return undefined;
    const worker = new Worker(new URL('./asset-worker.ts', import.meta.url), {
      workerData: { encoderModule: this.#encoderModule },
    });
    let cause: unknown;
    worker.on('message', (answer: AssetAnswer) => this.#settle(worker, answer));
    // An error is followed by the exit, which tells the caller.
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', (code) => {
      const message = `The thread that computed ${this.#busy.get(worker)?.task.symbol} died with code ${code}.`;
      this.#busy.get(worker)?.reject(new PavioError('internal', message, { cause }));
      this.#busy.delete(worker);
      this.#dispatch();
    });
    return worker;
  }

  #settle(worker: Worker, answer: AssetAnswer): void {
    const waiting = this.#busy.get(worker);
    this.#busy.delete(worker);
    this.#idle.push(worker);
    if ('encoded' in answer) waiting?.resolve(answer.encoded);
    else {
      const { code, message, remedy, details } = answer.failure;
      const options = { ...(remedy === undefined ? {} : { remedy }), ...(details === undefined ? {} : { details }) };
      waiting?.reject(new PavioError(code, message, options));
    }
    this.#dispatch();
  }
}
