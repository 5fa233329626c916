import type { BoostingParams } from '../params.ts';
import { type Loss, meanLoss, squaredLoss } from './losses.ts';
import { weightedQuantile } from './weighted-quantile.ts';

/** The loss that a boosting model was asked for. */
export function regressionLoss({ loss, alpha }: Pick<BoostingParams, 'loss' | 'alpha'>): Loss {
  switch (loss) {
    case 'squared':
      return squaredLoss;
    case 'absolute':
      return quantileLoss(0.5);
    case 'huber':
      return createHuberLoss(alpha);
    case 'quantile':
      return quantileLoss(alpha);
  }
}

/**
 * Pinball loss (Koenker and Bassett 1978), whose best constant is a quantile: `level` times what a score is too low,
 * `1 - level` times what it is too high. At one half it is half the absolute error. Trees are grown on its slopes; their
 * leaves are quantiles of residuals (Friedman 2001, section 4.3, and scikit-learn's GradientBoostingRegressor).
 */
export function quantileLoss(level: number): Loss {
  const quantileOf = (values: Float64Array, weights: Float64Array) => weightedQuantile(values, weights, level);
  return {
    hasHessian: false,
    baseline: (target, weight, rows) => quantileOf(target.slice(0, rows), weight.slice(0, rows)),
    terms(target, score, weight, rows, gradients) {
      for (let i = 0; i < rows; i++) {
        gradients[i] = weight[i]! * (target[i]! >= score[i]! ? level : level - 1);
      }
    },
    leafValue: quantileOf,
    value: meanLoss((target, score) => (target >= score ? level : level - 1) * (target - score)),
  };
}

/**
 * Huber's loss, squared up to `delta` and linear beyond (Friedman 2001, section 4.4, and scikit-learn's
 * GradientBoostingRegressor): for each tree `delta` is the quantile `alpha` of the absolute residuals, and a leaf is the
 * median of its residuals plus the mean of what they miss it by, cut at `delta`. Losses are told by the `delta` of the
 * first tree, so that those of later trees compare. One object serves one fit.
 */
export function createHuberLoss(alpha: number): Loss {
  let first: number | undefined;
  let delta = 0;
  return {
    hasHessian: false,
    baseline: (target, weight, rows) => weightedQuantile(target.slice(0, rows), weight.slice(0, rows), 0.5),
    terms(target, score, weight, rows, gradients) {
      delta = deltaOf(target, score, weight, rows, alpha);
      first ??= delta;
      for (let i = 0; i < rows; i++) gradients[i] = weight[i]! * cut(target[i]! - score[i]!, delta);
    },
    leafValue(residuals, weights) {
      const median = weightedQuantile(residuals, weights, 0.5);
      let sum = 0;
      let total = 0;
      for (let i = 0; i < residuals.length; i++) {
        sum += weights[i]! * cut(residuals[i]! - median, delta);
        total += weights[i]!;
      }
      return median + sum / total;
    },
    value(target, score, weight, from, to) {
      const bend = first ?? delta;
      return meanLoss((y, raw) => {
        const size = Math.abs(y - raw);
        return size <= bend ? size ** 2 / 2 : bend * (size - bend / 2);
      })(target, score, weight, from, to);
    },
  };
}

function deltaOf(target: Float64Array, score: Float64Array, weight: Float64Array, rows: number, alpha: number): number {
  const sizes = Float64Array.from({ length: rows }, (_, i) => Math.abs(target[i]! - score[i]!));
  return weightedQuantile(sizes, weight.slice(0, rows), alpha);
}

function cut(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}
