import { setImmediate } from 'node:timers/promises';
import type { Timer } from '../../src/index.ts';

export interface VirtualTimer extends Timer {
  /** The sleeps asked for, milliseconds. */
  readonly sleeps: readonly number[];
}

/** Time that passes only by sleeping, at once. */
export function virtualTimer(): VirtualTimer {
  let now = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      const until = now + ms;
      sleeps.push(ms);
      await setImmediate();
      signal?.throwIfAborted();
      now = Math.max(now, until);
    },
  };
}
