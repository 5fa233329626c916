import { isPavioError, type ObjectStore, PavioError } from '@pavio/core';
import type { FitJob, FitResult, Trainer } from '@pavio/estimators';
import { decodeFit } from './fit-file.ts';
import { countRows, type FitOrder, hashData, orderOf } from './fit-order.ts';

/**
 * A trainer that takes fits from the lake, where tasks put them. Those that are not there it collects; a training asks for
 * all the fits of a stage at once and waits for all of them, so when every answer is in it is known what is missing, and
 * the training is to be stopped: `onMissing` is called.
 */
export class StoredFits implements Trainer {
  readonly threads: number;
  readonly missing: FitOrder[] = [];
  readonly #store: ObjectStore;
  readonly #onMissing: () => void;
  /** Of features and targets that were asked about before. */
  readonly #hashes = new Map<Float32Array, Map<Float64Array, string>>();
  readonly #waiting: ((error: PavioError) => void)[] = [];
  #reading = 0;

  /** @param threads how much whoever asks for fits shall ask for at once. */
  constructor(store: ObjectStore, onMissing: () => void, threads = 1) {
    this.threads = threads;
    this.#store = store;
    this.#onMissing = onMissing;
  }

  async fit(job: FitJob): Promise<FitResult> {
    this.#reading++;
    const order = orderOf(job, this.#hashOf(job));
    const stored = await this.#read(order.key);
    this.#reading--;
    if (stored === undefined) this.missing.push(order);
    // After whoever took this one has asked for the next.
    if (this.missing.length > 0) setImmediate(() => this.#reading === 0 && this.#onMissing());
    return stored ?? new Promise((_, reject) => this.#waiting.push(reject));
  }

  /** What is missing, the longest fit first. */
  ordered(): FitOrder[] {
    const rows = ({ train }: FitOrder) => countRows(train);
    return this.missing.toSorted((a, b) => rows(b) - rows(a) || (a.key < b.key ? -1 : 1));
  }

  async close(): Promise<void> {
    for (const reject of this.#waiting.splice(0)) reject(new PavioError('internal', 'The fit is not there.'));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** One that is damaged is removed, so that it is made again. */
  async #read(key: string): Promise<FitResult | undefined> {
    const stored = await this.#store.get(key);
    try {
      return stored && decodeFit(stored.body);
    } catch (error) {
      if (!isPavioError(error, 'bad_model')) throw error;
      await this.#store.delete(key);
      return undefined;
    }
  }

  #hashOf({ X, y, times }: FitJob): string {
    const known = this.#hashes.get(X.data) ?? new Map<Float64Array, string>();
    this.#hashes.set(X.data, known);
    const hash = known.get(y) ?? hashData({ X, y, ...(times && { times }) });
    known.set(y, hash);
    return hash;
  }
}
