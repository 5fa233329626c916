import { isPavioError, MODEL_NAMES, modelKind, PavioError } from '@pavio/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitModel } from '../src/fit.ts';
import { sigmoid } from '../src/log-odds.ts';
import { matrixOfColumns, readRow } from '../src/matrix.ts';
import { modelFromTensors } from '../src/model-file.ts';
import { DEFAULT_PARAMS, type ModelParams, resolveParams } from '../src/params.ts';
import { decodeSafetensors, encodeSafetensors } from '../src/safetensors.ts';
import { trainingSet } from '../src/training-set.ts';
import { fitBoosting } from '../src/tree/boosting.ts';
import { tailOf } from '../src/tree/early-stopping.ts';
import { logisticLoss, squaredLoss } from '../src/tree/losses.ts';
import { synthetic } from './synthetic.ts';

const train = synthetic(1, 4000, 6, 1, 0.1);
const fresh = synthetic(2, 2000, 6, 1, 0.1);

/** The defaults are for returns, which are all noise; these learn from the little noise here. */
const PARAMS: ModelParams = {
  regressor_lin: { alpha: 10 },
  regressor_gbr: { ...DEFAULT_PARAMS.regressor_gbr, learningRate: 0.1, l2: 10, minSamplesLeaf: 20 },
  regressor_rf: { ...DEFAULT_PARAMS.regressor_rf, minSamplesLeaf: 20 },
  classifier_log: { C: 1, classWeight: null },
  classifier_rf: { ...DEFAULT_PARAMS.classifier_rf, minSamplesLeaf: 20 },
};

function targetOf(name: (typeof MODEL_NAMES)[number], data = train): Float64Array {
  return modelKind(name) === 'regressor' ? data.y : data.classes;
}

describe.each(MODEL_NAMES)('%s', (name) => {
  const params = PARAMS[name];
  const model = fitModel(name, params, train.X, targetOf(name), { seed: 5 });

  test('learns: it beats the constant on rows it never saw', () => {
    const actual = targetOf(name, fresh);
    const mean = actual.reduce((sum, y) => sum + y, 0) / actual.length;
    const squared = model.predictRows(fresh.X).reduce((sum, p, i) => sum + (p - actual[i]!) ** 2, 0);
    const constant = actual.reduce((sum, y) => sum + (y - mean) ** 2, 0);
    expect(squared / constant).toBeLessThan(0.9);
  });

  test('one row and many rows give the same bits', () => {
    const rows = Int32Array.of(7, 3, 1999, 7, 0);
    const selected = model.predictRows(fresh.X, rows);
    const all = model.predictRows(fresh.X);
    for (let row = 0; row < fresh.X.rows; row++) expect(model.predictRow(readRow(fresh.X, row))).toBe(all[row]);
    expect(Array.from(selected)).toEqual(Array.from(rows, (row) => all[row]));
    expect(Array.from(model.predictRows(fresh.X, { from: 3, to: 9 }))).toEqual(Array.from(all.subarray(3, 9)));
  });

  test('the file gives the same bits back', () => {
    const bytes = encodeSafetensors(model.toTensors());
    const loaded = modelFromTensors(decodeSafetensors(bytes));
    expect(loaded.predictRows(fresh.X)).toEqual(model.predictRows(fresh.X));
    expect(loaded.importance).toEqual(model.importance);
    expect(loaded.kind).toBe(modelKind(name));
    expect(encodeSafetensors(loaded.toTensors())).toEqual(bytes);
  });

  test('the seed decides the bytes', () => {
    const bytesOf = (seed: number) =>
      encodeSafetensors(fitModel(name, params, train.X, targetOf(name), { seed }).toTensors());
    const bytes = encodeSafetensors(model.toTensors());
    expect(bytesOf(5)).toEqual(bytes);
    expect(bytesOf(6)).not.toEqual(bytes);
  });

  test('rows that are not selected have no influence', () => {
    const half = matrixOfColumns(Array.from({ length: 6 }, (_, c) => train.X.data.subarray(c * 4000, c * 4000 + 2000)));
    const y = targetOf(name);
    const selected = fitModel(name, params, train.X, y, { seed: 5, rows: { from: 0, to: 2000 } });
    const alone = fitModel(name, params, half, y.slice(0, 2000), { seed: 5 });
    expect(encodeSafetensors(selected.toTensors())).toEqual(encodeSafetensors(alone.toTensors()));
  });

  test('equal weights are no weights, and a heavy row counts', () => {
    const weightsOf = (heavy: number) => Float64Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? heavy : 3));
    const fit = (sampleWeight: Float64Array) =>
      fitModel(name, params, train.X, targetOf(name), { seed: 5, sampleWeight });
    const plain = model.predictRows(fresh.X);
    const equal = fit(weightsOf(3)).predictRows(fresh.X);
    for (let i = 0; i < 50; i++) expect(equal[i]).toBeCloseTo(plain[i] as number, 6);
    expect(fit(weightsOf(300)).predictRows(fresh.X)).not.toEqual(plain);
  });

  test('importance finds the features that matter', () => {
    const { importance } = model;
    expect(importance.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    const useless = Math.max(importance[4]!, importance[5]!);
    expect(importance[0]).toBeGreaterThan(3 * useless);
  });

  test('a wrong width is refused', () => {
    const narrow = matrixOfColumns([Float32Array.of(1, 2)]);
    expect(() => model.predictRow(Float32Array.of(1))).toThrow(/reads 6 features, but a row has 1/);
    expect(() => model.predictRows(narrow)).toThrow(expect.objectContaining({ code: 'feature_mismatch' }) as Error);
  });
});

test('a classifier says probabilities and classes', () => {
  for (const name of ['classifier_log', 'classifier_rf'] as const) {
    const model = fitModel(name, {}, train.X, train.classes, { seed: 1 });
    if (model.kind !== 'classifier') throw new Error('not a classifier');
    const probability = model.predictProba(fresh.X);
    expect(probability.every((p) => p >= 0 && p <= 1)).toBe(true);
    expect(Array.from(model.predict(fresh.X))).toEqual(Array.from(probability, (p) => (p > 0.5 ? 1 : 0)));
  }
});

test('balanced classes move the mean probability to one half', () => {
  const rare = train.y.map((y) => (y > 2.5 ? 1 : 0));
  for (const name of ['classifier_log', 'classifier_rf'] as const) {
    const meanOf = (classWeight: 'balanced' | null) => {
      const p = fitModel(name, { ...PARAMS[name], classWeight }, train.X, rare, { seed: 1 }).predictRows(train.X);
      return p.reduce((sum, value) => sum + value, 0) / p.length;
    };
    expect(meanOf(null)).toBeLessThan(0.12);
    expect(meanOf('balanced')).toBeGreaterThan(2 * meanOf(null));
  }
});

test('trees learn where missing values go', () => {
  const informative = matrixOfColumns([
    Float32Array.from({ length: 1000 }, (_, i) => (i % 3 === 0 ? Number.NaN : i % 7)),
  ]);
  const y = Float64Array.from({ length: 1000 }, (_, i) => (i % 3 === 0 ? 5 : 0));
  const params = { nEstimators: 20, minSamplesLeaf: 5, maxFeatures: 1 };
  const model = fitModel('regressor_rf', params, informative, y, { seed: 1 });
  expect(model.predictRow(Float32Array.of(Number.NaN))).toBeCloseTo(5, 6);
  expect(model.predictRow(Float32Array.of(3))).toBeCloseTo(0, 6);
});

test('a forest with full trees on pure classes is sure', () => {
  const params = { nEstimators: 10, minSamplesLeaf: 1, maxDepth: null, maxFeatures: 1 };
  const X = matrixOfColumns([Float32Array.from({ length: 200 }, (_, i) => i)]);
  const y = Float64Array.from({ length: 200 }, (_, i) => (i < 100 ? 0 : 1));
  const model = fitModel('classifier_rf', params, X, y, { seed: 1 });
  expect(model.predictRow(Float32Array.of(10))).toBe(0);
  expect(model.predictRow(Float32Array.of(190))).toBe(1);
});

describe('boosting', () => {
  const params = { ...DEFAULT_PARAMS.regressor_gbr, minSamplesLeaf: 20, l2: 1, learningRate: 0.1 };

  test('logistic boosting finds probabilities', () => {
    const set = trainingSet('classifier', { X: train.X, y: train.classes });
    const { ensemble } = fitBoosting(logisticLoss, params, set, 3);
    let [loss, naive] = [0, 0];
    for (let row = 0; row < fresh.X.rows; row++) {
      const p = sigmoid(ensemble.predictRow(readRow(fresh.X, row)));
      loss -= Math.log(fresh.classes[row] === 1 ? p : 1 - p);
      naive += Math.log(2);
    }
    expect(loss / naive).toBeLessThan(0.75);
  });

  test('early stopping keeps the best trees, and none when nothing lasts', () => {
    const given = { ...params, nEstimators: 2000, validationFraction: 0.2 };
    const treesOf = (y: Float64Array) => {
      const { tensors } = fitModel('regressor_gbr', given, train.X, y, { seed: 1 }).toTensors();
      return tensors['roots']?.data.length as number;
    };
    expect(treesOf(train.y)).toBeGreaterThan(20);
    expect(treesOf(train.y)).toBeLessThan(1000);
    // A pattern of the first rows that turns round in the last ones.
    expect(treesOf(train.y.map((y, i) => (i < 3000 ? y : -y)))).toBe(0);
  });

  test('the held-back rows have no influence on the trees', () => {
    const given = { ...params, nEstimators: 5, nIterNoChange: 100, validationFraction: 0.25 };
    // Other values would give other bins; the signal stays, so that trees are kept.
    const spoilt = { ...train.X, data: train.X.data.map((value, i) => (i % 4000 < 3000 ? value : 1.5 * value)) };
    const stopped = trainingSet('regressor', { X: spoilt, y: train.y });
    const alone = trainingSet('regressor', { X: train.X, y: train.y, rows: { from: 0, to: 3000 } });
    const { ensemble } = fitBoosting(squaredLoss, given, stopped, 1);
    const expected = fitBoosting(squaredLoss, { ...given, validationFraction: null }, alone, 1).ensemble;
    const kept = ensemble.arrays.feature.length;
    expect(kept).toBeGreaterThan(0);
    expect(ensemble.arrays.split).toEqual(expected.arrays.split.slice(0, kept));
  });

  test('of a panel, rows are held back by their time, and their labels teach nothing', () => {
    // Five rows a time: the last quarter begins in the middle of time 599, whose rows are known at 602.
    const at = train.y.map((_, row) => Math.floor((row + 2) / 5));
    const times = { at, reach: 3 };
    const given = { ...params, nEstimators: 5, nIterNoChange: 100, validationFraction: 0.251 };
    expect(tailOf(given, Int32Array.from(at.keys()), times)).toEqual({ fitted: 2983, heldFrom: 2993 });
    const set = trainingSet('regressor', { X: train.X, y: train.y, times });
    const spoilt = trainingSet('regressor', {
      X: train.X,
      y: train.y.map((y, row) => (row < 2983 || row >= 2993 ? y : 1000 * y)),
      times,
    });
    const { ensemble } = fitBoosting(squaredLoss, given, set, 1);
    expect(ensemble.arrays.feature.length).toBeGreaterThan(0);
    expect(fitBoosting(squaredLoss, given, spoilt, 1).ensemble.arrays).toEqual(ensemble.arrays);
  });

  test('early stopping keeps apart what must not meet, on any panel', () => {
    const panel = fc.record({
      steps: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 60 }),
      reach: fc.integer({ min: 0, max: 5 }),
      validationFraction: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
    });
    fc.assert(
      fc.property(panel, ({ steps, reach, validationFraction }) => {
        const at = Float64Array.from(steps.flatMap((rows, time) => Array.from({ length: rows }, () => time)));
        const rows = Int32Array.from(at.keys());
        try {
          const { fitted, heldFrom } = tailOf({ validationFraction }, rows, { at, reach });
          expect(fitted).toBeGreaterThan(0);
          expect(rows.length - heldFrom).toBeGreaterThanOrEqual(Math.round(rows.length * validationFraction) || 1);
          expect(at[heldFrom - 1]! < at[heldFrom]!).toBe(true);
          expect(at[fitted - 1]! + reach <= at[heldFrom]!).toBe(true);
          // What is left out had to be.
          expect(fitted === heldFrom || at[fitted]! + reach > at[heldFrom]!).toBe(true);
        } catch (error) {
          if (!isPavioError(error, 'not_enough_data')) throw error;
        }
      }),
    );
  });

  test('a leaf limit holds', () => {
    const given = { ...params, maxDepth: null, maxLeaves: 5, nEstimators: 10 };
    const { tensors } = fitModel('regressor_gbr', given, train.X, train.y, { seed: 1 }).toTensors();
    // Five leaves and four splits a tree.
    expect(tensors['feature']?.data).toHaveLength(90);
  });
});

describe('what cannot be fitted is refused by name', () => {
  const X = matrixOfColumns([Float32Array.of(1, 2, 3, 4)]);
  const y = Float64Array.of(0, 1, 0, 1);
  const DEPTH: object = { depth: 3 };
  const fit = (...args: Parameters<typeof fitModel>) => {
    try {
      fitModel(...args);
    } catch (error) {
      return error instanceof PavioError ? `${error.code}: ${error.message}` : error;
    }
    return 'fitted';
  };

  test.each([
    ['bad_config: The model regressor_lin has no parameter "depth".', ['regressor_lin', DEPTH, X, y]],
    ['bad_config: The parameter "alpha" of regressor_lin is -1,', ['regressor_lin', { alpha: -1 }, X, y]],
    ['bad_config: The parameter "C" of classifier_log is 0,', ['classifier_log', { C: 0 }, X, y]],
    ['bad_config: The parameter "maxFeatures" of regressor_rf is 1.5,', ['regressor_rf', { maxFeatures: 1.5 }, X, y]],
    ['bad_config: The parameter "maxLeaves" of regressor_gbr is 1,', ['regressor_gbr', { maxLeaves: 1 }, X, y]],
    ['bad_config: The parameter "alpha" of regressor_gbr is 1,', ['regressor_gbr', { alpha: 1 }, X, y]],
    [
      'bad_config: The parameter "loss" of regressor_gbr is "l1", not one of squared, absolute, huber, quantile.',
      ['regressor_gbr', { loss: 'l1' as 'squared' }, X, y],
    ],
    ['bad_config: The parameter "nEstimators" of regressor_gbr is 1.5,', ['regressor_gbr', { nEstimators: 1.5 }, X, y]],
    ['bad_features: There are 4 rows of features but 3 targets.', ['regressor_lin', {}, X, y.slice(1)]],
    [
      'bad_features: The target of row 1 is NaN, not a finite number.',
      ['regressor_lin', {}, X, Float64Array.of(0, Number.NaN, 0, 1)],
    ],
    ['bad_features: The target of row 0 is 0.5, not 0 or 1.', ['classifier_rf', {}, X, Float64Array.of(0.5, 1, 0, 1)]],
    ['not_enough_data: All 4 training rows are of class 1.', ['classifier_rf', {}, X, Float64Array.of(1, 1, 1, 1)]],
    [
      'bad_features: Feature column 0 is infinite in row 1.',
      ['regressor_lin', {}, matrixOfColumns([Float32Array.of(1, Infinity)]), Float64Array.of(1, 2)],
    ],
    [
      'bad_features: A matrix of 4 rows and 2 columns has 4 cells.',
      ['regressor_lin', {}, { ...X, columns: 2 }, Float64Array.of(1, 2, 3, 4)],
    ],
  ] as const)('%s', (message, [name, params, matrix, target]) => {
    expect(fit(name, params, matrix, target, { seed: 1 })).toMatch(message);
  });

  test('rows and weights', () => {
    const target = Float64Array.of(1, 2, 3, 4);
    const at = (options: object) => fit('regressor_lin', {}, X, target, { seed: 1, ...options });
    expect(at({ rows: { from: 0, to: 5 } })).toMatch('bad_input: The row range [0, 5)');
    expect(at({ rows: Int32Array.of(0, 4) })).toMatch('bad_input: Row 4 is not one of the 4 rows.');
    expect(at({ rows: { from: 1, to: 2 } })).toMatch('not_enough_data');
    expect(at({ sampleWeight: Float64Array.of(1, 0, 1, 1) })).toMatch('bad_input: The weight of row 1 is 0');
    expect(at({ sampleWeight: Float64Array.of(1) })).toMatch('bad_input: There are 4 rows but 1 weights.');
  });
});

test('parameters are defaults where they are not given', () => {
  expect(resolveParams('regressor_gbr', { maxDepth: null })).toEqual({
    ...DEFAULT_PARAMS.regressor_gbr,
    maxDepth: null,
  });
  expect(JSON.parse(JSON.stringify(DEFAULT_PARAMS))).toEqual(DEFAULT_PARAMS);
  for (const name of MODEL_NAMES)
    expect(resolveParams(name, { ...DEFAULT_PARAMS[name] })).toEqual(DEFAULT_PARAMS[name]);
});

test('the defaults shrink: a thousand rows of pure noise give forecasts near the constant', () => {
  const noise = synthetic(3, 1000, 6, 30);
  for (const name of ['regressor_lin', 'regressor_gbr', 'regressor_rf'] as const) {
    const predicted = fitModel(name, {}, noise.X, noise.y, { seed: 1 }).predictRows(noise.X);
    // The targets' standard deviation is 30.
    expect(Math.max(...predicted) - Math.min(...predicted)).toBeLessThan(15);
    expect(new Set(predicted).size).toBeGreaterThan(1);
  }
});
