import { sigmoid, softplus } from '../log-odds.ts';

/**
 * What boosting minimises: where it starts, what its trees are grown on, and its value. Raw scores are log odds for
 * `logisticLoss`.
 */
export interface Loss {
  /** Does the hessian differ from the row's weight? */
  readonly hasHessian: boolean;
  /** The constant raw score with the least loss. */
  baseline(target: Float64Array, weight: Float64Array, rows: number): number;
  /** Negative gradients (times weight), and hessians where the loss has its own. */
  terms(
    target: Float64Array,
    score: Float64Array,
    weight: Float64Array,
    rows: number,
    gradients: Float64Array,
    hessians: Float64Array,
  ): void;
  /**
   * What is best added to the scores of a leaf, from the residuals and weights of its rows, which it may reorder. Where it
   * is absent, that is the Newton step, which trees take as they grow.
   */
  readonly leafValue?: (residuals: Float64Array, weights: Float64Array) => number;
  /** Mean weighted loss of the rows [from, to). */
  value(target: Float64Array, score: Float64Array, weight: Float64Array, from: number, to: number): number;
}

/** Half the squared error; its Newton step is the mean residual. */
export const squaredLoss: Loss = {
  hasHessian: false,
  baseline: weightedMean,
  terms(target, score, weight, rows, gradients) {
    for (let i = 0; i < rows; i++) gradients[i] = weight[i]! * (target[i]! - score[i]!);
  },
  value: meanLoss((target, score) => (target - score) ** 2 / 2),
};

/**
 * Negative log likelihood of targets 0 and 1 under log odds (Friedman 2001, section 4.5). None of the five models boosts
 * probabilities; the engine can.
 */
export const logisticLoss: Loss = {
  hasHessian: true,
  baseline(target, weight, rows) {
    // Rows of one class alone would put the odds at infinity.
    const mean = Math.min(1 - 1e-9, Math.max(1e-9, weightedMean(target, weight, rows)));
    return Math.log(mean / (1 - mean));
  },
  terms(target, score, weight, rows, gradients, hessians) {
    for (let i = 0; i < rows; i++) {
      const p = sigmoid(score[i]!);
      gradients[i] = weight[i]! * (target[i]! - p);
      hessians[i] = weight[i]! * p * (1 - p);
    }
  },
  value: meanLoss((target, score) => softplus(score) - target * score),
};

/** `Loss.value`, from the loss of one row. */
export function meanLoss(lossOf: (target: number, score: number) => number): Loss['value'] {
  return (target, score, weight, from, to) => {
    let sum = 0;
    let total = 0;
    for (let i = from; i < to; i++) {
      sum += weight[i]! * lossOf(target[i]!, score[i]!);
      total += weight[i]!;
    }
    return sum / total;
  };
}

function weightedMean(target: Float64Array, weight: Float64Array, rows: number): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    sum += weight[i]! * target[i]!;
    total += weight[i]!;
  }
  return sum / total;
}
