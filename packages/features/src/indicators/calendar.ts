import { column } from './column.ts';

const HOUR = 3_600_000;
const DAY = 86_400_000;

/** The UTC hour of each open time, 0 to 23. */
export function hours(time: Float64Array): Uint8Array {
  const y = new Uint8Array(time.length);
  for (let t = 0; t < y.length; t++) y[t] = Math.floor(time[t]! / HOUR) % 24;
  return y;
}

/** The UTC day of the week of each open time: Monday 0 to Sunday 6, as in pandas. */
export function weekdays(time: Float64Array): Uint8Array {
  const y = new Uint8Array(time.length);
  // 1970-01-01 was a Thursday.
  for (let t = 0; t < y.length; t++) y[t] = (Math.floor(time[t]! / DAY) + 3) % 7;
  return y;
}

/** The UTC month of each open time, 0 to 11. The calendar is asked once a month, not once a candle. */
export function months(time: Float64Array): Uint8Array {
  const y = new Uint8Array(time.length);
  let month = 0;
  let begin = Infinity;
  let end = -Infinity;
  for (let t = 0; t < time.length; t++) {
    const now = time[t]!;
    if (now < begin || now >= end) {
      const date = new Date(now);
      month = date.getUTCMonth();
      begin = Date.UTC(date.getUTCFullYear(), month);
      end = Date.UTC(date.getUTCFullYear(), month + 1);
    }
    y[t] = month;
  }
  return y;
}

/**
 * A position in a cycle as an angle, so that its end is next to its beginning: `sin(2 pi phase / length)`, or the cosine.
 *
 * @param phases whole numbers from 0 to `length - 1`.
 */
export function onCircle(phases: Uint8Array, length: number, wave: 'sin' | 'cos'): Float64Array {
  const table = Float64Array.from({ length }, (_, phase) => Math[wave]((2 * Math.PI * phase) / length));
  const y = column(phases.length);
  for (let t = 0; t < y.length; t++) y[t] = table[phases[t]!]!;
  return y;
}
