import { describe, expect, test } from 'vitest';
import { createMatrix } from '../src/matrix.ts';
import { type BoostingParams, DEFAULT_PARAMS, type ForestParams } from '../src/params.ts';
import { createRandom } from '../src/random.ts';
import { trainingSet } from '../src/training-set.ts';
import { fitBoosting } from '../src/tree/boosting.ts';
import type { CreateGrower } from '../src/tree/create-grower.ts';
import { fitForest } from '../src/tree/forest.ts';
import { logisticLoss, squaredLoss } from '../src/tree/losses.ts';
import { PlainGrower } from '../src/tree/plain-grower.ts';
import { regressionLoss } from '../src/tree/robust-losses.ts';
import { WasmGrower } from '../src/tree/wasm-grower.ts';
import { gauss } from './synthetic.ts';

/** Continuous, few-valued, constant and partly missing columns: 13, so that the last octet is not full. */
function hardSet(rows: number, columns = 13) {
  const random = createRandom(rows);
  const X = createMatrix(rows, columns);
  for (let i = 0; i < X.data.length; i++) {
    const column = Math.floor(i / rows);
    const value = column % 3 === 0 ? random.integer(6) : column === 7 ? 1 : gauss(random);
    X.data[i] = column % 2 === 0 && random.next() < 0.05 ? Number.NaN : value;
  }
  const cell = (row: number, column: number) => X.data[column * rows + row] || 0;
  const y = Float64Array.from(
    { length: rows },
    (_, r) => cell(r, 0) + Math.sign(cell(r, 1)) * cell(r, 2) + gauss(random),
  );
  const sampleWeight = Float64Array.from({ length: rows }, () => random.next() + 0.1);
  return { X, y, classes: y.map((value) => (value > 1 ? 1 : 0)), sampleWeight };
}

const plain: CreateGrower = (...args) => new PlainGrower(...args);
const wasm: CreateGrower = (...args) => new WasmGrower(...args);

describe('compiled and plain trees are the same, bit for bit', () => {
  const { X, y, classes, sampleWeight } = hardSet(3000);
  const deep = { nEstimators: 3, maxDepth: null, minSamplesLeaf: 1 };
  const sets = {
    plain: { regressor: { X, y }, classifier: { X, y: classes } },
    weighted: { regressor: { X, y, sampleWeight }, classifier: { X, y: classes, sampleWeight } },
  };

  const forests: [keyof typeof sets, 'regressor' | 'classifier', Partial<ForestParams>][] = [
    ['plain', 'regressor', { ...deep, maxFeatures: 1 }],
    ['plain', 'regressor', { ...deep, maxFeatures: 1, minSamplesLeaf: 4 }],
    ['plain', 'regressor', { ...deep, maxFeatures: 1, maxDepth: 9 }],
    ['weighted', 'regressor', { ...deep, maxFeatures: 1 }],
    ['plain', 'regressor', { ...deep, minSamplesLeaf: 20 }],
    ['plain', 'classifier', deep],
    ['plain', 'classifier', { ...deep, maxFeatures: 1 }],
    ['plain', 'classifier', { ...deep, classWeight: 'balanced' }],
    ['weighted', 'regressor', { ...deep, oobScore: true }],
    ['weighted', 'classifier', { ...deep, maxFeatures: 0.1 }],
  ];
  test.each(forests)('%s rows, %s forest, %o', (weights, kind, given) => {
    const params = { ...DEFAULT_PARAMS.regressor_rf, ...given };
    const set = trainingSet(kind, sets[weights][kind]);
    const [expected, actual] = [plain, wasm].map((create) => fitForest(kind, params, set, 5, { create }));
    expect(actual?.ensemble.arrays.feature.length).toBeGreaterThan(100);
    expect(actual).toEqual(expected);
  });

  const leafwise = { maxDepth: null, maxLeaves: 31, minSamplesLeaf: 20 };
  const boostings: [keyof typeof sets, 'regressor' | 'classifier', Partial<BoostingParams>][] = [
    ['plain', 'regressor', {}],
    ['plain', 'regressor', { ...leafwise, subsample: 1 }],
    ['weighted', 'regressor', leafwise],
    ['plain', 'regressor', { maxDepth: null, minSamplesLeaf: 1, validationFraction: 0.2, nIterNoChange: 3 }],
    ['plain', 'classifier', { maxDepth: 6, minSamplesLeaf: 5 }],
    ['plain', 'regressor', { loss: 'absolute', minSamplesLeaf: 5 }],
    ['plain', 'regressor', { ...leafwise, loss: 'quantile', alpha: 0.3 }],
    ['weighted', 'regressor', { loss: 'huber', subsample: 1, minSamplesLeaf: 5, validationFraction: 0.2 }],
    ['weighted', 'classifier', leafwise],
  ];
  test.each(boostings)('%s rows, boosting of a %s, %o', (weights, kind, given) => {
    const params = { ...DEFAULT_PARAMS.regressor_gbr, nEstimators: 12, learningRate: 0.1, l2: 1, ...given };
    const lossOf = () => (kind === 'regressor' ? regressionLoss(params) : logisticLoss);
    const set = trainingSet(kind, sets[weights][kind]);
    const [expected, actual] = [plain, wasm].map((create) => fitBoosting(lossOf(), params, set, 5, { create }));
    expect(actual?.ensemble.arrays.feature.length).toBeGreaterThan(50);
    expect(actual).toEqual(expected);
  });
});

describe('where subtrees are grown on copies of their rows, trees are the same, too', () => {
  const { X, y, classes, sampleWeight } = hardSet(33_000, 5);
  const large: ['regressor' | 'classifier', Parameters<typeof trainingSet>[1], Partial<ForestParams>][] = [
    ['regressor', { X, y }, { maxFeatures: 1, maxDepth: null }],
    ['regressor', { X, y, sampleWeight }, { maxFeatures: 1, maxDepth: 9 }],
    ['classifier', { X, y: classes }, { maxFeatures: 'sqrt', maxDepth: null }],
  ];
  test.each(large)('%s', (kind, input, given) => {
    const params = { ...DEFAULT_PARAMS.regressor_rf, nEstimators: 1, minSamplesLeaf: 1, oobScore: true, ...given };
    const set = trainingSet(kind, input);
    const [expected, actual] = [plain, wasm].map((create) => fitForest(kind, params, set, 5, { create }));
    expect(actual?.ensemble.arrays).toEqual(expected?.ensemble.arrays);
    expect(actual?.outOfBag).toEqual(expected?.outOfBag);
  });
});

test('two rows, one feature', () => {
  const set = trainingSet('regressor', {
    X: { rows: 2, columns: 1, data: Float32Array.of(1, 2) },
    y: Float64Array.of(0, 1),
  });
  const params = { ...DEFAULT_PARAMS.regressor_gbr, minSamplesLeaf: 1, l2: 0, subsample: 1, nEstimators: 3 };
  const [expected, actual] = [plain, wasm].map((create) => fitBoosting(squaredLoss, params, set, 5, { create }));
  expect(actual).toEqual(expected);
  expect(actual?.ensemble.arrays.feature).toEqual(Int16Array.of(0, -1, -1, 0, -1, -1, 0, -1, -1));
});
