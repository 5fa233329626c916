import { PavioError } from '@pavio/core';
import { sigmoid, softplus } from '../log-odds.ts';
import type { LogisticParams } from '../params.ts';
import { balanceClasses, type TrainingSet } from '../training-set.ts';
import { columnProducts, gramMatrix, linearScores, solvePositiveDefinite } from './algebra.ts';
import { LinearFunction } from './model.ts';
import { standardise } from './standardise.ts';

/** Converged when no component of the gradient exceeds this share of the rows' total weight. */
const GRADIENT_TOLERANCE = 1e-9;
/**
 * Where a step promises less than this share of the objective, rounding hides whether it helped: it is taken whole, as so
 * close to the solution Newton's method needs no halving.
 */
const TOO_SMALL_TO_SEE = 1e-12;
const SHORTEST_STEP = 1e-10;
const MAX_STEPS = 100;

/**
 * Logistic regression with an L2 penalty: minimises `sum w * loss(y, b0 + x b) + |b|^2 / (2 C)` over standardised
 * features, the intercept free, by Newton's method with step halving (Hastie, Tibshirani, Friedman 2009, section
 * 4.4.1). The objective is strictly convex, so there is one solution, whatever the features.
 * @throws PavioError `internal` when it does not converge.
 */
export function fitLogistic(params: LogisticParams, data: TrainingSet): LinearFunction {
  const rows = standardise(data);
  // Class weights count in the loss alone: they are no statement about the features' means and scales.
  const set = params.classWeight === 'balanced' ? balanceClasses(data) : data;
  const { target, weight } = set;
  // The last column is the intercept's.
  const columns = [...rows.columns, new Float64Array(rows.rows).fill(1)];
  const p = columns.length;
  const penalty = 1 / params.C;
  const total = weight.reduce((sum, w) => sum + w, 0);

  let beta: Float64Array = new Float64Array(p);
  let score: Float64Array = new Float64Array(rows.rows);
  let value = objective(target, score, weight, beta, penalty);
  for (let step = 0; step < MAX_STEPS; step++) {
    const { gradient, hessian } = derivatives(columns, target, score, weight, beta, penalty);
    const largest = gradient.reduce((max, g) => Math.max(max, Math.abs(g)), 0) / total;
    if (largest <= GRADIENT_TOLERANCE) return linearFunction(beta);
    const direction = solvePositiveDefinite(hessian, gradient);
    if (direction === undefined) break;
    const promise = gradient.reduce((sum, g, j) => sum + g * direction[j]!, 0) / 2;
    const limit = promise > TOO_SMALL_TO_SEE * value ? value : Infinity;
    let length = 1;
    let next = stepFrom(beta, direction, length);
    while (!(next.value < limit) && length > SHORTEST_STEP) {
      length /= 2;
      next = stepFrom(beta, direction, length);
    }
    if (length <= SHORTEST_STEP) break;
    ({ beta, score, value } = next);
  }
  throw new PavioError('internal', `Logistic regression on ${rows.rows} rows did not converge.`, {
    remedy: 'Use a smaller C.',
  });

  function stepFrom(from: Float64Array, direction: Float64Array, length: number) {
    const next = from.map((b, j) => b - length * direction[j]!);
    const nextScore = linearScores(columns, next);
    return { beta: next, score: nextScore, value: objective(target, nextScore, weight, next, penalty) };
  }

  function linearFunction(solution: Float64Array): LinearFunction {
    const { means, scales } = rows;
    return new LinearFunction({ intercept: solution[p - 1]!, coefficients: solution.slice(0, p - 1), means, scales });
  }
}

function objective(
  target: Float64Array,
  score: Float64Array,
  weight: Float64Array,
  beta: Float64Array,
  penalty: number,
): number {
  let sum = 0;
  for (let i = 0; i < target.length; i++) sum += weight[i]! * (softplus(score[i]!) - target[i]! * score[i]!);
  for (let j = 0; j < beta.length - 1; j++) sum += (penalty / 2) * beta[j]! ** 2;
  return sum;
}

/** Gradient and Hessian of the objective. */
function derivatives(
  columns: readonly Float64Array[],
  target: Float64Array,
  score: Float64Array,
  weight: Float64Array,
  beta: Float64Array,
  penalty: number,
): { gradient: Float64Array; hessian: Float64Array } {
  const residual = new Float64Array(target.length);
  const curvature = new Float64Array(target.length);
  for (let i = 0; i < target.length; i++) {
    const p = sigmoid(score[i]!);
    residual[i] = weight[i]! * (p - target[i]!);
    curvature[i] = weight[i]! * p * (1 - p);
  }
  const gradient = columnProducts(columns, residual);
  const hessian = gramMatrix(columns, curvature);
  const p = columns.length;
  for (let j = 0; j < p - 1; j++) {
    gradient[j]! += penalty * beta[j]!;
    hessian[j * p + j]! += penalty;
  }
  return { gradient, hessian };
}
