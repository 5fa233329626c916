import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isFull, piecesOf } from '../src/job/budget.ts';

/** Assets of a size that are in work at once: they are begun until that is enough, as `runFeatureJob` does it. */
function atOnce(rows: number, threads: number): number {
  const begun = [rows];
  while (begun.length < threads && !isFull(begun)) begun.push(rows);
  return begun.length;
}

it('what waits to be stored does not grow with the threads', () => {
  const sizes = fc.integer({ min: 1, max: 20_000_000 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 2, max: 48 }), (rows, threads) => {
      const assets = atOnce(rows, threads);
      expect(assets * piecesOf(rows, threads)).toBeLessThanOrEqual(96);
      expect(assets * rows).toBeLessThanOrEqual(Math.max(1_000_000 + rows, 2 * rows));
    }),
  );
});

it.each([
  { rows: 1800, threads: 16, assets: 16, pieces: 6 },
  { rows: 500_000, threads: 16, assets: 2, pieces: 48 },
  { rows: 500_000, threads: 2, assets: 2, pieces: 48 },
  { rows: 5_000_000, threads: 16, assets: 2, pieces: 48 },
])('$threads threads work on $assets assets of $rows rows at once', ({ rows, threads, assets, pieces }) => {
  expect(atOnce(rows, threads)).toBe(assets);
  expect(piecesOf(rows, threads)).toBe(pieces);
});
