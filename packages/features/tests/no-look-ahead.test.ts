import { type CandleSeries, INTERVAL_NAMES, type Interval, seriesLength, sliceRows } from '@pavio/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeFeatures, featureSet } from '../src/index.ts';
import {
  CHECKED_INTERVALS,
  hasRealCandles,
  intervalOf,
  readCandles,
  realFiles,
  walk,
  walks,
  withoutPadding,
} from './candle-series.ts';

/** Features whose first `rows` rows are not, to the last bit, the same without the candles after them. */
function lookingAhead(
  series: CandleSeries,
  interval: Interval,
  all: Map<string, Float64Array>,
  rows: number,
): string[] {
  const past = computeFeatures(sliceRows(series, 0, rows), interval);
  return Array.from(past, ([name, values]) => ({
    name,
    row: values.findIndex((value, row) => !Object.is(value, all.get(name)![row])),
  }))
    .filter(({ row }) => row !== -1)
    .map(({ name, row }) => `${name} of row ${row} with ${rows} rows`);
}

it.each(CHECKED_INTERVALS)('no feature of a row of %s candles depends on a later candle', (interval) => {
  const cuts = fc.array(fc.nat(299), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(walks({ min: 1, max: 300, interval }), cuts, (series, rows) => {
      const all = computeFeatures(series, interval);
      const within = rows.map((row) => Math.min(row + 1, seriesLength(series)));
      expect(within.flatMap((row) => lookingAhead(series, interval, all, row))).toEqual([]);
    }),
    { numRuns: 50 },
  );
});

it.each(CHECKED_INTERVALS)('every prefix of one walk of %s candles gives the same rows', (interval) => {
  const happenings = { gaps: 0.01, standstills: 0.01, standstillRows: 25, flashes: 0.01 };
  const series = walk({ seed: 11, rows: 160, interval, ...happenings });
  const all = computeFeatures(series, interval);
  const found = Array.from({ length: 160 }, (_, row) => lookingAhead(series, interval, all, row + 1));
  expect(found.flat()).toEqual([]);
});

describe('gaps', () => {
  it('are never spanned: each stretch is as if it were alone', () => {
    fc.assert(
      fc.property(walks({ min: 2, max: 200 }), fc.nat(), (series, at) => {
        const cut = 1 + (at % (seriesLength(series) - 1));
        const first = sliceRows(series, 0, cut);
        const second = sliceRows(series, cut);
        const moved = { ...second, time: second.time.map((time) => time + 365 * 86_400_000 * 4) };
        const joined = {
          ...series,
          time: Float64Array.from([...first.time, ...moved.time]),
        };
        const all = computeFeatures(joined, '1d');
        const alone = computeFeatures(moved, '1d');
        const after = Array.from(all, ([name, values]) => [name, values.slice(cut)]);
        expect(new Map(after as [string, Float64Array][])).toEqual(alone);
      }),
      { numRuns: 30 },
    );
  });
});

it.each(INTERVAL_NAMES)(
  'every feature of %s candles has its first value right after its lookback, and no hole',
  (interval) => {
    const series = walk({ seed: 7, rows: 120, interval });
    const table = computeFeatures(series, interval);
    const wrong = featureSet(interval).features.filter(({ name, lookback }) => {
      const values = table.get(name)!;
      // The one feature that may have holes says so in its declaration.
      const isDefined = (value: number) => Number.isFinite(value) || (name === 'volume_change' && Number.isNaN(value));
      return !(values.subarray(0, lookback).every(Number.isNaN) && values.subarray(lookback).every(isDefined));
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  },
);

describe.skipIf(!hasRealCandles)('on real candles (skipped where ../shared/data is absent)', () => {
  it.each(realFiles('*/*.csv'))('no feature of a row of %s depends on a later candle', (file) => {
    const interval = intervalOf(file);
    const series = withoutPadding(readCandles(file));
    const all = computeFeatures(series, interval);
    const cuts = [1, 5, 20, 50, 500, seriesLength(series) - 1].filter((rows) => rows < seriesLength(series));
    expect(cuts.flatMap((rows) => lookingAhead(series, interval, all, rows))).toEqual([]);
  });
});
