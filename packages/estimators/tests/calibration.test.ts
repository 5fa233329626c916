import type { Calibrator } from '@pavio/core';
import { CALIBRATION_METHODS } from '@pavio/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calibrate, fitCalibrator } from '../src/calibration/calibrator.ts';
import { calibrateNested } from '../src/calibration/nested.ts';
import { createRandom } from '../src/random.ts';
import { gauss } from './synthetic.ts';

/** Rises at the odds that a score gives, and probabilities `strength` times too sure of it. */
function simulate(seed: number, rows: number, strength: number) {
  const random = createRandom(seed);
  const score = Float64Array.from({ length: rows }, () => 0.5 * gauss(random));
  const actual = score.map((z) => (random.next() < 1 / (1 + Math.exp(-z)) ? 1 : 0));
  return { actual, probability: score.map((z) => 1 / (1 + Math.exp(-strength * z))) };
}

/** `folds` folds of equal size; of those before a fold all rows but the last three are known. */
function foldsOf(rows: number, folds: number) {
  const size = rows / folds;
  return Array.from({ length: folds }, (_, k) => {
    return { from: k * size, to: (k + 1) * size, known: Math.max(0, k * size - 3) };
  });
}

describe.each(CALIBRATION_METHODS)('%s', (method) => {
  test('brings probabilities back that say too much', () => {
    const { actual, probability } = simulate(1, 20_000, 4);
    const calibrator = fitCalibrator(method, probability, actual);
    for (const z of [-0.8, -0.3, 0, 0.3, 0.8]) {
      const truth = 1 / (1 + Math.exp(-z));
      const said = calibrate(calibrator, 1 / (1 + Math.exp(-4 * z)));
      expect(Math.abs(said - truth)).toBeLessThan(method === 'platt' ? 0.02 : 0.04);
    }
  });

  test('never turns an order around, never is certain, and survives JSON', () => {
    const row = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean());
    const probe = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), fc.array(probe, { minLength: 2 }), (rows, probes) => {
        const probability = Float64Array.from(rows, ([p]) => p);
        const actual = Float64Array.from(rows, ([, isOne]) => (isOne ? 1 : 0));
        fc.pre(new Set(actual).size === 2);
        const stored: Calibrator = JSON.parse(JSON.stringify(fitCalibrator(method, probability, actual)));
        const said = probes.toSorted((a, b) => a - b).map((p) => calibrate(stored, p));
        for (const [i, p] of said.entries()) {
          expect(p).toBeGreaterThanOrEqual((said[i - 1] ?? 0) - 1e-12);
          expect(p).toBeGreaterThan(0);
          expect(p).toBeLessThan(1);
        }
      }),
    );
  });
});

test('a model that is usually wrong is not turned around but silenced', () => {
  const { actual, probability } = simulate(2, 5000, 1);
  const against = probability.map((p) => 1 - p);
  const base = actual.reduce((sum, y) => sum + y, 0) / actual.length;
  for (const method of CALIBRATION_METHODS) {
    const calibrator = fitCalibrator(method, against, actual);
    for (const p of [0.3, 0.5, 0.7]) expect(calibrate(calibrator, p)).toBeCloseTo(base, 1);
  }
});

test('what is learnt from odds that hardly differ makes nothing certain', () => {
  const calibrator = fitCalibrator('platt', Float64Array.of(0.5, 0.500_001), Float64Array.of(0, 1));
  expect(calibrate(calibrator, 0)).toBeCloseTo(1e-6, 12);
  expect(calibrate(calibrator, 1)).toBeCloseTo(1 - 1e-6, 12);
});

test('outcomes of one class teach nothing', () => {
  for (const method of CALIBRATION_METHODS) {
    expect(fitCalibrator(method, Float64Array.of(0.4, 0.6), Float64Array.of(1, 1))).toBeUndefined();
    expect(fitCalibrator(method, new Float64Array(), new Float64Array())).toBeUndefined();
  }
  expect(calibrate(undefined, 0.3)).toBe(0.3);
});

test('what is no probability is refused', () => {
  expect(() => fitCalibrator('platt', Float64Array.of(Number.NaN, 0.5), Float64Array.of(0, 1))).toThrow(/NaN is not/);
  expect(() => fitCalibrator('platt', Float64Array.of(1.5, 0.5), Float64Array.of(0, 1))).toThrow(/1.5 is not/);
});

describe('inside the walk-forward', () => {
  const rows = 10_000;

  test('helps where probabilities say too much, and what is served is what was judged', () => {
    const data = simulate(3, rows, 4);
    const parts = foldsOf(rows, 5);
    const found = calibrateNested({ ...data, parts });
    expect(found.calibrator?.method).toBe('platt');
    expect(found.calibrator).toEqual(fitCalibrator('platt', data.probability, data.actual));
    expect(found.judged).toEqual({ from: 2000, to: rows });
    const brierOf = (method: string) => found.trials.find((trial) => trial.method === method)!.brier;
    expect(brierOf('platt')).toBeLessThan(brierOf('none') - 0.02);
    // The first fold has nothing before it, the second nothing that was judged: both are served as they are.
    expect(found.served.subarray(0, 4000)).toEqual(data.probability.subarray(0, 4000));
    const third = fitCalibrator('platt', data.probability.subarray(0, 3997), data.actual.subarray(0, 3997));
    for (const i of [4000, 5000, 5999]) expect(found.served[i]).toBe(calibrate(third, data.probability[i]!));
    expect(found.chosen).toHaveLength(8000);
    expect(found.chosen[2000]).toBe(found.served[4000]);
  });

  test('leaves probabilities alone that come true as they say', () => {
    const data = simulate(4, 2000, 1);
    const { calibrator, served, chosen, trials } = calibrateNested({ ...data, parts: foldsOf(2000, 5) });
    expect(trials.map(({ method }) => method)).toEqual(['none', 'platt', 'isotonic']);
    expect(trials[0]!.brier).toBeLessThan(trials[2]!.brier);
    // Platt may win by a hair, and then changes next to nothing.
    expect([undefined, 'platt']).toContain(calibrator?.method);
    for (const [i, p] of chosen.entries()) expect(Math.abs(p - data.probability[400 + i]!)).toBeLessThan(0.06);
    expect(served).toHaveLength(2000);
  });

  test('nothing of a fold reaches its own probabilities', () => {
    const data = simulate(5, rows, 4);
    const parts = foldsOf(rows, 5);
    const { served } = calibrateNested({ ...data, parts });
    const turned = data.actual.map((y, i) => (i >= 5997 ? 1 - y : y));
    const after = calibrateNested({ ...data, actual: turned, parts }).served;
    // The fourth fold, from 6000 on, may know outcomes until 5997.
    expect(after.subarray(0, 8000)).toEqual(served.subarray(0, 8000));
    expect(after.subarray(8000)).not.toEqual(served.subarray(8000));
  });

  test('nor the choice of how it is served, where that is a near thing', () => {
    const parts = foldsOf(500, 5);
    const methods = new Set<string | undefined>();
    for (let seed = 0; seed < 40; seed++) {
      const data = simulate(seed, 500, 1.5);
      const { served, calibrator } = calibrateNested({ ...data, parts });
      methods.add(calibrator?.method);
      // The last fold, from 400 on, may know outcomes until 397.
      const turned = data.actual.map((y, i) => (i >= 397 ? 1 - y : y));
      expect(calibrateNested({ ...data, actual: turned, parts }).served).toEqual(served);
    }
    expect(methods.size).toBeGreaterThan(1);
  });

  test('takes nothing that lowers the Brier score but raises the log loss', () => {
    // Two sorts of rows, in both folds. The first never rises in the first fold and now and then in the second: being
    // certain of it costs little in squares and much in logarithms.
    const sorts = Float64Array.from({ length: 800 }, (_, i) => i % 2);
    const probability = sorts.map((sort) => (sort === 0 ? 0.3 : 0.6));
    const actual = sorts.map((sort, i) => {
      if (sort === 1) return i % 20 === 1 ? 0 : 1;
      return i >= 400 && i % 10 === 0 ? 1 : 0;
    });
    const { trials, calibrator } = calibrateNested({ actual, probability, parts: foldsOf(800, 2) });
    const [none, ...others] = trials;
    for (const { brier, logLoss } of others) {
      expect(brier).toBeLessThan(none!.brier);
      expect(logLoss).toBeGreaterThan(none!.logLoss);
    }
    expect(others).toHaveLength(2);
    expect(calibrator).toBeUndefined();
  });

  test('with one fold nothing can be judged', () => {
    const data = simulate(6, 100, 4);
    const found = calibrateNested({ ...data, parts: foldsOf(100, 1) });
    expect(found).toMatchObject({ calibrator: undefined, trials: [], judged: { from: 100, to: 100 } });
    expect(found.served).toEqual(data.probability);
  });
});
