/**
 * What boosting minimises: where it starts, its Newton terms, and its value. Raw scores are log odds for `logistic`.
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
  value(target, score, weight, from, to) {
    let sum = 0;
    let total = 0;
    for (let i = from; i < to; i++) {
      sum += (weight[i]! * (target[i]! - score[i]!) ** 2) / 2;
      total += weight[i]!;
    }
    return sum / total;
  },
};

/** Negative log likelihood of targets 0 and 1 under log odds (Friedman 2001, section 4.4). */
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
  value(target, score, weight, from, to) {
    let sum = 0;
    let total = 0;
    for (let i = from; i < to; i++) {
      const z = score[i]!;
      sum += weight[i]! * (softplus(z) - target[i]! * z);
      total += weight[i]!;
    }
    return sum / total;
  },
};

/** 1 / (1 + e^-z), without overflow. */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z);
  return e / (1 + e);
}

/** ln(1 + e^z), without overflow. */
export function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
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
