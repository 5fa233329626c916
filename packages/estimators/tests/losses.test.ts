import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitModel } from '../src/fit.ts';
import { type BoostingParams, DEFAULT_PARAMS } from '../src/params.ts';
import { createRandom } from '../src/random.ts';
import { regressionLoss } from '../src/tree/robust-losses.ts';
import { weightedQuantile } from '../src/tree/weighted-quantile.ts';
import { synthetic } from './synthetic.ts';

const train = synthetic(1, 4000, 6);
const fresh = synthetic(2, 4000, 6);
const PARAMS = { ...DEFAULT_PARAMS.regressor_gbr, learningRate: 0.1, minSamplesLeaf: 20, l2: 1 };

function predict(given: Partial<BoostingParams>, y = train.y): Float64Array {
  return fitModel('regressor_gbr', { ...PARAMS, ...given }, train.X, y, { seed: 1 }).predictRows(fresh.X);
}

function meanOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

test.each([0.1, 0.5, 0.9])('boosting of the quantile %d has that share of new targets below it', (alpha) => {
  const predicted = predict({ loss: 'quantile', alpha });
  const below = meanOf(fresh.y.map((y, row) => (y < predicted[row]! ? 1 : 0)));
  // A standard error is 0.008 at most; the rest is room for trees that fit their own rows a little too well.
  expect(Math.abs(below - alpha)).toBeLessThan(0.04);
});

test('wild targets spoil the squared loss, not the absolute and Huber ones', () => {
  const random = createRandom(7);
  const wild = train.y.map((y) => (random.next() < 0.02 ? 1000 : y));
  const errorOf = (loss: BoostingParams['loss']) => {
    const predicted = predict({ loss }, wild);
    return meanOf(fresh.y.map((y, row) => Math.abs(y - predicted[row]!)));
  };
  expect(errorOf('squared')).toBeGreaterThan(10);
  expect(errorOf('absolute')).toBeLessThan(1.2);
  expect(errorOf('huber')).toBeLessThan(1.2);
});

test('early stopping works on every loss, and no trees are kept when nothing lasts', () => {
  for (const loss of ['absolute', 'huber', 'quantile'] as const) {
    const given = { ...PARAMS, loss, nEstimators: 400, validationFraction: 0.2 };
    const treesOf = (y: Float64Array) => {
      const { tensors } = fitModel('regressor_gbr', given, train.X, y, { seed: 1 }).toTensors();
      return tensors['roots']!.data.length;
    };
    expect(treesOf(train.y)).toBeGreaterThan(20);
    expect(treesOf(train.y.map((y, i) => (i < 3200 ? y : -y)))).toBeLessThan(3);
  }
});

test('the unit of the targets does not matter', () => {
  for (const loss of ['absolute', 'huber', 'quantile'] as const) {
    const plain = predict({ loss });
    const scaled = predict(
      { loss },
      train.y.map((y) => y * 2 ** -20),
    );
    for (let row = 0; row < 100; row++) expect(scaled[row]! * 2 ** 20).toBeCloseTo(plain[row]!, 5);
  }
});

describe('each loss', () => {
  const number = fc.double({ min: -100, max: 100, noNaN: true });
  const row = fc.tuple(number, fc.double({ min: 0.1, max: 10, noNaN: true }));
  const losses = [
    { loss: 'absolute', alpha: 0.9 },
    { loss: 'quantile', alpha: 0.2 },
    { loss: 'squared', alpha: 0.9 },
  ] as const;

  test.each(losses)('$loss: nothing is better than its baseline', (params) => {
    const loss = regressionLoss(params);
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), number, (rows, other) => {
        const target = Float64Array.from(rows, ([y]) => y);
        const weight = Float64Array.from(rows, ([, w]) => w);
        const lossAt = (score: number) =>
          loss.value(
            target,
            target.map(() => score),
            weight,
            0,
            rows.length,
          );
        const best = loss.baseline(target, weight, rows.length);
        expect(lossAt(best)).toBeLessThanOrEqual(lossAt(other) * (1 + 1e-12) + 1e-9);
      }),
    );
  });

  test.each([...losses, { loss: 'huber', alpha: 0.6 } as const])('$loss: its gradient is its slope', (params) => {
    const loss = regressionLoss(params);
    const target = Float64Array.of(-7, -1, 0.5, 2, 40);
    const weight = Float64Array.of(1, 2, 1, 3, 1);
    const score = Float64Array.of(0.3, 0.3, 0.3, 0.3, 0.3);
    const gradients = new Float64Array(5);
    loss.terms(target, score, weight, 5, gradients, new Float64Array(5));
    const step = 1e-6;
    for (let i = 0; i < 5; i++) {
      const at = (by: number) =>
        loss.value(
          target,
          score.map((z) => z + by),
          weight,
          i,
          i + 1,
        );
      expect((weight[i]! * (at(-step) - at(step))) / (2 * step)).toBeCloseTo(gradients[i]!, 5);
    }
  });
});

test('a weighted quantile is that of rows repeated as often', () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 1, max: 5 })), { minLength: 1 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 31 }), (pairs, part) => {
      const repeated = pairs.flatMap(([value, times]) => Array<number>(times).fill(value)).sort((a, b) => a - b);
      const place = (part / 32) * repeated.length;
      const [low, high] = [repeated[Math.ceil(place) - 1]!, repeated[Math.floor(place)]!];
      const values = Float64Array.from(pairs, ([value]) => value);
      const weights = Float64Array.from(pairs, ([, times]) => times);
      expect(weightedQuantile(values, weights, part / 32)).toBe((low + high) / 2);
    }),
  );
});
