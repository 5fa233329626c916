import { PavioError } from '@pavio/core';
import { logLosses, squaredErrors } from '../evaluation/metrics.ts';
import { type Matrix, type RowSelection, selectRows } from '../matrix.ts';
import type { FittedModel } from '../model.ts';
import { createRandom, type Random } from '../random.ts';
import { copyRows } from './copy-rows.ts';

export interface PermutationOptions {
  /** Whole number; the same seed shuffles alike. */
  readonly seed: number;
  /** How often each feature is shuffled; 5 by default. */
  readonly nRepeats?: number;
  /**
   * Rows to measure on, all by default. Rows that the model was not fitted on tell what it needs to forecast; training
   * rows also count what it has merely memorised.
   */
  readonly rows?: RowSelection;
}

/** One number a feature. */
export interface PermutationImportance {
  /** Mean loss of the rows as they are. */
  readonly loss: number;
  readonly importancesMean: Float64Array;
  /** Standard deviation over the repeats (divisor n). */
  readonly importancesStd: Float64Array;
  /** Increase of the mean loss in each repeat. */
  readonly importances: readonly Float64Array[];
}

/**
 * How much worse the model gets when one feature's values are shuffled among the rows, so that they say nothing any more
 * (Breiman 2001, section 10; Fisher, Rudin and Dominici 2019): the increase of the mean squared error of regressors, of
 * the mean log loss of classifiers. Features that tell the same cover for each other: each may look dispensable.
 *
 * Costs `columns * nRepeats` predictions of all rows.
 * @param y one target a row of X: values, or 0 and 1
 * @throws PavioError `bad_input` for rows or repeats that make no sense, `bad_features` for targets, `feature_mismatch`
 * for a matrix of another width.
 */
export function permutationImportance(
  model: FittedModel,
  X: Matrix,
  y: Float64Array,
  options: PermutationOptions,
): PermutationImportance {
  const { seed, nRepeats = 5 } = options;
  if (!Number.isInteger(nRepeats) || nRepeats < 1) {
    throw new PavioError('bad_input', `Features cannot be shuffled ${nRepeats} times.`);
  }
  const rows = selectRows(X.rows, options.rows);
  const target = gatherTargets(X, y, rows);
  const scratch = copyRows(X, rows);
  const lossesOf = model.kind === 'regressor' ? squaredErrors : logLosses;
  const meanLoss = () => mean(lossesOf(target, model.predictRows(scratch)));

  const loss = meanLoss();
  const importances = Array.from({ length: X.columns }, (_, feature) => {
    const column = scratch.data.subarray(feature * rows.length, (feature + 1) * rows.length);
    const original = column.slice();
    const increases = Float64Array.from({ length: nRepeats }, (__, repeat) => {
      // A stream of its own: no result depends on which features come before.
      shuffle(column, createRandom(seed, feature * nRepeats + repeat));
      return meanLoss() - loss;
    });
    column.set(original);
    return increases;
  });
  return {
    loss,
    importancesMean: Float64Array.from(importances, mean),
    importancesStd: Float64Array.from(importances, deviation),
    importances,
  };
}

function gatherTargets(X: Matrix, y: Float64Array, rows: Int32Array): Float64Array {
  if (y.length !== X.rows) {
    throw new PavioError('bad_features', `There are ${X.rows} rows of features but ${y.length} targets.`);
  }
  if (rows.length === 0) throw new PavioError('bad_input', 'There are no rows to measure importance on.');
  return Float64Array.from(rows, (row) => {
    const target = y[row]!;
    if (!Number.isFinite(target)) throw new PavioError('bad_features', `The target of row ${row} is ${target}.`);
    return target;
  });
}

/** Fisher and Yates. */
function shuffle(values: Float32Array, random: Random): void {
  for (let i = values.length - 1; i > 0; i--) {
    const other = random.integer(i + 1);
    [values[i], values[other]] = [values[other]!, values[i]!];
  }
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: Float64Array): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}
