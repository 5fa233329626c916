import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conformalRadius } from '../src/evaluation/conformal.ts';
import { dieboldMariano } from '../src/evaluation/diebold-mariano.ts';
import {
  areaUnderRoc,
  classificationMetrics,
  logLosses,
  regressionMetrics,
  skillOf,
  squaredErrors,
} from '../src/evaluation/metrics.ts';
import { clusteredWilsonInterval, wilsonInterval } from '../src/evaluation/proportion.ts';
import { incompleteBeta, studentTQuantile, studentTUpperTail } from '../src/evaluation/student-t.ts';
import { compareWithNaive, meanByTime, verdictOf } from '../src/evaluation/verdict.ts';
import { createRandom } from '../src/random.ts';
import { gauss } from './synthetic.ts';

describe('Student t and incomplete beta give the values of scipy 1.17.1', () => {
  test.each([
    [0, 5, 0.5],
    [1.5, 1, 0.18716704181099886],
    [2.228138851964939, 10, 0.02500000000090432],
    [-0.7, 3, 0.7328365008476182],
    [4.2, 59, 4.5714379265038086e-5],
    [1.6448536269514722, 100_000, 0.05000157154759197],
    [12, 30, 2.7900927075996303e-13],
    [0.3, 2.5, 0.39367118574759863],
  ])('stats.t.sf(%d, %d)', (t, df, expected) => {
    // Ten digits: with 100,000 degrees of freedom the logarithms of Gamma cancel in the first five.
    expect(studentTUpperTail(t, df) / expected).toBeCloseTo(1, 9);
  });

  test.each([
    [2, 3, 0.4, 0.5248],
    [0.5, 0.5, 0.1, 0.20483276469913345],
    [50, 0.5, 0.99, 0.3173043978741973],
    [1000, 0.5, 0.999, 0.15724727426672383],
    [7.5, 120, 0.03, 0.057958944759118135],
    [2, 3, 0, 0],
    [2, 3, 1, 1],
  ])('special.betainc(%d, %d, %d)', (a, b, x, expected) => {
    expect(incompleteBeta(a, b, x)).toBeCloseTo(expected, 11);
  });
});

test.each([
  [0, 10, 0, 0.27753279986288926],
  [8, 10, 0.49016247153664183, 0.9433178485456247],
  [272, 500, 0.5001738756211381, 0.5871551824182454],
  [10, 10, 0.7224672001371106, 1],
])('the Wilson interval of %d in %d is that of statsmodels', (successes, n, low, high) => {
  const interval = wilsonInterval(successes, n);
  expect(interval.value).toBe(successes / n);
  expect(interval.low).toBeCloseTo(low, 12);
  expect(interval.high).toBeCloseTo(high, 12);
});

test('trials that share their luck count for fewer', () => {
  const random = createRandom(11);
  const clusters = Float64Array.from({ length: 2000 }, (_, i) => Math.floor(i / 20));
  const coin = Array.from({ length: 2000 }, () => random.next() < 0.3);
  const byCluster = Array.from({ length: 100 }, () => random.next() < 0.3);
  const width = ({ low, high }: { low: number; high: number }) => high - low;

  const alone = wilsonInterval(coin.filter(Boolean).length, 2000);
  const free = clusteredWilsonInterval(coin, clusters);
  expect(free).toMatchObject({ value: alone.value, n: 2000 });
  expect(width(free) / width(alone)).toBeGreaterThanOrEqual(1);
  expect(width(free) / width(alone)).toBeLessThan(1.25);
  // Twenty rows a cluster that all say the same are one row.
  const shared = clusteredWilsonInterval(
    Array.from(clusters, (cluster) => byCluster[cluster]!),
    clusters,
  );
  const few = wilsonInterval(byCluster.filter(Boolean).length, 100);
  expect(width(shared) / width(few)).toBeCloseTo(1, 1);
  expect(shared.value).toBeCloseTo(few.value, 12);
  // All or nothing leaves no spread to learn from: then a cluster counts for one.
  expect(clusteredWilsonInterval(coin.fill(true), clusters).low).toBeCloseTo(wilsonInterval(100, 100).low, 12);
  expect(clusteredWilsonInterval([], new Float64Array())).toEqual({ value: Number.NaN, low: 0, high: 1, n: 0 });
});

test('nothing tried is nothing known', () => {
  expect(wilsonInterval(0, 0)).toEqual({ value: Number.NaN, low: 0, high: 1, n: 0 });
});

describe('metrics give the values of scikit-learn 1.9.1', () => {
  const actual = Float64Array.of(0.01, -0.02, 0.03, 0, -0.01, 0.02);
  const predicted = Float64Array.of(0.02, -0.01, -0.01, 0.01, 0, 0.01);

  test('regression', () => {
    const metrics = regressionMetrics(actual, predicted);
    expect(metrics.rmse).toBeCloseTo(0.01870828693386971, 14);
    expect(metrics.mae).toBeCloseTo(0.015, 14);
    expect(metrics.r2).toBeCloseTo(-0.2, 12);
    expect(Array.from(squaredErrors(actual, predicted)).reduce((a, b) => a + b) / 6).toBeCloseTo(metrics.rmse ** 2, 15);
  });

  const classes = Float64Array.of(0, 1, 1, 0, 1, 0, 1, 0);
  const probability = Float64Array.of(0.1, 0.9, 0.4, 0.4, 0.8, 0.4, 0.7, 0.7);

  test('classification', () => {
    const metrics = classificationMetrics(classes, probability);
    expect(metrics.auc).toBeCloseTo(0.84375, 12);
    expect(metrics.logLoss).toBeCloseTo(0.49155678878758335, 12);
    expect(metrics.brier).toBeCloseTo(0.165, 12);
    expect(metrics.accuracy).toMatchObject({ value: 0.75, n: 8 });
    expect(skillOf(metrics.logLoss, Math.LN2)).toBeCloseTo(1 - 0.49155678878758335 / Math.LN2, 12);
  });

  test('targets without spread, one class, certain and wrong', () => {
    expect(regressionMetrics(Float64Array.of(0, 0), Float64Array.of(1, 1)).r2).toBeNaN();
    expect(skillOf(1, 0)).toBeNaN();
    expect(areaUnderRoc(Float64Array.of(1, 1), Float64Array.of(0.2, 0.3))).toBeNaN();
    expect(logLosses(Float64Array.of(1), Float64Array.of(0))[0]).toBeCloseTo(36.04, 2);
    expect(() => regressionMetrics(actual, probability)).toThrow(/6 targets cannot be compared with 8/);
    expect(() => regressionMetrics(Float64Array.of(), Float64Array.of())).toThrow(/0 targets/);
  });

  test('the area under the ROC curve counts pairs', () => {
    const row = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 5 }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 40 }), (rows) => {
        const positive = rows.filter(([isOne]) => isOne);
        const negative = rows.filter(([isOne]) => !isOne);
        fc.pre(positive.length > 0 && negative.length > 0);
        let pairs = 0;
        for (const [, a] of positive) for (const [, b] of negative) pairs += a > b ? 1 : a === b ? 0.5 : 0;
        const auc = areaUnderRoc(
          Float64Array.from(rows, ([isOne]) => (isOne ? 1 : 0)),
          Float64Array.from(rows, ([, score]) => score),
        );
        expect(auc).toBeCloseTo(pairs / (positive.length * negative.length), 12);
      }),
    );
  });
});

test('the t quantile is the inverse of the tail', () => {
  for (const [tail, df] of [
    [0.025, 1],
    [0.025, 59],
    [0.001, 7],
    [0.4, 2000],
  ] as const) {
    expect(studentTUpperTail(studentTQuantile(tail, df), df) / tail).toBeCloseTo(1, 9);
  }
  expect(studentTQuantile(0.025, 10)).toBeCloseTo(2.228138851964939, 9);
});

describe('Diebold-Mariano', () => {
  const model = Float64Array.from({ length: 40 }, (_, i) => ((i * 7919) % 101) / 101);
  const naive = Float64Array.from({ length: 40 }, (_, i) => ((i * 104729) % 97) / 97 + 0.1);

  // The statistic before its correction is the t value of a regression on a constant with Newey-West errors
  // (statsmodels OLS, cov_type HAC, Bartlett, no small-sample factor); p-values by scipy's t distribution.
  test.each([
    { horizon: 1, lags: undefined, statistic: -1.3450743578052582, pValue: 0.09318554995082526 },
    { horizon: 3, lags: undefined, statistic: -1.9610761920545667, pValue: 0.02851937205424861 },
    { horizon: 1, lags: 4, statistic: -2.021361321962329, pValue: 0.02507176182196029 },
  ])('horizon $horizon, lags $lags', ({ horizon, lags, statistic, pValue }) => {
    const test = dieboldMariano(model, naive, lags === undefined ? { horizon } : { horizon, lags });
    expect(test.statistic).toBeCloseTo(statistic, 11);
    expect(test.pValue).toBeCloseTo(pValue, 11);
    expect(test.meanDifference).toBeLessThan(0);
    const turned = dieboldMariano(naive, model, { horizon, ...(lags === undefined ? {} : { lags }) });
    expect(turned.statistic).toBeCloseTo(-statistic, 11);
    expect(turned.pValue).toBeCloseTo(1 - pValue, 11);
  });

  // Published by the tests of the Python package dieboldmariano for these errors. One step ahead all estimators of the
  // variance agree, R's dm.test among them.
  test('gives a published value', () => {
    const squared = (...errors: number[]) => Float64Array.from(errors, (error) => error ** 2);
    const test = dieboldMariano(squared(0, 1, 2, 3, 4, 5), squared(0, 2, 3, 3, 5, 6));
    expect(test.statistic).toBeCloseTo(-2.4905, 4);
    // It is two-sided.
    expect(2 * test.pValue).toBeCloseTo(0.05513, 5);
  });

  test('equal losses are no evidence', () => {
    expect(dieboldMariano(model, model)).toMatchObject({ statistic: 0, pValue: 0.5 });
  });

  test('what cannot be tested is refused', () => {
    expect(() => dieboldMariano(model, naive.slice(1))).toThrow(/40 losses cannot be compared with 39/);
    expect(() => dieboldMariano(model.slice(0, 3), naive.slice(0, 3), { horizon: 3 })).toThrow(/3 losses are too few/);
    expect(() => dieboldMariano(Float64Array.of(Number.NaN, 1), Float64Array.of(1, 1))).toThrow(/not a finite number/);
  });
});

/** Losses of a panel whose assets all move together: `edge` is how much smaller the model's are on average. */
function panel(seed: number, steps: number, assets: number, edge: number) {
  const random = createRandom(seed);
  const rows = steps * assets;
  const times = Float64Array.from({ length: rows }, (_, row) => Math.floor(row / assets) * 86_400_000);
  const naive = new Float64Array(rows).fill(1);
  const model = new Float64Array(rows);
  for (let step = 0; step < steps; step++) {
    const shared = 0.2 * gauss(random);
    for (let asset = 0; asset < assets; asset++)
      model[step * assets + asset] = 1 - edge + shared + 0.05 * gauss(random);
  }
  return { times, model, naive };
}

describe('the verdict', () => {
  test('its rule', () => {
    expect(verdictOf(0.01, 0.04, 60)).toBe('beats_naive');
    expect(verdictOf(0.01, 0.06, 60)).toBe('no_edge');
    expect(verdictOf(-0.01, 0.01, 60)).toBe('no_edge');
    expect(verdictOf(Number.NaN, 0.01, 60)).toBe('no_edge');
    expect(verdictOf(0.5, 0.0001, 59)).toBe('inconclusive');
    expect(verdictOf(0.5, undefined, 1000)).toBe('inconclusive');
  });

  test('an edge is found, whatever the order of the rows', () => {
    const losses = panel(1, 300, 10, 0.05);
    const found = compareWithNaive(losses);
    expect(found).toMatchObject({ verdict: 'beats_naive', timeSteps: 300 });
    expect(found.skill).toBeCloseTo(0.05, 1);
    expect(found.dieboldMariano?.n).toBe(300);
    const backwards = {
      times: losses.times.toReversed(),
      model: losses.model.toReversed(),
      naive: losses.naive.toReversed(),
    };
    expect(compareWithNaive(backwards).dieboldMariano?.statistic).toBeCloseTo(
      found.dieboldMariano?.statistic as number,
      9,
    );
  });

  test('the interval of the skill holds it 95 times in 100, however much assets move together', () => {
    const trials = 300;
    let held = 0;
    for (let seed = 0; seed < trials; seed++) {
      const { skillInterval } = compareWithNaive(panel(1000 + seed, 250, 10, 0.03));
      if (skillInterval!.low <= 0.03 && skillInterval!.high >= 0.03) held++;
    }
    // 285 of 300, with a standard deviation of 3.8; Newey-West in small samples is a little too sure.
    expect(held).toBeGreaterThan(265);
    expect(held).toBeLessThan(297);
    expect(compareWithNaive(panel(1, 2, 10, 0.03)).skillInterval).toBeUndefined();
  });

  test('few steps decide nothing, however many rows', () => {
    expect(compareWithNaive(panel(1, 59, 500, 0.5)).verdict).toBe('inconclusive');
    expect(compareWithNaive(panel(1, 2, 500, 0.5))).toMatchObject({
      verdict: 'inconclusive',
      dieboldMariano: undefined,
    });
  });

  test('without an edge it is wrong as seldom as it says, where a test of rows is wrong often', () => {
    const trials = 300;
    let byStep = 0;
    let byRow = 0;
    for (let seed = 0; seed < trials; seed++) {
      const losses = panel(seed, 200, 20, 0);
      if (compareWithNaive(losses).verdict === 'beats_naive') byStep++;
      if (dieboldMariano(losses.model, losses.naive).pValue < 0.05) byRow++;
    }
    // 5 % of 300 is 15, with a standard deviation of 3.8; Newey-West in small samples rejects a little more.
    expect(byStep).toBeLessThan(30);
    expect(byStep).toBeGreaterThan(4);
    expect(byRow).toBeGreaterThan(90);
  });

  test('means are by time, ascending', () => {
    const { times, means } = meanByTime(Float64Array.of(5, 1, 5, 3), Float64Array.of(1, 2, 3, 4));
    expect([Array.from(times), Array.from(means)]).toEqual([
      [1, 3, 5],
      [2, 4, 2],
    ]);
    expect(() => meanByTime(Float64Array.of(1), Float64Array.of())).toThrow(/1 times but 0 values/);
  });
});

describe('the conformal radius', () => {
  const scores = (n: number) => Float64Array.from({ length: n }, (_, i) => n - i);

  test('is the score of rank ceil((n + 1)(1 - alpha))', () => {
    expect(conformalRadius(scores(19), 0.05)).toBe(19);
    expect(conformalRadius(scores(18), 0.05)).toBeUndefined();
    expect(conformalRadius(scores(99), 0.1)).toBe(90);
    expect(conformalRadius(scores(99), 0.2)).toBe(80);
    expect(conformalRadius(scores(99), 0.5)).toBe(50);
    expect(conformalRadius(scores(0), 0.5)).toBeUndefined();
  });

  test('does not round a rank up for a rounding error', () => {
    for (let n = 9; n < 1000; n += 10) {
      for (const [alpha, tenths] of [
        [0.1, 9],
        [0.2, 8],
        [0.3, 7],
        [0.4, 6],
      ] as const) {
        expect(conformalRadius(scores(n), alpha)).toBe(((n + 1) / 10) * tenths);
      }
    }
  });

  test('covers as often as asked', () => {
    const random = createRandom(4);
    let covered = 0;
    const trials = 4000;
    for (let trial = 0; trial < trials; trial++) {
      const radius = conformalRadius(
        Float64Array.from({ length: 29 }, () => Math.abs(gauss(random))),
        0.2,
      ) as number;
      if (Math.abs(gauss(random)) <= radius) covered++;
    }
    // 24 of 30: exactly 0.8, four standard deviations being 0.025.
    expect(Math.abs(covered / trials - 0.8)).toBeLessThan(0.025);
  });

  test('refuses what is no score', () => {
    expect(() => conformalRadius(Float64Array.of(1, Number.NaN), 0.5)).toThrow(/NaN/);
    expect(() => conformalRadius(scores(9), 1)).toThrow(/alpha is 1/);
  });
});
