/** Where the time comes from. Only this decides whether a candle is closed. */
export interface Clock {
  /** Now, in UTC milliseconds. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still until it is set, for tests and for replaying the past. */
export function fixedClock(time: number | string): Clock & { set(time: number | string): void } {
  let now = parseTime(time);
  return {
    now: () => now,
    set: (value) => {
      now = parseTime(value);
    },
  };
}

/** UTC milliseconds as ISO 8601 with `Z`, without milliseconds where they are zero: the form on the wire. */
export function isoTime(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

function parseTime(value: number | string): number {
  return typeof value === 'number' ? value : Date.parse(value);
}
