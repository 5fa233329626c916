import { Worker } from 'node:worker_threads';
import { type AssetSummary, CANDLE_COLUMNS, type EncodedFeatures, type ErrorCode, PavioError } from '@pavio/core';
import type { AssetTask } from './asset-task.ts';
import { piecesOf } from './budget.ts';

/** What goes to a worker: what to do, with how many pieces under way at most, and the memory of a piece that has been taken. */
export type AssetMessage =
  | { readonly task: AssetTask; readonly pieces: number }
  | { readonly memory: SharedArrayBuffer };

/**
 * What comes back: pieces, then where in them is what. An error travels as plain data: structured cloning keeps neither its
 * class nor its code.
 */
export type AssetAnswer =
  | { readonly piece: Uint8Array<SharedArrayBuffer> }
  | { readonly layout: unknown }
  | {
      readonly failure: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly remedy: string | undefined;
        readonly details: PavioError['details'];
      };
    };

/** Features that a thread is to encode, or has begun to. */
class EncodedInThread implements EncodedFeatures {
  readonly task: AssetTask;
  readonly summary: AssetSummary;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly layout = () => this.#layout;
  /** Who does it, once somebody does. */
  worker: Worker | undefined;
  readonly #pieces: Uint8Array<SharedArrayBuffer>[] = [];
  #layout: unknown;
  #end: 'finished' | PavioError | undefined;
  #wake: (() => void) | undefined;

  constructor(task: AssetTask) {
    this.task = task;
    this.summary = task.summary;
    this.bytes = this.#taken();
  }

  add(piece: Uint8Array<SharedArrayBuffer>): void {
    this.#pieces.push(piece);
    this.#wake?.();
  }

  finish(layout: unknown): void {
    this.#layout = layout;
    this.#end = 'finished';
    this.#wake?.();
  }

  fail(error: PavioError): void {
    this.#end = error;
    this.#wake?.();
  }

  async *#taken(): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        yield piece;
        this.worker?.postMessage({ memory: piece.buffer } satisfies AssetMessage);
      } else if (this.#end === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else if (this.#end === 'finished') return;
      else throw this.#end;
    }
  }
}

/** Worker threads that each work on one asset at a time. They start when there is work for them. */
export class AssetThreads {
  readonly #threads: number;
  readonly #encoderModule: string;
  readonly #queue: EncodedInThread[] = [];
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, EncodedInThread>();

  constructor(threads: number, encoderModule: string) {
    this.#threads = threads;
    this.#encoderModule = encoderModule;
  }

  /**
   * Whoever takes the bytes meets the errors: PavioError `bad_candles`; `internal` when the thread died. The memory of the
   * candles moves to the thread: the caller has them no more.
   */
  run(task: AssetTask): EncodedFeatures {
    const work = new EncodedInThread(task);
    this.#queue.push(work);
    this.#dispatch();
    return work;
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
      const work = this.#queue.shift()!;
      this.#busy.set(worker, work);
      work.worker = worker;
      const { task } = work;
      const memory = new Set(CANDLE_COLUMNS.map((column) => task.candles[column].buffer as ArrayBuffer));
      const pieces = piecesOf(task.summary.rows, this.#threads);
      worker.postMessage({ task, pieces } satisfies AssetMessage, [...memory]);
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
      const work = this.#busy.get(worker);
      const message = `The thread that computed ${work?.summary.symbol} died with code ${code}.`;
      work?.fail(new PavioError('internal', message, { cause }));
      this.#busy.delete(worker);
      this.#dispatch();
    });
    return worker;
  }

  #settle(worker: Worker, answer: AssetAnswer): void {
    const work = this.#busy.get(worker);
    if ('piece' in answer) {
      work?.add(answer.piece);
      return;
    }
    this.#busy.delete(worker);
    this.#idle.push(worker);
    if ('layout' in answer) work?.finish(answer.layout);
    else {
      const { code, message, remedy, details } = answer.failure;
      const options = { ...(remedy === undefined ? {} : { remedy }), ...(details === undefined ? {} : { details }) };
      work?.fail(new PavioError(code, message, options));
    }
    this.#dispatch();
  }
}
