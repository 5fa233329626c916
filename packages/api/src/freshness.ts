import type { Clock, Logger, ReleaseManifest } from '@pavio/core';
import type { Predictor } from '@pavio/prediction';

export interface FreshnessOptions {
  readonly predictor: Predictor;
  readonly clock: Clock;
  readonly log: Logger;
  /** Least time between two looks at what is live, in milliseconds. */
  readonly checkEvery: number;
  /** Wait for every look that is due, not only while there is nothing to serve with. */
  readonly isPatient: boolean;
}

/**
 * Keeps the predictor on the live release. Looks are at least `checkEvery` apart, and there is never more than one look
 * or reload under way. A look costs one small request to the store unless there is a new release.
 */
export class Freshness {
  readonly #options: FreshnessOptions;
  #checkedAt = -Infinity;
  #checking: Promise<void> | undefined;
  #waitingReload: Promise<ReleaseManifest> | undefined;
  /** Settles, never rejects, when nothing is under way any more. */
  #idle: Promise<unknown> = Promise.resolve();

  constructor(options: FreshnessOptions) {
    this.#options = options;
  }

  /** Looks whether another release is live, unless the last look is fresh enough. Never rejects. */
  check(): Promise<void> {
    const { clock, checkEvery } = this.#options;
    if (this.#checking !== undefined) return this.#checking;
    // The distance, not the difference: a clock that was set back must not stop the looking.
    if (Math.abs(clock.now() - this.#checkedAt) < checkEvery) return Promise.resolve();
    this.#checkedAt = clock.now();
    this.#checking = this.#next(() => this.#look()).finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  /** Starts a look when one is due, and waits for it while there is nothing to serve with, or where it is patient. */
  async ensureRelease(): Promise<void> {
    const checked = this.check();
    const { isPatient, predictor } = this.#options;
    if (isPatient || predictor.state.release === undefined) await checked;
  }

  /**
   * Loads the live release again. Calls that arrive while one waits for its turn share it.
   *
   * @throws PavioError what is wrong with the release: `no_models`, `bad_model` ...
   */
  reload(): Promise<ReleaseManifest> {
    this.#waitingReload ??= this.#next(() => {
      this.#waitingReload = undefined;
      this.#checkedAt = this.#options.clock.now();
      return this.#options.predictor.reload();
    });
    return this.#waitingReload;
  }

  /** Settles when nothing is under way. */
  async idle(): Promise<void> {
    await this.#idle;
  }

  #next<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#idle.then(task);
    this.#idle = result.catch(() => undefined);
    return result;
  }

  async #look(): Promise<void> {
    try {
      await this.#options.predictor.refresh();
    } catch (error) {
      // What can be wrong with a release stands in the predictor's state; this is a fault of the program.
      this.#options.log.error({ err: error }, 'looking for a new release failed');
    }
  }
}
