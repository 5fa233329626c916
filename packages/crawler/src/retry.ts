import { type PavioError, toPavioError } from '@pavio/core';
import type { Timer } from './timer.ts';

export interface RetryPolicy {
  /** How often a request is sent at most. */
  readonly attempts: number;
  /** Ceiling of the first delay, milliseconds; it doubles with every attempt. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** A provider that asks (Retry-After) for a longer pause is not waited for, milliseconds. */
  readonly longestPauseMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 5,
  firstDelayMs: 1000,
  longestDelayMs: 30_000,
  longestPauseMs: 120_000,
};

export interface Attempts<Result> {
  readonly work: () => Promise<Result>;
  /** Awaited before each attempt; its errors end everything. */
  readonly ready?: () => Promise<void>;
  /** Told of each failed attempt and of the delay in milliseconds that a next one would have. */
  readonly onFailure?: (error: PavioError, delay: number) => void;
  /** Told of each attempt after the first. */
  readonly onRetry?: (error: PavioError) => void;
  readonly policy: RetryPolicy;
  readonly timer: Timer;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/**
 * Tries until it works, an error comes that a retry cannot help, the attempts are used up, or the signal aborts. Delays are
 * exponential with full jitter: uniform in [0, min(longest, first * 2^n)] (M. Brooker, "Exponential Backoff And Jitter",
 * AWS Architecture Blog, 2015).
 */
export async function withRetries<Result>(attempts: Attempts<Result>): Promise<Result> {
  const { work, ready, onFailure, onRetry, policy, timer, random, signal } = attempts;
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    await ready?.();
    try {
      return await work();
    } catch (thrown) {
      const error = toPavioError(thrown);
      const delay = random() * Math.min(policy.longestDelayMs, policy.firstDelayMs * 2 ** (attempt - 1));
      onFailure?.(error, delay);
      if (!error.retry || attempt >= policy.attempts || signal.aborted) throw error;
      await timer.sleep(delay, signal);
      onRetry?.(error);
    }
  }
}
