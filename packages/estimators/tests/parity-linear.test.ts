import { askScikitLearn, largestDifference, type ReferenceProblem, scikitLearn } from '@pavio/estimators/testing';
import { describe, expect, test } from 'vitest';
import { fitLogistic } from '../src/linear/logistic.ts';
import type { LinearFunction } from '../src/linear/model.ts';
import { fitRidge } from '../src/linear/ridge.ts';
import { sigmoid } from '../src/log-odds.ts';
import { createMatrix, type Matrix } from '../src/matrix.ts';
import { createRandom } from '../src/random.ts';
import { trainingSet } from '../src/training-set.ts';
import { gauss } from './synthetic.ts';

const python = await scikitLearn();

/**
 * Least squares and ridge: the same direct solution by another route (they: singular values of the rows; we: of the
 * normal equations, refined), so that only rounding is between us.
 */
const DIRECT = 1e-8;
/** Logistic: both iterate until the gradient is nothing; twice its norm over the smallest curvature is left. */
const ITERATED = 1e-5;

interface Truth {
  readonly slopes: readonly number[];
  readonly intercept: number;
}

interface Known extends ReferenceProblem {
  readonly sampleWeight: Float64Array;
  readonly truth: Truth;
}

/** Features on scales from 1e-3 to 1e3 that share a factor, around means far from zero; `y` is a line plus noise. */
function known(seed: number, rows: number, columns: number, noise: number): Known {
  const random = createRandom(seed);
  const X = createMatrix(rows, columns);
  const slopes = Array.from({ length: columns }, (_, c) => gauss(random) / 10 ** ((c % 7) - 3));
  for (let row = 0; row < rows; row++) {
    const factor = gauss(random);
    for (let c = 0; c < columns; c++) {
      const scale = 10 ** ((c % 7) - 3);
      X.data[c * rows + row] = scale * (3 + 0.7 * factor + gauss(random));
    }
  }
  const intercept = gauss(random);
  const y = scoresOf(X, { slopes, intercept }).map((score) => score + noise * gauss(random));
  return { X, y, sampleWeight: y.map(() => 0.1 + random.next()), truth: { slopes, intercept } };
}

function scoresOf(X: Matrix, { slopes, intercept }: Truth): Float64Array {
  return Float64Array.from({ length: X.rows }, (_, row) =>
    slopes.reduce((sum, slope, c) => sum + slope * X.data[c * X.rows + row]!, intercept),
  );
}

function ridge(problem: ReferenceProblem, alpha: number): LinearFunction {
  return fitRidge({ alpha }, trainingSet('regressor', problem));
}

describe.skipIf(python.missing !== '')(`against scikit-learn${python.missing}`, () => {
  test('least squares and ridge, with weights and without', async () => {
    const weighted = known(1, 1500, 12, 1);
    const plain = { X: weighted.X, y: weighted.y };
    const alphas = [0, 1e-3, 1, 4500] as const;
    for (const problem of [plain, weighted]) {
      const answers = await askScikitLearn(
        python.path,
        problem,
        alphas.map((alpha) => ({ ask: 'ridge', alpha })),
      );
      for (const [i, alpha] of alphas.entries())
        expect(largestDifference(ridge(problem, alpha).arrays, answers[i]!)).toBeLessThan(DIRECT);
    }
  });

  test('features that nearly repeat each other: the worst that float32 can tell apart', async () => {
    for (const apart of [1e-3, 1e-4, 1e-5]) {
      const { X, y } = known(2, 1200, 6, 1);
      const random = createRandom(77);
      for (let row = 0; row < X.rows; row++) {
        X.data[5 * X.rows + row] = gauss(random);
        X.data[4 * X.rows + row] = X.data[5 * X.rows + row]! + apart * gauss(random);
      }
      const [answer] = await askScikitLearn(python.path, { X, y }, [{ ask: 'ridge', alpha: 0 }]);
      expect(largestDifference(ridge({ X, y }, 0).arrays, answer)).toBeLessThan(DIRECT);
    }
  });

  test('dependent, doubled and constant columns: the solution of least norm', async () => {
    const { X, y, sampleWeight } = known(3, 400, 9, 1);
    const column = (c: number) => X.data.subarray(c * X.rows, (c + 1) * X.rows);
    column(6).set(column(0));
    column(7).set(column(1).map((value, row) => value + 1e-3 * column(2)[row]!));
    column(8).fill(7);
    // The cut is ours: what varies less, relative to the most, is the rounding of float32.
    const question = { ask: 'least-norm', rcond: 1e-6 } as const;
    for (const problem of [
      { X, y },
      { X, y, sampleWeight },
    ]) {
      const [answer] = await askScikitLearn(python.path, problem, [question]);
      expect(largestDifference(ridge(problem, 0).arrays, answer)).toBeLessThan(DIRECT);
    }
  });

  test('more columns than rows: the solution of least norm', async () => {
    const { X, y } = known(4, 30, 50, 1);
    const [answer] = await askScikitLearn(python.path, { X, y }, [{ ask: 'least-norm', rcond: 1e-6 }]);
    expect(largestDifference(ridge({ X, y }, 0).arrays, answer)).toBeLessThan(DIRECT);
  });

  test('missing values', async () => {
    const { X, y, sampleWeight } = known(5, 500, 6, 1);
    const random = createRandom(5);
    for (let i = 0; i < X.data.length; i++) if (random.next() < 0.1) X.data[i] = Number.NaN;
    const [answer] = await askScikitLearn(python.path, { X, y, sampleWeight }, [{ ask: 'ridge', alpha: 10 }]);
    expect(largestDifference(ridge({ X, y, sampleWeight }, 10).arrays, answer)).toBeLessThan(DIRECT);
  });

  test('logistic, with class weights, row weights and neither', async () => {
    const { X, y, sampleWeight } = known(6, 1500, 8, 1);
    const random = createRandom(9);
    const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
    const spread = Math.sqrt(y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / y.length);
    // One in ten or so is of class 1, and not by a hard line.
    const classes = y.map((value) => (random.next() < sigmoid((2 * (value - mean)) / spread - 3) ? 1 : 0));
    const questions = [1e-3, 1, 1e4].flatMap((C) =>
      ([null, 'balanced'] as const).map((classWeight) => ({ ask: 'logistic', C, classWeight }) as const),
    );
    for (const problem of [
      { X, y: classes },
      { X, y: classes, sampleWeight },
    ]) {
      const answers = await askScikitLearn(python.path, problem, questions);
      for (const [i, { C, classWeight }] of questions.entries()) {
        const model = fitLogistic({ C, classWeight }, trainingSet('classifier', problem));
        expect(largestDifference(model.arrays, answers[i]!)).toBeLessThan(ITERATED);
      }
    }
  });

  test('logistic with dependent columns', async () => {
    const { X, y } = known(7, 400, 6, 1);
    X.data.copyWithin(5 * X.rows, 0, X.rows);
    const median = y.toSorted()[200]!;
    const classes = y.map((value) => (value > median ? 1 : 0));
    const params = { C: 0.01, classWeight: null };
    const [answer] = await askScikitLearn(python.path, { X, y: classes }, [{ ask: 'logistic', ...params }]);
    const model = fitLogistic(params, trainingSet('classifier', { X, y: classes }));
    expect(largestDifference(model.arrays, answer)).toBeLessThan(ITERATED);
  });
});

describe('against the truth', () => {
  test('least squares finds the line, to the rounding of float32 features without noise', () => {
    const { X, y, truth } = known(8, 500, 10, 0);
    const { coefficients, means, scales, intercept } = ridge({ X, y }, 0).arrays;
    const slopes = Array.from(coefficients, (coefficient, c) => coefficient / scales[c]!);
    for (const [c, slope] of slopes.entries()) expect(slope / truth.slopes[c]!).toBeCloseTo(1, 8);
    const atZero = slopes.reduce((sum, slope, c) => sum - slope * means[c]!, intercept);
    expect(atZero).toBeCloseTo(truth.intercept, 6);
  });

  test('logistic finds the slopes that made the classes, within four standard errors', () => {
    const rows = 20_000;
    const random = createRandom(11);
    const X = createMatrix(rows, 4);
    for (let i = 0; i < X.data.length; i++) X.data[i] = gauss(random);
    const truth = { slopes: [1, -0.5, 0.25, 0], intercept: -0.4 };
    const y = scoresOf(X, truth).map((score) => (random.next() < sigmoid(score) ? 1 : 0));
    const model = fitLogistic({ C: 1e6, classWeight: null }, trainingSet('classifier', { X, y }));
    const { coefficients, scales } = model.arrays;
    // Fisher information a row is the mean of p (1 - p): above 0.17 for these scores.
    const standardError = 1 / Math.sqrt(0.17 * rows);
    for (const [c, slope] of truth.slopes.entries()) {
      expect(Math.abs(coefficients[c]! / scales[c]! - slope)).toBeLessThan(4 * standardError);
    }
  });
});
