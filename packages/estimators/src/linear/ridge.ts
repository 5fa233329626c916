import type { RidgeParams } from '../params.ts';
import type { TrainingSet } from '../training-set.ts';
import { columnProducts, gramMatrix, linearScores, symmetricEigen } from './algebra.ts';
import { LinearFunction } from './model.ts';
import { standardise } from './standardise.ts';

/**
 * Directions of the standardised features whose variance is below this share of the largest are left out when there is
 * no penalty: features are float32 (relative rounding 6e-8, squared 4e-15), so what they say is rounding noise.
 */
const RANK_TOLERANCE = 1e-12;

/**
 * Corrections of the solution by its own residuals. The normal equations square the condition number, so the first
 * solution of nearly dependent columns is good to few digits; each correction multiplies them (Björck 1996, section 2.9),
 * and at the rank tolerance two reach what the rows themselves determine.
 */
const REFINEMENTS = 2;

/**
 * Ridge regression: minimises `sum w (y - b0 - x b)^2 + alpha * |b|^2` over standardised features, the intercept free
 * (Hoerl and Kennard 1970). `alpha = 0` is ordinary least squares; where the columns are linearly dependent it gives
 * the solution with the least |b| (the pseudo-inverse).
 */
export function fitRidge(params: RidgeParams, set: TrainingSet): LinearFunction {
  const { alpha } = params;
  const { weight, target } = set;
  const rows = standardise(set);
  let total = 0;
  let sum = 0;
  for (let i = 0; i < target.length; i++) {
    total += weight[i]!;
    sum += weight[i]! * target[i]!;
  }
  // Missing values were set to the mean, so the columns' weighted sums are zero and the intercept is the target's mean.
  const intercept = sum / total;
  const solve = normalSolver(gramMatrix(rows.columns, set.weighted ? weight : undefined), rows.columns.length, alpha);
  const coefficients = new Float64Array(rows.columns.length);
  for (let round = 0; round <= REFINEMENTS; round++) {
    const scores = linearScores(rows.columns, coefficients);
    const residuals = target.map((y, i) => weight[i]! * (y - intercept - scores[i]!));
    const gradient = columnProducts(rows.columns, residuals).map((product, j) => product - alpha * coefficients[j]!);
    for (const [j, step] of solve(gradient).entries()) coefficients[j]! += step;
  }
  return new LinearFunction({ intercept, coefficients, means: rows.means, scales: rows.scales });
}

/** Solves `(gram + alpha) x = right` in the directions that the features vary in; x is 0 in the others. */
function normalSolver(gram: Float64Array, size: number, alpha: number): (right: Float64Array) => Float64Array {
  const { values, vectors } = symmetricEigen(gram, size);
  const floor = alpha > 0 ? Number.NEGATIVE_INFINITY : RANK_TOLERANCE * Math.max(...values);
  return (right) => {
    const solution = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      const value = Math.max(0, values[k]!);
      if (value <= floor) continue;
      let projection = 0;
      for (let j = 0; j < size; j++) projection += vectors[j * size + k]! * right[j]!;
      const length = projection / (value + alpha);
      for (let j = 0; j < size; j++) solution[j]! += length * vectors[j * size + k]!;
    }
    return solution;
  };
}
