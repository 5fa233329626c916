/**
 * What a job keeps in memory does not grow with the cores of the machine: assets of so many rows are in work at once, in
 * whatever number of threads. A row takes half a kilobyte while its features are computed.
 */
const ROWS_AT_ONCE = 1_000_000;
/** Larger assets are in work two at a time, so that a second thread is always worth something. */
const FEWEST_AT_ONCE = 2;

/**
 * Pieces of all threads that may wait to be stored: 384 MB of those that Parquet features come in, which is half of what
 * comes of the rows that are in work at once. Where each thread may be so far ahead of its turn, none has to wait for
 * another.
 */
const PIECES = 96;
/** One that is taken while the next is made. */
const FEWEST_PIECES = 2;

/** Are assets of so many rows each all that may be in work at once? */
export function isFull(rows: readonly number[]): boolean {
  return rows.length >= FEWEST_AT_ONCE && rows.reduce((sum, count) => sum + count, 0) >= ROWS_AT_ONCE;
}

/** Pieces of an asset of so many rows that may wait to be stored: its share, with as many such assets in work as may be. */
export function piecesOf(rows: number, threads: number): number {
  const assets = Math.min(threads, Math.max(FEWEST_AT_ONCE, Math.ceil(ROWS_AT_ONCE / rows)));
  return Math.max(FEWEST_PIECES, Math.floor(PIECES / assets));
}
