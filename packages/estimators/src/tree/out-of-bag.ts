import type { ModelKind } from '@pavio/core';
import { classificationMetrics, regressionMetrics } from '../evaluation/metrics.ts';
import type { EnsembleBuilder } from './builder.ts';
import type { TreeGrower } from './grower.ts';

/** What a forest's trees say of the rows that they did not draw. */
export type OutOfBagScore = OutOfBagRegression | OutOfBagClassification;

export interface OutOfBagRegression {
  readonly kind: 'regressor';
  /** Rows that at least one tree did not draw; the scores are of these. */
  readonly rows: number;
  readonly r2: number;
  readonly rmse: number;
}

export interface OutOfBagClassification {
  readonly kind: 'classifier';
  readonly rows: number;
  readonly accuracy: number;
  readonly logLoss: number;
  readonly brier: number;
}

/** Sums over trees that add up in any order: leaf values as whole numbers of `unit`. Plain data, one entry a row. */
export interface OutOfBag {
  readonly target: Float64Array;
  readonly base: number;
  readonly unit: number;
  readonly sums: Float64Array;
  /** Trees that did not draw the row. */
  readonly trees: Int32Array;
}

/**
 * @param base what is added to leaf values
 * @param nEstimators trees of the whole forest
 */
export function startOutOfBag(target: Float64Array, base: number, nEstimators: number): OutOfBag {
  const largest = target.reduce((most, y) => Math.max(most, Math.abs(y - base)), 0);
  // Whole numbers below 2^52 add up exactly.
  const unit = largest === 0 ? 1 : 2 ** (Math.ceil(Math.log2(largest * nEstimators)) - 51);
  return { target, base, unit, sums: new Float64Array(target.length), trees: new Int32Array(target.length) };
}

/** Adds the newest tree. @param grower keeps its leaves */
export function addOutOfBag(bag: OutOfBag, builder: EnsembleBuilder, grower: TreeGrower): void {
  const { leaves, counts } = grower;
  const root = builder.root(builder.trees - 1);
  for (let row = 0; row < leaves.length; row++) {
    if (counts[row] !== 0) continue;
    bag.sums[row]! += Math.round(builder.leafValue(root + leaves[row]!) / bag.unit);
    bag.trees[row]! += 1;
  }
}

/** Of a forest whose trees were grown apart. */
export function joinOutOfBag(parts: readonly OutOfBag[]): OutOfBag | undefined {
  const [first, ...others] = parts;
  if (first === undefined) return undefined;
  const joined = { ...first, sums: first.sums.slice(), trees: first.trees.slice() };
  for (const { sums, trees } of others) {
    for (let row = 0; row < sums.length; row++) {
      joined.sums[row]! += sums[row]!;
      joined.trees[row]! += trees[row]!;
    }
  }
  return joined;
}

/**
 * scikit-learn's `oob_score_` (R2 or accuracy) and the losses beside it, each row judged by the mean of the trees that did
 * not draw it. Undefined when every tree drew every row.
 */
export function scoreOutOfBag(
  kind: ModelKind,
  { target, base, unit, sums, trees }: OutOfBag,
): OutOfBagScore | undefined {
  const judged = Int32Array.from(trees.keys()).filter((row) => trees[row]! > 0);
  if (judged.length === 0) return undefined;
  const actual = Float64Array.from(judged, (row) => target[row]!);
  const forecast = Float64Array.from(judged, (row) => base + (sums[row]! * unit) / trees[row]!);
  const rows = judged.length;
  if (kind === 'regressor') {
    const { r2, rmse } = regressionMetrics(actual, forecast);
    return { kind, rows, r2, rmse };
  }
  const { accuracy, logLoss, brier } = classificationMetrics(actual, forecast);
  return { kind, rows, accuracy: accuracy.value, logLoss, brier };
}
