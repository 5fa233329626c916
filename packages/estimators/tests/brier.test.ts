import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decomposeBrier } from '../src/evaluation/brier.ts';
import { wilsonInterval } from '../src/evaluation/proportion.ts';

const times = (n: number) => Float64Array.from({ length: n }, (_, i) => i);

test('Murphy: with one probability a bin the score is reliability - resolution + uncertainty', () => {
  // Ten rows at 0.2 of which 3 come true, ten at 0.7 of which 6 do.
  const probability = Float64Array.from({ length: 20 }, (_, i) => (i < 10 ? 0.2 : 0.7));
  const actual = Float64Array.from({ length: 20 }, (_, i) => (i < 3 || (i >= 10 && i < 16) ? 1 : 0));
  const found = decomposeBrier(actual, probability, times(20));
  expect(found.reliability).toBeCloseTo((0.1 ** 2 + 0.1 ** 2) / 2, 14);
  expect(found.resolution).toBeCloseTo(0.15 ** 2, 14);
  expect(found.uncertainty).toBeCloseTo(0.45 * 0.55, 14);
  expect(found.brier).toBeCloseTo(0.01 - 0.0225 + 0.2475, 14);
  expect(found.withinBinVariance).toBeCloseTo(0, 14);
  expect(found.withinBinCovariance).toBeCloseTo(0, 14);
  expect(found.bins).toHaveLength(2);
  expect(found.bins[0]).toMatchObject({ rows: 10, from: 0.2, to: 0.2 });
  expect(found.bins[0]!.meanProbability).toBeCloseTo(0.2, 14);
  const { value, low, high } = wilsonInterval(3, 10);
  expect(found.bins[0]!.observed).toEqual({
    value,
    low: expect.closeTo(low, 12),
    high: expect.closeTo(high, 12),
    n: 10,
  });
});

test('adds up exactly, whatever the probabilities, in bins that ascend and hold every row once', () => {
  const row = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 9 }));
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 200 }), (rows) => {
      const actual = Float64Array.from(rows, ([isOne]) => (isOne ? 1 : 0));
      const probability = Float64Array.from(rows, ([, p]) => p / 60);
      const at = Float64Array.from(rows, ([, , time]) => time);
      const found = decomposeBrier(actual, probability, at);
      const { brier, reliability, resolution, uncertainty, withinBinVariance, withinBinCovariance, bins } = found;
      const direct = actual.reduce((sum, y, i) => sum + (y - probability[i]!) ** 2, 0) / rows.length;
      expect(brier).toBeCloseTo(direct, 12);
      expect(reliability - resolution + uncertainty + withinBinVariance - withinBinCovariance).toBeCloseTo(brier, 12);
      expect(bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows.length);
      expect(bins.length).toBeLessThanOrEqual(10);
      for (const [i, { from, to, meanProbability, observed }] of bins.entries()) {
        expect(from).toBeGreaterThan(bins[i - 1]?.to ?? -1);
        expect(meanProbability).toBeGreaterThanOrEqual(from - 1e-12);
        expect(meanProbability).toBeLessThanOrEqual(to + 1e-12);
        expect(observed.low).toBeLessThanOrEqual(observed.value + 1e-12);
        expect(observed.high).toBeGreaterThanOrEqual(observed.value - 1e-12);
      }
    }),
  );
});

test('different probabilities are ten bins of equal size', () => {
  const probability = Float64Array.from({ length: 95 }, (_, i) => ((i * 37) % 95) / 95);
  const { bins } = decomposeBrier(new Float64Array(95), probability, times(95));
  expect(bins).toHaveLength(10);
  for (const { rows } of bins) expect([9, 10]).toContain(rows);
  expect(() => decomposeBrier(new Float64Array(2), new Float64Array(1), times(2))).toThrow(/2 outcomes .* 1 prob/);
  expect(() => decomposeBrier(new Float64Array(), new Float64Array(), times(0))).toThrow(/0 outcomes/);
});
