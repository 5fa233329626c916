import { setTimeout } from 'node:timers/promises';

/** What waiting is measured with. Unlike the clock it never jumps; its zero means nothing. */
export interface Timer {
  /** Milliseconds. */
  now(): number;
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemTimer: Timer = {
  now: () => performance.now(),
  sleep: (ms, signal) => setTimeout(ms, undefined, signal === undefined ? {} : { signal }),
};
