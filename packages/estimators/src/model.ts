import { type ModelName, modelKind, PavioError } from '@pavio/core';
import type { LinearFunction } from './linear/model.ts';
import { sigmoid } from './log-odds.ts';
import { type Matrix, type RowSelection, selectRows } from './matrix.ts';
import type { TensorFile } from './safetensors.ts';
import type { TreeEnsemble } from './tree/ensemble.ts';
import type { OutOfBagScore } from './tree/out-of-bag.ts';

interface FittedBase {
  readonly name: ModelName;
  /** Features the model reads. */
  readonly columns: number;
  /**
   * Share of each feature in what the model does, summing to 1 (or all 0): loss reduction of trees, |coefficient| of
   * lines.
   */
  readonly importance: Float64Array;
  /** Of a forest that was fitted with `oobScore`, not of one that was loaded. */
  readonly outOfBag?: OutOfBagScore;
  /**
   * The number the model is for, of one row of `columns` features: value (regressor) or probability of class 1.
   * @throws PavioError `feature_mismatch` for a row of another length.
   */
  predictRow(row: Float32Array): number;
  /** `predictRow` of many rows: bit for bit the same numbers. */
  predictRows(X: Matrix, rows?: RowSelection): Float64Array;
  toTensors(): TensorFile;
}

export interface FittedRegressor extends FittedBase {
  readonly kind: 'regressor';
  /** Values. */
  predict(X: Matrix, rows?: RowSelection): Float64Array;
}

export interface FittedClassifier extends FittedBase {
  readonly kind: 'classifier';
  /** Classes: 1 where its probability is above one half, else 0. */
  predict(X: Matrix, rows?: RowSelection): Float64Array;
  /** Probabilities of class 1. */
  predictProba(X: Matrix, rows?: RowSelection): Float64Array;
}

export type FittedModel = FittedRegressor | FittedClassifier;

/** What computes a model's raw score. */
export type Scorer = LinearFunction | TreeEnsemble;

/** A model from the function it learned. `link` turns raw scores into the number the model is for. */
export function createModel(
  name: ModelName,
  scorer: Scorer,
  link: 'identity' | 'logistic',
  importance: Float64Array,
  toTensors: () => TensorFile,
): FittedModel {
  const { columns } = scorer;
  const kind = modelKind(name);
  const finish = finishOf(name, link);
  const mismatch = (given: number) =>
    new PavioError('feature_mismatch', `${name} reads ${columns} features, but a row has ${given}.`);
  const predictRows = (X: Matrix, rows?: RowSelection) => {
    if (X.columns !== columns) throw mismatch(X.columns);
    return scorer.predictRows(X, selectRows(X.rows, rows)).map(finish);
  };
  const base = {
    name,
    columns,
    importance,
    predictRow: (row: Float32Array) => {
      if (row.length !== columns) throw mismatch(row.length);
      return finish(scorer.predictRow(row));
    },
    predictRows,
    toTensors,
  };
  if (kind === 'regressor') return { ...base, kind: 'regressor', predict: predictRows };
  const predict = (X: Matrix, rows?: RowSelection) => predictRows(X, rows).map((p) => (p > 0.5 ? 1 : 0));
  return { ...base, kind: 'classifier', predict, predictProba: predictRows };
}

/** What turns a raw score into the number that a model is for. */
export function finishOf(name: ModelName, link: 'identity' | 'logistic'): (score: number) => number {
  if (link === 'logistic') return sigmoid;
  return modelKind(name) === 'classifier' ? clampProbability : identity;
}

function identity(score: number): number {
  return score;
}

/** Sums of leaves that are all 0 or all 1 may miss them by a rounding error. */
function clampProbability(score: number): number {
  return Math.min(1, Math.max(0, score));
}

/** Shares that sum to 1; all 0 when the sum is. */
export function shares(amounts: Float64Array): Float64Array {
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  return total > 0 ? amounts.map((amount) => amount / total) : amounts.map(() => 0);
}
