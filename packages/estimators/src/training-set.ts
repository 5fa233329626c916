import { type ModelKind, PavioError } from '@pavio/core';
import { assertMatrix, type Matrix, type RowSelection, selectRows } from './matrix.ts';

/** The rows a model is fitted on: features stay where they are, targets and weights are gathered in the rows' order. */
export interface TrainingSet {
  readonly matrix: Matrix;
  readonly rows: Int32Array;
  /** Log return, or 0 and 1. */
  readonly target: Float64Array;
  /** Positive, with mean 1. All ones when none were given. */
  readonly weight: Float64Array;
  /** Do the weights differ between rows? */
  readonly weighted: boolean;
  readonly times: RowTimes | undefined;
}

/** When rows are: what is fitted on some of them to be measured on later ones must keep away from those. */
export interface RowTimes {
  /** Of each row of X; rows of one time are known together. */
  readonly at: Float64Array;
  /** How long after its time a row can be learnt from: until its label is known, and the gap after that. */
  readonly reach: number;
}

export interface TrainingInput {
  readonly X: Matrix;
  /** One target a row of X. */
  readonly y: Float64Array;
  /** One positive weight a row of X. */
  readonly sampleWeight?: Float64Array;
  /** Rows to fit on, in order of time; all of them by default. */
  readonly rows?: RowSelection;
  /** For early stopping; without them every row is a time of its own, and known at once. */
  readonly times?: RowTimes;
}

/**
 * Checks the input of a fit.
 * @throws PavioError `bad_features` for infinite features or targets that are not numbers (0 or 1 for classifiers),
 * `bad_input` for weights, `not_enough_data` without rows, or with rows of one class.
 */
export function trainingSet(kind: ModelKind, input: TrainingInput): TrainingSet {
  const { X, y, sampleWeight, times } = input;
  assertMatrix(X);
  if (y.length !== X.rows) {
    throw new PavioError('bad_features', `There are ${X.rows} rows of features but ${y.length} targets.`);
  }
  const rows = selectRows(X.rows, input.rows);
  if (rows.length < 2 || X.columns === 0) {
    throw new PavioError(
      'not_enough_data',
      `A model cannot be fitted on ${rows.length} rows and ${X.columns} features.`,
    );
  }
  assertFiniteFeatures(X, rows);
  const target = gatherTargets(kind, y, rows);
  if (sampleWeight === undefined) {
    return { matrix: X, rows, target, weight: new Float64Array(rows.length).fill(1), weighted: false, times };
  }
  return { matrix: X, rows, target, weight: gatherWeights(sampleWeight, X.rows, rows), weighted: true, times };
}

/** The set with rows of either class weighing the same in sum (scikit-learn's `class_weight="balanced"`). */
export function balanceClasses(set: TrainingSet): TrainingSet {
  let positive = 0;
  let total = 0;
  for (let i = 0; i < set.target.length; i++) {
    positive += set.weight[i]! * set.target[i]!;
    total += set.weight[i]!;
  }
  const ofClass = [total / (2 * (total - positive)), total / (2 * positive)] as const;
  const weight = set.weight.map((w, i) => w * ofClass[set.target[i] === 1 ? 1 : 0]);
  return { ...set, weight, weighted: true };
}

function assertFiniteFeatures(X: Matrix, rows: Int32Array): void {
  for (let c = 0; c < X.columns; c++) {
    const column = X.data.subarray(c * X.rows, (c + 1) * X.rows);
    for (let i = 0; i < rows.length; i++) {
      const value = column[rows[i]!]!;
      if (value === Infinity || value === -Infinity) {
        throw new PavioError('bad_features', `Feature column ${c} is infinite in row ${rows[i]}.`, {
          remedy: 'Leave the row out, or mark the value as missing (NaN).',
          details: { column: c, row: rows[i] },
        });
      }
    }
  }
}

function gatherTargets(kind: ModelKind, y: Float64Array, rows: Int32Array): Float64Array {
  const target = new Float64Array(rows.length);
  let ones = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = y[rows[i]!]!;
    const legal = kind === 'regressor' ? Number.isFinite(value) : value === 0 || value === 1;
    if (!legal) {
      const wanted = kind === 'regressor' ? 'a finite number' : '0 or 1';
      throw new PavioError('bad_features', `The target of row ${rows[i]} is ${value}, not ${wanted}.`);
    }
    target[i] = value;
    ones += value;
  }
  if (kind === 'classifier' && (ones === 0 || ones === rows.length)) {
    throw new PavioError('not_enough_data', `All ${rows.length} training rows are of class ${ones === 0 ? 0 : 1}.`, {
      remedy: 'Train on a longer span.',
    });
  }
  return target;
}

function gatherWeights(sampleWeight: Float64Array, rowCount: number, rows: Int32Array): Float64Array {
  if (sampleWeight.length !== rowCount) {
    throw new PavioError('bad_input', `There are ${rowCount} rows but ${sampleWeight.length} weights.`);
  }
  let sum = 0;
  for (const row of rows) {
    const weight = sampleWeight[row]!;
    if (!(weight > 0 && weight < Infinity)) {
      throw new PavioError('bad_input', `The weight of row ${row} is ${weight}, not a positive number.`);
    }
    sum += weight;
  }
  return Float64Array.from(rows, (row) => (sampleWeight[row]! * rows.length) / sum);
}
