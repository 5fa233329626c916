import { expect, test } from 'vitest';
import { fitModel } from '../src/fit.ts';
import { synthetic } from './synthetic.ts';

const { X, y, classes } = synthetic(1, 3000, 6);
const fresh = synthetic(2, 3000, 6);
const params = { nEstimators: 60, maxDepth: null, minSamplesLeaf: 1, oobScore: true };

test('a forest is judged out of its bags as it is on new rows', () => {
  const model = fitModel('regressor_rf', params, X, y, { seed: 1 });
  if (model.outOfBag?.kind !== 'regressor') throw new Error('no score');
  const predicted = model.predictRows(fresh.X);
  const mean = fresh.y.reduce((sum, value) => sum + value, 0) / 3000;
  const error = fresh.y.reduce((sum, value, row) => sum + (value - predicted[row]!) ** 2, 0);
  const spread = fresh.y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  expect(model.outOfBag.rows).toBe(3000);
  expect(Math.abs(model.outOfBag.r2 - (1 - error / spread))).toBeLessThan(0.04);
});

test('noise that a forest has learnt by heart is worth nothing out of its bags', () => {
  const noise = synthetic(3, 3000, 6);
  const value = fitModel('regressor_rf', params, X, noise.y, { seed: 1 });
  const chance = fitModel('classifier_rf', params, X, noise.classes, { seed: 1 });
  if (value.outOfBag?.kind !== 'regressor' || chance.outOfBag?.kind !== 'classifier') throw new Error('no score');
  expect(value.outOfBag.r2).toBeLessThan(0.02);
  expect(Math.abs(chance.outOfBag.accuracy - 0.5)).toBeLessThan(0.04);
  expect(chance.outOfBag.logLoss).toBeGreaterThan(Math.log(2));
  expect(chance.outOfBag.brier).toBeGreaterThan(0.25);
});

test('rows that every tree drew are not judged', () => {
  const model = fitModel('classifier_rf', { ...params, nEstimators: 1 }, X, classes, { seed: 1 });
  // One tree leaves out (1 - 1/n)^n of the rows.
  expect(Math.abs((model.outOfBag?.rows ?? 0) / 3000 - Math.exp(-1))).toBeLessThan(0.03);
});

test('nobody asked, nothing is said, and the trees are the same', () => {
  const asked = fitModel('regressor_rf', { ...params, nEstimators: 3 }, X, y, { seed: 1 });
  const plain = fitModel('regressor_rf', { ...params, nEstimators: 3, oobScore: false }, X, y, { seed: 1 });
  expect(plain.outOfBag).toBeUndefined();
  expect(plain.toTensors().tensors).toEqual(asked.toTensors().tensors);
});
