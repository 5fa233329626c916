import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hours, months, weekdays } from '../src/indicators/calendar.ts';
import { balancedChange, change, lag, logRatio, relativeChange } from '../src/indicators/changes.ts';
import { commodityChannel } from '../src/indicators/commodity-channel.ts';
import { exponentialMean, wilderMean } from '../src/indicators/exponential-mean.ts';
import { balanceScore } from '../src/indicators/on-balance-volume.ts';
import { rollingMax, rollingMin } from '../src/indicators/rolling-extremes.ts';
import { rollingMean } from '../src/indicators/rolling-mean.ts';
import { rollingDeviation, rollingMoments, sampleDeviation } from '../src/indicators/rolling-moments.ts';
import { rollingOrder } from '../src/indicators/rolling-order.ts';
import { rollingSum } from '../src/indicators/rolling-sum.ts';
import { weightedMean } from '../src/indicators/weighted-mean.ts';
import { randomFrom } from './candle-series.ts';

/** Sequences with repetitions and jumps of many orders of magnitude. */
const sequences = fc.oneof(
  fc.array(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), { maxLength: 120 }),
  fc.array(fc.constantFrom(0, 1, 1, 1, 2, 5, 1e-8, 1e8), { maxLength: 120 }),
  fc.integer().map((seed) => {
    const random = randomFrom(seed);
    return Array.from({ length: 120 }, () => 3e4 + random());
  }),
);
const windows = fc.integer({ min: 2, max: 25 });

/** The window that ends at row `t`, or nothing where it is not whole. */
function windowAt(x: readonly number[], t: number, size: number): number[] | undefined {
  return t >= size - 1 ? x.slice(t - size + 1, t + 1) : undefined;
}

/**
 * That a kernel equals the formula applied to each window by itself. `floor` is relative to the
 * window's largest value.
 */
function equality(
  kernel: (x: Float64Array, window: number) => Float64Array,
  formula: (values: number[]) => number,
  floor: number,
) {
  return fc.property(sequences, windows, (x, size) => {
    const got = kernel(Float64Array.from(x), size);
    return (
      got.length === x.length &&
      got.every((value, t) => {
        const values = windowAt(x, t, size);
        if (values === undefined) return Number.isNaN(value);
        return isClose(value, formula(values), floor * Math.max(...values.map(Math.abs)));
      })
    );
  });
}

function isClose(got: number, wanted: number, floor: number): boolean {
  return Math.abs(got - wanted) <= 1e-9 * Math.abs(wanted) + floor;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const meanOf = (values: readonly number[]) => sum(values) / values.length;
const squaresOf = (values: readonly number[]) => sum(values.map((value) => (value - meanOf(values)) ** 2));

function medianOf(values: readonly number[]): number {
  return quantileOf(values, 0.5);
}

function quantileOf(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const below = sorted[Math.floor(rank)]!;
  return below + (rank % 1) * (sorted[Math.ceil(rank)]! - below);
}

// The oracles themselves round: a mean to 1e-16 of the largest value, a root of squares to some digits less.
it.each([
  ['mean', equality(rollingMean, meanOf, 1e-14)],
  ['sum', equality(rollingSum, sum, 1e-13)],
  ['mean of moments', equality((x, w) => rollingMoments(x, w).mean, meanOf, 1e-14)],
  [
    'newest deviation',
    equality(
      (x, w) => rollingMoments(x, w).deviation,
      (values) => values.at(-1)! - meanOf(values),
      1e-14,
    ),
  ],
  [
    'sample deviation',
    equality(
      (x, w) => sampleDeviation(rollingMoments(x, w), w),
      (values) => Math.sqrt(squaresOf(values) / (values.length - 1)),
      1e-13,
    ),
  ],
  ['maximum', equality(rollingMax, (values) => Math.max(...values), 0)],
  ['minimum', equality(rollingMin, (values) => Math.min(...values), 0)],
  [
    'weighted mean',
    equality(
      weightedMean,
      (values) => sum(values.map((value, k) => (k + 1) * value)) / sum(values.map((_, k) => k + 1)),
      1e-14,
    ),
  ],
  ['median', equality((x, w) => rollingOrder(x, w).median, medianOf, 1e-15)],
  [
    'MAD',
    equality(
      (x, w) => rollingOrder(x, w).mad,
      (values) => medianOf(values.map((value) => Math.abs(value - medianOf(values)))),
      1e-15,
    ),
  ],
  [
    'interquartile range',
    equality(
      (x, w) => rollingOrder(x, w).iqr,
      (values) => quantileOf(values, 0.75) - quantileOf(values, 0.25),
      1e-15,
    ),
  ],
])('the rolling %s equals its formula', (_, property) => {
  expect(fc.check(property, { numRuns: 200 })).toMatchObject({ failed: false });
});

describe('rolling moments', () => {
  it('give exactly nothing for equal values, whatever came before', () => {
    const x = Float64Array.from([1e9, 3, 7.7, ...Array.from({ length: 30 }, () => 0.1)]);
    const { mean, deviation, squares } = rollingMoments(x, 7);
    expect([mean[12], deviation[12], squares[12]]).toEqual([0.1, 0, 0]);
  });

  it('do not drift: a million rows at the price of a bitcoin end as a fresh start does', () => {
    const random = randomFrom(5);
    const x = Float64Array.from({ length: 1_000_000 }, () => 3e4 + random());
    const long = rollingMoments(x, 20).squares.at(-1)!;
    const fresh = rollingMoments(x.slice(-20), 20).squares.at(-1)!;
    expect(Math.abs(long - fresh) / fresh).toBeLessThan(1e-11);
  });

  it('start where their input does', () => {
    const x = Float64Array.from([Number.NaN, Number.NaN, 1, 2, 3, 4]);
    expect(Array.from(rollingMean(x, 3, 2))).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, 2, 3]);
    expect(Array.from(rollingDeviation(x, 3, 2))).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, 1, 1]);
  });
});

describe('robust z-score', () => {
  it('falls back on the mean absolute deviation where most values are equal', () => {
    const x = Float64Array.from([1, 1, 1, 1, 6]);
    expect(rollingOrder(x, 5).score[4]).toBeCloseTo(5 / (1.2533141373155001 * 1), 12);
  });
  it('is zero where all values are equal', () => {
    expect(rollingOrder(new Float64Array(6).fill(4), 5).score[5]).toBe(0);
  });
});

describe('exponential averages', () => {
  it('are seeded by the mean and then weigh the newest by alpha', () => {
    const x = Float64Array.from([1, 2, 6, 7, 1]);
    expect(Array.from(exponentialMean(x, 3))).toEqual([Number.NaN, Number.NaN, 3, 5, 3]);
    expect(Array.from(wilderMean(x, 2))).toEqual([Number.NaN, 1.5, 3.75, 5.375, 3.1875]);
  });
  it('have no value where the rows do not suffice', () => {
    expect(Array.from(exponentialMean(Float64Array.from([1, 2]), 3))).toEqual([Number.NaN, Number.NaN]);
  });
});

describe('changes', () => {
  const x = Float64Array.from([0, 2, 3, 0]);
  it('are those of pandas', () => {
    expect(Array.from(lag(x, 1))).toEqual([Number.NaN, 0, 2, 3]);
    expect(Array.from(lag(x, 9))).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect(Array.from(change(x, 2))).toEqual([Number.NaN, Number.NaN, 3, -2]);
    expect(Array.from(relativeChange(x, 1))).toEqual([Number.NaN, Number.NaN, 0.5, -1]);
  });
  it('have a value at zero where they are balanced', () => {
    expect(Array.from(balancedChange(Float64Array.from([0, 0, 3, 1]), 1))).toEqual([Number.NaN, 0, 1, -0.5]);
  });
  it('keep the digits of a small log return', () => {
    expect(logRatio(1 + 2 ** -40, 1)).toBe(Math.log1p(2 ** -40));
    expect(logRatio(1, 1e-300)).toBeCloseTo(300 * Math.LN10, 9);
  });
});

it('CCI equals its formula', () => {
  const property = fc.property(sequences, windows, (x, size) =>
    commodityChannel(Float64Array.from(x), size).every((got, t) => {
      // The formula does not depend on the level, and at level zero it keeps its digits.
      const values = windowAt(x, t, size)?.map((value) => value - x[t]!);
      if (values === undefined) return Number.isNaN(got);
      const deviation = meanOf(values.map((value) => Math.abs(value - meanOf(values))));
      return isClose(got, deviation === 0 ? 0 : -meanOf(values) / (0.015 * deviation), 1e-9);
    }),
  );
  expect(fc.check(property, { numRuns: 200 })).toMatchObject({ failed: false });
});

it('the score of the balance is that of its last values, whatever the sum before', () => {
  const random = randomFrom(3);
  const signed = Float64Array.from({ length: 90 }, () => random() - 0.5);
  const balance = Array.from(signed, (_, t) => 1e3 + sum(Array.from(signed.subarray(0, t + 1))));
  const wrong = Array.from(balanceScore(signed, 20), (got, t) => {
    const values = windowAt(balance, t, 20);
    if (values === undefined) return !Number.isNaN(got);
    return !isClose(got, (values.at(-1)! - meanOf(values)) / Math.sqrt(squaresOf(values) / 19), 1e-9);
  });
  expect(wrong).toEqual(Array.from({ length: 90 }, () => false));
});

it('the calendar is that of the Gregorian year in UTC', () => {
  const times = Float64Array.from([0, Date.UTC(2024, 1, 29, 23, 59), Date.UTC(2025, 11, 31), Date.UTC(2026, 0, 1, 5)]);
  expect(Array.from(hours(times))).toEqual([0, 23, 0, 5]);
  // Thursday, Thursday, Wednesday, Thursday.
  expect(Array.from(weekdays(times))).toEqual([3, 3, 2, 3]);
  expect(Array.from(months(times))).toEqual([0, 1, 11, 0]);
});
