import { PavioError } from '@pavio/core';
import type { Timer } from './timer.ts';

const MINUTE = 60_000;
/** The most requests that go out at once after a quiet time. */
const LARGEST_BURST = 10;

export interface RateLimitOptions {
  /** For messages. */
  readonly provider: string;
  readonly requestsPerMinute: number;
  /** A provider that asks for a longer pause is not waited for, milliseconds. */
  readonly longestPauseMs: number;
  readonly timer: Timer;
}

/**
 * The gate that every request to one provider passes: a token bucket, and the pause that the provider asked for. A full
 * bucket and a minute's refill together are `requestsPerMinute`, so no window of a minute ever sees more.
 */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #capacity: number;
  /** Tokens a millisecond. */
  readonly #refill: number;
  #tokens: number;
  #refilledAt: number;
  #pausedUntil = -Infinity;

  constructor(options: RateLimitOptions) {
    const { requestsPerMinute: limit, timer } = options;
    this.#options = options;
    this.#capacity = Math.max(1, Math.min(LARGEST_BURST, Math.floor(limit / 10)));
    this.#refill = Math.max(limit - this.#capacity, limit / 2) / MINUTE;
    this.#tokens = this.#capacity;
    this.#refilledAt = timer.now();
  }

  /**
   * Resolves when one more request may be sent.
   *
   * @throws PavioError `market_rate_limited` at once when the provider's pause is longer than anybody should wait.
   */
  async pass(signal?: AbortSignal): Promise<void> {
    const { provider, longestPauseMs, timer } = this.#options;
    for (;;) {
      signal?.throwIfAborted();
      const now = timer.now();
      const pause = this.#pausedUntil - now;
      if (pause > longestPauseMs) {
        throw new PavioError('market_rate_limited', `${provider} asks for a pause of ${Math.ceil(pause / 1000)} s.`, {
          remedy: 'Run the crawl again after that; it continues where it stopped.',
          retryAfter: pause,
        });
      }
      if (now > this.#refilledAt) {
        this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#refilledAt) * this.#refill);
        this.#refilledAt = now;
      }
      const wait = Math.max(pause, this.#tokens >= 1 ? 0 : (1 - this.#tokens) / this.#refill);
      if (wait <= 0) {
        this.#tokens -= 1;
        return;
      }
      await timer.sleep(Math.ceil(wait), signal);
    }
  }

  /** Holds every request back for so many milliseconds from now. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#options.timer.now() + ms);
  }
}
