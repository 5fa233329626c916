import type { SeriesSpan } from '@pavio/core';

/** A stretch of time, both ends open times and inclusive, UTC milliseconds; empty when `from > to`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * A stretch that is still to be fetched, page by page, outward from what is stored. The stored block of a series only ever
 * grows at its two ends, so its span is the whole state of a crawl: killed at any instant, the next one continues from there.
 */
export interface Walk extends Stretch {
  readonly direction: 'forward' | 'backward';
  /** Milliseconds that the next page reaches back over what is stored. */
  readonly overlap: number;
}

export interface WalkPlan {
  /** What is stored. */
  readonly span: SeriesSpan | undefined;
  /** What is wanted: the chosen start to the newest closed candle. */
  readonly wanted: Stretch;
  /** Everything from here to what is stored was asked for before, whether there were candles or not. */
  readonly askedFrom: number;
  /** Is the last stored candle wanted again even where there is no newer one? */
  readonly isLastWanted: boolean;
  readonly step: number;
}

/**
 * What is to be fetched: all of it backwards where nothing is stored; else forward from the last stored candle (again,
 * because the source may have corrected it since), then backward from the first.
 */
export function planWalks({ span, wanted, askedFrom, isLastWanted, step }: WalkPlan): Walk[] {
  if (span === undefined) return [{ direction: 'backward', ...wanted, overlap: 0 }].filter(isOpen) as Walk[];
  const overlap = isLastWanted ? 0 : step;
  const forward: Walk = { direction: 'forward', from: span.last + overlap, to: wanted.to, overlap };
  const backward: Walk = { direction: 'backward', from: wanted.from, to: span.first - step, overlap: 0 };
  return [forward, backward].filter((walk) => isOpen(walk) && (walk === forward || wanted.from < askedFrom));
}

export function isOpen({ from, to }: Stretch): boolean {
  return from <= to;
}

/** The next page to ask for. */
export function nextWindow(walk: Walk, pageSize: number, step: number): Stretch {
  const length = (pageSize - 1) * step;
  if (walk.direction === 'backward') return { from: Math.max(walk.from, walk.to - length), to: walk.to };
  const from = walk.from - walk.overlap;
  return { from, to: Math.min(walk.to, from + length) };
}

/**
 * What is left after a page. It goes on from what was received, not from what was asked for: a page that the provider
 * cut short is asked for again. A page without anything new is passed over.
 *
 * @param times of the candles received, ascending.
 */
export function advance(walk: Walk, window: Stretch, times: Float64Array, step: number): Walk {
  const [first] = times;
  const last = times.at(-1);
  if (walk.direction === 'backward') return { ...walk, to: (first ?? window.from) - step };
  return { ...walk, from: (last !== undefined && last >= walk.from ? last : window.to) + step, overlap: 0 };
}

/** How many candles a list of walks wants. */
export function wantedCandles(walks: readonly Stretch[], step: number): number {
  return walks.reduce((sum, { from, to }) => sum + Math.max(0, (to - from) / step + 1), 0);
}
