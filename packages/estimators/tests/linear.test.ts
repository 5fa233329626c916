import { describe, expect, test } from 'vitest';
import { fitModel } from '../src/fit.ts';
import { gramMatrix, solvePositiveDefinite, symmetricEigen } from '../src/linear/algebra.ts';
import { fitLogistic } from '../src/linear/logistic.ts';
import { fitRidge } from '../src/linear/ridge.ts';
import { sigmoid } from '../src/log-odds.ts';
import { type Matrix, matrixOfColumns } from '../src/matrix.ts';
import { createRandom } from '../src/random.ts';
import { trainingSet } from '../src/training-set.ts';
import { gauss, synthetic } from './synthetic.ts';

const ONE = { classWeight: null, C: 1 } as const;

/** Gaussian elimination with partial pivoting: nothing in common with the code under test. */
function eliminate(matrix: number[][], right: number[]): number[] {
  const n = right.length;
  const a = matrix.map((row, i) => [...row, right[i] as number]);
  for (let k = 0; k < n; k++) {
    const pivot = a.slice(k).reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(a[best]![k]!) ? i + k : best), k);
    [a[k], a[pivot]] = [a[pivot]!, a[k]!];
    for (let i = k + 1; i < n; i++) {
      const factor = a[i]![k]! / a[k]![k]!;
      for (let j = k; j <= n; j++) a[i]![j]! -= factor * a[k]![j]!;
    }
  }
  const x = Array.from({ length: n }, () => 0);
  for (let i = n - 1; i >= 0; i--) {
    const known = x.reduce((sum, value, j) => (j > i ? sum + a[i]![j]! * value : sum), 0);
    x[i] = (a[i]![n]! - known) / a[i]![i]!;
  }
  return x;
}

/** Intercept and slopes on raw features by the normal equations with an intercept column. */
function normalEquations(X: Matrix, y: Float64Array, weight: Float64Array, penalties: readonly number[]): number[] {
  const p = X.columns + 1;
  const cell = (row: number, j: number) => (j === 0 ? 1 : (X.data[(j - 1) * X.rows + row] as number));
  const matrix = Array.from({ length: p }, () => Array.from({ length: p }, () => 0));
  const right = Array.from({ length: p }, () => 0);
  for (let row = 0; row < X.rows; row++) {
    for (let i = 0; i < p; i++) {
      const scaled = weight[row]! * cell(row, i);
      right[i]! += scaled * y[row]!;
      for (let j = 0; j < p; j++) matrix[i]![j]! += scaled * cell(row, j);
    }
  }
  for (let j = 1; j < p; j++) matrix[j]![j]! += penalties[j - 1]!;
  return eliminate(matrix, right);
}

function rawForm(model: ReturnType<typeof fitRidge>): number[] {
  const { coefficients, means, scales, intercept } = model.arrays;
  const slopes = Array.from(coefficients, (coefficient, c) => coefficient / scales[c]!);
  return [slopes.reduce((sum, slope, c) => sum - slope * means[c]!, intercept), ...slopes];
}

function correlated(rows: number): { X: Matrix; y: Float64Array; weight: Float64Array } {
  const { X, y } = synthetic(3, rows, 6);
  const random = createRandom(8);
  for (let row = 0; row < rows; row++) {
    X.data[5 * rows + row] = 0.9 * X.data[row]! + 0.1 * X.data[5 * rows + row]! + 4;
    X.data[rows + row]! *= 100;
  }
  return { X, y, weight: Float64Array.from({ length: rows }, () => 0.5 + random.next()) };
}

describe('ridge', () => {
  test.each([{ weighted: false }, { weighted: true }])(
    'least squares solves the normal equations ($weighted)',
    ({ weighted }) => {
      const { X, y, weight } = correlated(400);
      const weights = weighted ? { sampleWeight: weight } : {};
      const model = fitRidge({ alpha: 0 }, trainingSet('regressor', { X, y, ...weights }));
      const expected = normalEquations(X, y, weighted ? weight : new Float64Array(400).fill(1), [0, 0, 0, 0, 0, 0]);
      for (const [j, value] of rawForm(model).entries()) expect(value).toBeCloseTo(expected[j] as number, 9);
    },
  );

  test('a penalty on standardised features is one on raw features times their variance', () => {
    const { X, y } = correlated(400);
    const model = fitRidge({ alpha: 50 }, trainingSet('regressor', { X, y }));
    const penalties = Array.from(model.arrays.scales, (scale) => 50 * scale ** 2);
    const expected = normalEquations(X, y, new Float64Array(400).fill(1), penalties);
    for (const [j, value] of rawForm(model).entries()) expect(value).toBeCloseTo(expected[j] as number, 9);
  });

  test('with dependent columns least squares takes the solution of least norm', () => {
    const { X, y } = synthetic(4, 300, 4);
    const column = (c: number) => X.data.slice(c * 300, (c + 1) * 300);
    // The second is there twice, and a constant column says nothing.
    const doubled = matrixOfColumns([column(0), column(1), column(1), new Float32Array(300).fill(7)]);
    const model = fitRidge({ alpha: 0 }, trainingSet('regressor', { X: doubled, y }));
    const plain = fitRidge({ alpha: 0 }, trainingSet('regressor', { X: matrixOfColumns([column(0), column(1)]), y }));
    const [a, b, c, d] = model.arrays.coefficients as unknown as [number, number, number, number];
    expect(a).toBeCloseTo(plain.arrays.coefficients[0] as number, 9);
    expect(b).toBeCloseTo((plain.arrays.coefficients[1] as number) / 2, 9);
    expect(c).toBeCloseTo(b, 12);
    expect(d).toBe(0);
  });

  test('more columns than rows interpolate, and nothing is NaN', () => {
    const { X, y } = synthetic(5, 8, 20);
    const model = fitModel('regressor_lin', { alpha: 0 }, X, y, { seed: 0 });
    for (const [row, value] of model.predict(X).entries()) expect(value).toBeCloseTo(y[row] as number, 8);
  });

  test('a missing or infinite value counts as the training mean', () => {
    const { X, y } = synthetic(6, 200, 4, 1, 0.2);
    const model = fitModel('regressor_lin', { alpha: 1 }, X, y, { seed: 0 });
    const { means } = fitRidge({ alpha: 1 }, trainingSet('regressor', { X, y })).arrays;
    const present = X.data.slice(600).filter((value) => !Number.isNaN(value));
    expect(means[3]).toBeCloseTo(present.reduce((sum, value) => sum + value, 0) / present.length, 12);
    const missing = model.predictRow(Float32Array.of(1, 1, 1, Number.NaN));
    expect(missing).toBeCloseTo(model.predictRow(Float32Array.of(1, 1, 1, means[3] as number)), 6);
    expect(model.predictRow(Float32Array.of(1, 1, 1, Infinity))).toBe(missing);
  });
});

describe('logistic', () => {
  test.each([
    { C: 1, classWeight: null },
    { C: 0.001, classWeight: null },
    { C: 1e6, classWeight: 'balanced' },
  ] as const)('the gradient is zero at the solution (C $C, $classWeight)', (params) => {
    const { X, y } = correlated(500);
    const classes = y.map((value) => (value > 0.8 ? 1 : 0));
    const { intercept, coefficients, means, scales } = fitLogistic(
      params,
      trainingSet('classifier', { X, y: classes }),
    ).arrays;
    const ones = classes.reduce((sum, c) => sum + c, 0);
    const balance = [500 / (2 * (500 - ones)), 500 / (2 * ones)] as const;
    const gradient = new Float64Array(7);
    for (let row = 0; row < 500; row++) {
      const z = Array.from(coefficients, (_, c) => (X.data[c * 500 + row]! - means[c]!) / scales[c]!);
      const score = z.reduce((sum, value, c) => sum + value * coefficients[c]!, intercept);
      const weight = params.classWeight === 'balanced' ? balance[classes[row] === 1 ? 1 : 0] : 1;
      const residual = weight * (sigmoid(score) - classes[row]!);
      for (const [c, value] of z.entries()) gradient[c]! += residual * value;
      gradient[6]! += residual;
    }
    for (const [c, coefficient] of coefficients.entries()) gradient[c]! += coefficient / params.C;
    for (const component of gradient) expect(Math.abs(component)).toBeLessThan(1e-6);
  });

  test('separable classes have a finite solution', () => {
    const X = matrixOfColumns([Float32Array.from({ length: 50 }, (_, i) => i)]);
    const y = Float64Array.from({ length: 50 }, (_, i) => (i < 25 ? 0 : 1));
    const model = fitModel('classifier_log', { C: 1e4 }, X, y, { seed: 0 });
    expect(Array.from(model.predict(X))).toEqual(Array.from(y));
    expect(model.predictRow(Float32Array.of(1e6))).toBe(1);
  });

  test('features that say nothing give the share of ones', () => {
    const X = matrixOfColumns([new Float32Array(10).fill(3), new Float32Array(10).fill(Number.NaN)]);
    const y = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 1, 0, 0);
    const probability = fitLogistic(ONE, trainingSet('classifier', { X, y })).predictRow(Float32Array.of(1, 1));
    expect(sigmoid(probability)).toBeCloseTo(0.3, 9);
  });
});

describe('algebra', () => {
  test('eigenvectors rebuild the matrix', () => {
    const random = createRandom(1);
    const columns = Array.from({ length: 9 }, () => Float64Array.from({ length: 30 }, () => gauss(random)));
    const gram = gramMatrix(columns, undefined);
    const { values, vectors } = symmetricEigen(gram, 9);
    for (let i = 0; i < 9; i++) {
      for (let j = 0; j < 9; j++) {
        let rebuilt = 0;
        for (let k = 0; k < 9; k++) rebuilt += vectors[i * 9 + k]! * values[k]! * vectors[j * 9 + k]!;
        expect(rebuilt).toBeCloseTo(gram[i * 9 + j] as number, 10);
      }
    }
  });

  test('a matrix that is not positive definite has no Cholesky solution', () => {
    expect(solvePositiveDefinite(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1))).toBeUndefined();
    const solution = solvePositiveDefinite(Float64Array.of(4, 2, 2, 3), Float64Array.of(10, 8)) as Float64Array;
    expect(solution[0]).toBeCloseTo(1.75, 12);
    expect(solution[1]).toBeCloseTo(1.5, 12);
  });
});
