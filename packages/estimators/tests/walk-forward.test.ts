import { isPavioError } from '@pavio/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { walkForward } from '../src/evaluation/walk-forward.ts';

const DAY = 86_400_000;

/** Rows of `assets` assets on `days` days, asset by asset, as a panel is read from storage. */
function panelTimes(days: number, assets: number): Float64Array {
  return Float64Array.from({ length: days * assets }, (_, row) => (row % days) * DAY);
}

describe('folds', () => {
  const times = panelTimes(60, 3);

  test('cut all assets at the same times', () => {
    const folds = walkForward(times, { folds: 5, gap: 0, horizon: 2 * DAY });
    expect(folds).toHaveLength(5);
    for (const [i, { train, test, trainSpan, testSpan }] of folds.entries()) {
      expect(testSpan).toEqual({ from: (10 + 10 * i) * DAY, to: (19 + 10 * i) * DAY });
      expect(test).toHaveLength(30);
      // The row of the day before the test is left out: its label is known only on the test's second day.
      expect(trainSpan).toEqual({ from: 0, to: (10 + 10 * i - 2) * DAY });
      expect(train).toHaveLength((10 + 10 * i - 1) * 3);
      expect(Array.from(train, (row) => times[row])).toEqual(
        Array.from(train, (row) => times[row] as number).sort((a, b) => a - b),
      );
    }
  });

  test('a gap takes more rows away', () => {
    const [fold] = walkForward(times, { folds: 5, gap: 3 * DAY, horizon: 2 * DAY });
    expect(fold?.trainSpan.to).toBe(5 * DAY);
  });

  test('a sliding window keeps its length', () => {
    const folds = walkForward(times, { folds: 5, gap: 0, horizon: DAY, window: 10 * DAY });
    expect(folds.map(({ trainSpan }) => trainSpan.from / DAY)).toEqual([0, 10, 20, 30, 40]);
    expect(new Set(folds.map(({ train }) => train.length))).toEqual(new Set([30]));
  });

  test('a window longer than the past has all of it', () => {
    const expanding = { folds: 5, gap: DAY, horizon: 2 * DAY };
    expect(walkForward(times, { ...expanding, window: 60 * DAY })).toEqual(walkForward(times, expanding));
  });

  test('what does not divide goes to the first training part', () => {
    const folds = walkForward(panelTimes(63, 1), { folds: 4, gap: 0, horizon: DAY });
    expect(folds[0]?.testSpan).toEqual({ from: 15 * DAY, to: 26 * DAY });
    expect(folds.at(-1)?.testSpan.to).toBe(62 * DAY);
  });

  test.each([
    ['not_enough_data', panelTimes(5, 9), { folds: 5, gap: 0, horizon: DAY }],
    ['not_enough_data', panelTimes(12, 9), { folds: 5, gap: 10 * DAY, horizon: DAY }],
    ['not_enough_data', new Float64Array(0), { folds: 1, gap: 0, horizon: DAY }],
    ['bad_input', times, { folds: 0, gap: 0, horizon: DAY }],
    ['bad_input', times, { folds: 2, gap: -1, horizon: DAY }],
    ['bad_input', times, { folds: 2, gap: 0, horizon: 0 }],
    ['not_enough_data', times, { folds: 2, gap: DAY, horizon: 2 * DAY, window: 2 * DAY }],
    ['bad_input', times, { folds: 2, gap: DAY, horizon: 2 * DAY, window: DAY }],
    ['bad_input', times, { folds: 2, gap: 0, horizon: DAY, window: Number.NaN }],
    ['bad_input', times, { folds: 2, gap: 0, horizon: Number.NaN }],
  ])('%s (case %#)', (code, rows, options) => {
    expect(() => walkForward(rows, options)).toThrow(expect.objectContaining({ code }) as Error);
  });
});

test('no training label meets a test label, every test row comes later, and no row is tested twice', () => {
  const scenario = fc.record({
    // Irregular times in any order, some shared by many rows.
    rows: fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 30, maxLength: 200 }),
    horizon: fc.integer({ min: 1, max: 9 }),
    folds: fc.integer({ min: 1, max: 5 }),
    gap: fc.integer({ min: 0, max: 6 }),
    window: fc.option(fc.integer({ min: 7, max: 60 }), { nil: undefined }),
  });
  let folded = 0;
  let slid = 0;
  fc.assert(
    fc.property(scenario, ({ rows, window, ...rest }) => {
      const options = { ...rest, ...(window === undefined ? {} : { window }) };
      const times = Float64Array.from(rows);
      let folds: ReturnType<typeof walkForward>;
      try {
        folds = walkForward(times, options);
      } catch (error) {
        if (isPavioError(error, 'not_enough_data')) return;
        throw error;
      }
      folded++;
      if (window !== undefined) slid++;
      const tested = new Set<number>();
      for (const { train, test } of folds) {
        const firstTest = Math.min(...Array.from(test, (row) => times[row] as number));
        for (const row of train) {
          expect(times[row]! + options.horizon + options.gap).toBeLessThanOrEqual(firstTest);
          expect(times[row]).toBeGreaterThanOrEqual(firstTest - (window ?? Infinity));
        }
        for (const row of test) {
          expect(tested.has(row)).toBe(false);
          tested.add(row);
        }
      }
      const firstTested = Math.min(...Array.from(tested, (row) => times[row] as number));
      // All rows from the first test on are tested once.
      expect(tested.size).toBe(times.filter((time) => time >= firstTested).length);
    }),
    { numRuns: 300 },
  );
  expect(folded).toBeGreaterThan(100);
  expect(slid).toBeGreaterThan(50);
});
