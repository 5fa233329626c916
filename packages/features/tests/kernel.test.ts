import { describe, expect, it } from 'vitest';
import { difference, quotient, relativeTo, root, scaled, sum } from '../src/indicators/arithmetic.ts';
import { commodityChannel } from '../src/indicators/commodity-channel.ts';
import { balanceScore } from '../src/indicators/on-balance-volume.ts';
import { positionBetween } from '../src/indicators/position.ts';
import { rollingMax, rollingMin } from '../src/indicators/rolling-extremes.ts';
import { rollingMean } from '../src/indicators/rolling-mean.ts';
import { rollingMoments } from '../src/indicators/rolling-moments.ts';
import { rollingOrder } from '../src/indicators/rolling-order.ts';
import { rollingSum } from '../src/indicators/rolling-sum.ts';
import { weightedMean } from '../src/indicators/weighted-mean.ts';
import { randomFrom } from './candle-series.ts';

const random = randomFrom(9);
/** Three parts, the last of an odd length; levels of many orders of magnitude, and repetitions. */
const x = Float64Array.from({ length: 4999 }, (_, t) => Math.round(random() * 9) * 10 ** (Math.floor(t / 700) - 3));
const z = x.map((value) => random() - 0.3 * value);

describe('where a part of the rows ends does not show', () => {
  const kernels: Readonly<Record<string, (x: Float64Array, window: number) => Float64Array>> = {
    mean: rollingMean,
    sum: rollingSum,
    'weighted mean': weightedMean,
    squares: (values, window) => rollingMoments(values, window).squares,
    deviation: (values, window) => rollingMoments(values, window).deviation,
    maximum: rollingMax,
    minimum: rollingMin,
    median: (values, window) => rollingOrder(values, window).median,
    MAD: (values, window) => rollingOrder(values, window).mad,
    IQR: (values, window) => rollingOrder(values, window).iqr,
    'robust z-score': (values, window) => rollingOrder(values, window).score,
    CCI: commodityChannel,
    'balance score': balanceScore,
  };
  it.each(Object.entries(kernels))('in the %s', (_, kernel) => {
    for (const window of [2, 7, 20, 64, 200, 256]) {
      const whole = kernel(x, window);
      // The kernel takes about 2,048 rows; the beginning lies at a block, so that sums are made of the same ones.
      for (const from of [1900, 3980].map((row) => row - (row % window))) {
        const part = kernel(x.slice(from, from + 600), window);
        expect(part.subarray(window - 1)).toEqual(whole.subarray(from + window - 1, from + 600));
      }
    }
  });
});

it.each([65, 90, 200, 256])('a window of %i rows is as wide as it says', (window) => {
  const sorted = (t: number) => x.slice(t - window + 1, t + 1).sort();
  const mean = rollingMean(x, window);
  const max = rollingMax(x, window);
  const { median } = rollingOrder(x, window);
  for (const t of [window - 1, window, 1000, 2047, 2048, 4998]) {
    const values = sorted(t);
    expect(mean[t]).toBeCloseTo(values.reduce((total, value) => total + value, 0) / window, 6);
    expect(max[t]).toBe(values.at(-1));
    expect(median[t]).toBeCloseTo((values[(window - 1) >> 1]! + values[window >> 1]!) / 2, 9);
  }
});

it('a window that is too wide is refused', () => {
  expect(() => rollingMean(x, 257)).toThrow(RangeError);
});

it('arithmetic is that of each row', () => {
  const rows = (formula: (a: number, b: number) => number) => x.map((value, t) => formula(value, z[t]!));
  expect(difference(x, z)).toEqual(rows((a, b) => a - b));
  expect(quotient(x, z, 3)).toEqual(rows((a, b) => (3 * a) / b));
  expect(sum(x, -2, z)).toEqual(rows((a, b) => -2 * a + b));
  expect(scaled(x, 100, -1)).toEqual(rows((a) => 100 * (a - 1)));
  expect(root(z, 0.05)).toEqual(rows((_, b) => (b < 0 ? 0 : Math.sqrt(0.05 * b))));
  expect(relativeTo(z, x)).toEqual(rows((a, b) => (b - a) / (a === 0 ? 1 : a)));
  const high = x.map((value) => value + 1);
  expect(positionBetween(z, x, high)).toEqual(rows((a, b) => (b - a) / (a + 1 - a)));
  expect(positionBetween(z, x, x, 0.5)).toEqual(rows(() => 0.5));
  expect(relativeTo(Float64Array.of(0, Number.NaN), Float64Array.of(0, 1))).toEqual(Float64Array.of(0, Number.NaN));
});
