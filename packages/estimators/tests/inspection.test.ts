import { modelKind } from '@pavio/core';
import { askScikitLearn, scikitLearn } from '@pavio/estimators/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitModel } from '../src/fit.ts';
import { partialDependence } from '../src/inspection/partial-dependence.ts';
import { permutationImportance } from '../src/inspection/permutation-importance.ts';
import { type Matrix, matrixOfColumns, readRow } from '../src/matrix.ts';
import { synthetic } from './synthetic.ts';

const python = await scikitLearn();
const train = synthetic(1, 1500, 6);
const fresh = synthetic(2, 800, 6);

const line = fitModel('regressor_lin', { alpha: 0 }, train.X, train.y, { seed: 1 });
const forestParams = { nEstimators: 20, minSamplesLeaf: 20 };
const forest = fitModel('regressor_rf', forestParams, train.X, train.y, { seed: 1 });
const classifier = fitModel('classifier_log', { C: 1 }, train.X, train.classes, { seed: 1 });
const models = [line, forest, classifier];

function columnOf(X: Matrix, c: number): Float32Array {
  return X.data.slice(c * X.rows, (c + 1) * X.rows);
}

function covariance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  return mean(Array.from(a, (value, i) => (value - ma) * (b[i]! - mb)));
}

/** Slope of a linear model on a raw feature. */
function slope(feature: number): number {
  const at = (x: number) => line.predictRow(Float32Array.from({ length: 6 }, (_, c) => (c === feature ? x : 0)));
  return at(1) - at(0);
}

describe('permutation importance', () => {
  const options = { seed: 4, nRepeats: 400 };

  // Over all permutations the squared error of a line grows by 2 b^2 var(x) + 2 b cov(e, x) on average, e = y - forecast.
  test('of a line is what the algebra says, within four standard errors', () => {
    const found = permutationImportance(line, fresh.X, fresh.y, options);
    const errors = line.predict(fresh.X).map((forecast, row) => fresh.y[row]! - forecast);
    expect(found.loss).toBeCloseTo(errors.reduce((sum, e) => sum + e * e, 0) / errors.length, 10);
    for (let c = 0; c < 6; c++) {
      const x = columnOf(fresh.X, c);
      const expected = 2 * slope(c) ** 2 * covariance(x, x) + 2 * slope(c) * covariance(errors, x);
      const standardError = found.importancesStd[c]! / Math.sqrt(400);
      expect(Math.abs(found.importancesMean[c]! - expected)).toBeLessThan(4 * standardError);
    }
  });

  test.skipIf(python.missing !== '')(`of a line is scikit-learn's${python.missing}`, async () => {
    const [theirs] = await askScikitLearn(python.path, train, [{ ask: 'permutation-importance', repeats: 400 }]);
    const ours = permutationImportance(line, train.X, train.y, options);
    for (let c = 0; c < 6; c++) {
      // Two means of 400 draws each; their deviations are known to 1 / sqrt(2 * 400) = 3.5 % each: 20 % is four of them.
      const standardError = Math.hypot(ours.importancesStd[c]!, theirs.deviation[c]!) / Math.sqrt(400);
      expect(Math.abs(ours.importancesMean[c]! - theirs.mean[c]!)).toBeLessThan(4 * standardError);
      expect(Math.abs(Math.log(ours.importancesStd[c]! / theirs.deviation[c]!))).toBeLessThan(0.2);
    }
  });

  test('of a classifier is in log loss, and finds what matters', () => {
    const { loss, importancesMean } = permutationImportance(classifier, fresh.X, fresh.classes, { seed: 1 });
    const logLoss = classifier.predictRows(fresh.X).reduce((sum, p, row) => {
      return sum - Math.log(fresh.classes[row] === 1 ? p : 1 - p) / fresh.X.rows;
    }, 0);
    expect(loss).toBeCloseTo(logLoss, 12);
    expect(importancesMean[0]).toBeGreaterThan(5 * Math.max(importancesMean[4]!, importancesMean[5]!));
  });

  test('finds an interaction that a line cannot see', () => {
    const { importancesMean } = permutationImportance(forest, fresh.X, fresh.y, { seed: 1 });
    expect(importancesMean[3]).toBeGreaterThan(5 * Math.abs(importancesMean[5]!));
  });

  test('of what a model does not read is nothing', () => {
    const ignoring = fitModel('regressor_rf', forestParams, withColumn(train.X, 5, 1), train.y, { seed: 1 });
    const { importancesMean, importancesStd, loss } = permutationImportance(ignoring, fresh.X, fresh.y, { seed: 1 });
    expect(loss).toBeGreaterThan(0);
    expect([importancesMean[5], importancesStd[5]]).toEqual([0, 0]);
  });

  test('depends on the seed, the repeats of it stand side by side, and the data stays as it was', () => {
    const before = fresh.X.data.slice();
    const few = permutationImportance(forest, fresh.X, fresh.y, { seed: 3, nRepeats: 3 });
    expect(permutationImportance(forest, fresh.X, fresh.y, { seed: 3, nRepeats: 3 })).toEqual(few);
    expect(permutationImportance(forest, fresh.X, fresh.y, { seed: 5, nRepeats: 3 })).not.toEqual(few);
    expect(new Set(few.importances[0]).size).toBe(3);
    expect(few.importancesMean[0]).toBeCloseTo(
      few.importances[0]!.reduce((sum, value) => sum + value / 3, 0),
      12,
    );
    expect(fresh.X.data).toEqual(before);
  });

  test('of chosen rows is that of these rows alone', () => {
    const rows = Int32Array.of(700, 3, 41, 41, 260, 9);
    const alone = matrixOfColumns([0, 1, 2, 3, 4, 5].map((c) => pick(columnOf(fresh.X, c), rows)));
    const y = Float64Array.from(rows, (row) => fresh.y[row]!);
    expect(permutationImportance(line, fresh.X, fresh.y, { seed: 1, rows })).toEqual(
      permutationImportance(line, alone, y, { seed: 1 }),
    );
  });
});

describe('partial dependence', () => {
  test('is the mean forecast with the feature set in every row', () => {
    const rows = { from: 100, to: 160 };
    for (const model of models) {
      for (const feature of [0, 3]) {
        const { gridValues, average } = partialDependence(model, fresh.X, feature, { rows, gridResolution: 5 });
        const means = Array.from(gridValues, (value) => {
          let sum = 0;
          for (let row = 100; row < 160; row++) sum += model.predictRow(readRow(fresh.X, row).with(feature, value));
          return sum / 60;
        });
        expect(gridValues).toHaveLength(5);
        for (const [i, mean] of means.entries()) expect(average[i]).toBeCloseTo(mean, 12);
      }
    }
  });

  test.skipIf(python.missing !== '')(`is scikit-learn's on the same grid${python.missing}`, async () => {
    const curves = [line, classifier].flatMap((model) => {
      return [0, 1, 5].map((feature) => ({ model, feature, ...partialDependence(model, train.X, feature) }));
    });
    for (const kind of ['regressor', 'classifier'] as const) {
      const ours = curves.filter(({ model }) => modelKind(model.name) === kind);
      const answers = await askScikitLearn(
        python.path,
        { X: train.X, y: kind === 'regressor' ? train.y : train.classes },
        ours.map(({ feature, gridValues }) => {
          return { ask: 'partial-dependence', kind, feature, grid: [...gridValues] } as const;
        }),
      );
      for (const [i, { average }] of ours.entries()) {
        for (const [point, expected] of answers[i]!.average.entries()) expect(average[point]).toBeCloseTo(expected, 8);
      }
    }
  });

  test('of a line is a line through the mean forecast, with its slope', () => {
    const mean = line.predict(fresh.X).reduce((sum, value) => sum + value, 0) / fresh.X.rows;
    for (let feature = 0; feature < 6; feature++) {
      const { gridValues, average } = partialDependence(line, fresh.X, feature);
      const centre = columnOf(fresh.X, feature).reduce((sum, value) => sum + value, 0) / fresh.X.rows;
      for (const [i, value] of gridValues.entries()) {
        expect(average[i]).toBeCloseTo(mean + slope(feature) * (value - centre), 6);
      }
    }
  });

  test('has a grid of quantiles: ascending, inside of the wanted shares, as many rows between points', () => {
    const { gridValues } = partialDependence(line, fresh.X, 2, { gridResolution: 9, percentiles: [0.1, 0.9] });
    const column = columnOf(fresh.X, 2);
    const below = Array.from(gridValues, (value) => column.filter((x) => x <= value).length / column.length);
    expect(below).toHaveLength(9);
    for (const [i, share] of below.entries()) expect(share).toBeCloseTo(0.1 * (i + 1), 2);
    fc.assert(
      fc.property(fc.array(fc.float({ noDefaultInfinity: true }), { minLength: 1, maxLength: 40 }), (values) => {
        fc.pre(values.some((value) => Number.isFinite(value)));
        const X = withColumn(fresh.X, 2, (row) => values[row % values.length]!);
        const grid = partialDependence(line, X, 2, { percentiles: [0, 1] }).gridValues;
        const present = values.filter((value) => Number.isFinite(value));
        expect(grid.every((value, i) => i === 0 || value > grid[i - 1]!)).toBe(true);
        expect([grid[0]! + 0, grid.at(-1)! + 0]).toEqual([Math.min(...present) + 0, Math.max(...present) + 0]);
      }),
      { numRuns: 50 },
    );
  });

  test('of two values has two points', () => {
    const X = withColumn(fresh.X, 1, (row) => row % 2);
    expect([...partialDependence(forest, X, 1).gridValues]).toEqual([0, 1]);
  });
});

const { X, y } = fresh;

test.each([
  ['no repeats', 'bad_input', () => permutationImportance(line, X, y, { seed: 1, nRepeats: 0 })],
  ['no rows', 'bad_input', () => permutationImportance(line, X, y, { seed: 1, rows: new Int32Array(0) })],
  ['a missing target', 'bad_features', () => permutationImportance(line, X, y.slice(1), { seed: 1 })],
  ['a target of NaN', 'bad_features', () => permutationImportance(line, X, y.with(2, Number.NaN), { seed: 1 })],
  [
    'another width',
    'feature_mismatch',
    () => permutationImportance(line, matrixOfColumns([columnOf(X, 0)]), y, { seed: 1 }),
  ],
  ['a feature that is not there', 'bad_input', () => partialDependence(line, X, 6)],
  ['no rows to average over', 'bad_input', () => partialDependence(line, X, 0, { rows: new Int32Array(0) })],
  ['a grid of one point', 'bad_input', () => partialDependence(line, X, 0, { gridResolution: 1 })],
  ['a grid without width', 'bad_input', () => partialDependence(line, X, 0, { percentiles: [0.5, 0.5] })],
  ['a feature without values', 'not_enough_data', () => partialDependence(line, withColumn(X, 2, Number.NaN), 2)],
])('%s is refused', (_, code, inspect) => {
  expect(inspect).toThrow(expect.objectContaining({ code }) as Error);
});

function withColumn(X: Matrix, column: number, value: number | ((row: number) => number)): Matrix {
  const data = X.data.slice();
  for (let row = 0; row < X.rows; row++) data[column * X.rows + row] = typeof value === 'number' ? value : value(row);
  return { ...X, data };
}

function pick(values: Float32Array, rows: Int32Array): Float32Array {
  return Float32Array.from(rows, (row) => values[row]!);
}
