import { PavioError } from '@pavio/core';
import { type Proportion, wilsonInterval } from './proportion.ts';

export interface RegressionMetrics {
  readonly n: number;
  readonly rmse: number;
  readonly mae: number;
  /** 1 - SSE / spread around the mean of these very targets; NaN when they do not vary. */
  readonly r2: number;
}

export interface ClassificationMetrics {
  readonly n: number;
  /** Share of right classes, cut at probability one half. */
  readonly accuracy: Proportion;
  /** Mean negative log likelihood, in nats. */
  readonly logLoss: number;
  /** Mean squared error of the probability. */
  readonly brier: number;
  /** Area under the ROC curve; NaN with one class only. */
  readonly auc: number;
}

/** Probabilities are kept so far from 0 and 1 in logarithms, as scikit-learn does for float64. */
const EPSILON = 2 ** -52;

/** @throws PavioError `bad_input` when lengths differ or there are no rows. */
export function regressionMetrics(actual: Float64Array, predicted: Float64Array): RegressionMetrics {
  const n = sameLength(actual, predicted);
  const mean = actual.reduce((sum, y) => sum + y, 0) / n;
  let squared = 0;
  let absolute = 0;
  let spread = 0;
  for (let i = 0; i < n; i++) {
    const y = actual[i]!;
    const forecast = predicted[i]!;
    squared += (y - forecast) ** 2;
    absolute += Math.abs(y - forecast);
    spread += (y - mean) ** 2;
  }
  return {
    n,
    rmse: Math.sqrt(squared / n),
    mae: absolute / n,
    r2: spread > 0 ? 1 - squared / spread : Number.NaN,
  };
}

/** @throws PavioError `bad_input` when lengths differ or there are no rows. */
export function classificationMetrics(actual: Float64Array, probability: Float64Array): ClassificationMetrics {
  const n = sameLength(actual, probability);
  let brier = 0;
  let right = 0;
  for (let i = 0; i < n; i++) {
    brier += (actual[i]! - probability[i]!) ** 2;
    const forecast = probability[i]! > 0.5 ? 1 : 0;
    if (forecast === actual[i]) right++;
  }
  return {
    n,
    accuracy: wilsonInterval(right, n),
    logLoss: mean(logLosses(actual, probability)),
    brier: brier / n,
    auc: areaUnderRoc(actual, probability),
  };
}

/** Squared error of each row. */
export function squaredErrors(actual: Float64Array, predicted: Float64Array): Float64Array {
  return actual.map((y, i) => (y - predicted[i]!) ** 2);
}

/** Negative log likelihood of each row, in nats. */
export function logLosses(actual: Float64Array, probability: Float64Array): Float64Array {
  return actual.map((y, i) => {
    const p = Math.min(1 - EPSILON, Math.max(EPSILON, probability[i]!));
    return -Math.log(y === 1 ? p : 1 - p);
  });
}

/** 1 - loss / loss of the naive forecast; NaN when the naive forecast has none. */
export function skillOf(loss: number, naiveLoss: number): number {
  return naiveLoss > 0 ? 1 - loss / naiveLoss : Number.NaN;
}

/** Mann and Whitney's statistic as a share: a positive outranks a negative, ties count one half. */
export function areaUnderRoc(actual: Float64Array, score: Float64Array): number {
  const order = Array.from(score.keys()).sort((a, b) => score[a]! - score[b]!);
  let rankSum = 0;
  let positives = 0;
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && score[order[end]!] === score[order[start]!]) end++;
    const rank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) {
      if (actual[order[i]!] !== 1) continue;
      rankSum += rank;
      positives++;
    }
    start = end;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sameLength(a: Float64Array, b: Float64Array): number {
  if (a.length === b.length && a.length > 0) return a.length;
  throw new PavioError('bad_input', `${a.length} targets cannot be compared with ${b.length} forecasts.`);
}
