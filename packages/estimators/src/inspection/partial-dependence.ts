import { PavioError } from '@pavio/core';
import { type Matrix, type RowSelection, selectRows } from '../matrix.ts';
import type { FittedModel } from '../model.ts';
import { copyRows } from './copy-rows.ts';

export interface PartialDependenceOptions {
  /** Rows whose other features are averaged over; all by default. */
  readonly rows?: RowSelection;
  /** Points of the grid, at most; 20 by default. */
  readonly gridResolution?: number;
  /** Shares of the feature's values between which the grid lies; 0.05 and 0.95 by default. */
  readonly percentiles?: readonly [number, number];
}

/** A curve: one average a grid value. */
export interface PartialDependence {
  /** Ascending and distinct. */
  readonly gridValues: Float32Array;
  /** Mean prediction (value, or probability of class 1) with the feature at the grid value in every row. */
  readonly average: Float64Array;
}

/**
 * What a model forecasts on average as one feature moves and all others stay (Friedman 2001, section 8.2), computed as it
 * is defined: the feature is set to each grid value in all rows, and the predictions are averaged. Where features move
 * together, the average includes rows that never occur.
 *
 * The grid is of quantiles at equal distances, not of values at equal distances: returns have long tails, and a curve
 * should have its points where the rows are. Costs `gridResolution` predictions of all rows.
 * @throws PavioError `bad_input` for options that make no sense, `not_enough_data` for a feature without any value,
 * `feature_mismatch` for a matrix of another width.
 */
export function partialDependence(
  model: FittedModel,
  X: Matrix,
  feature: number,
  options: PartialDependenceOptions = {},
): PartialDependence {
  if (!Number.isInteger(feature) || feature < 0 || feature >= X.columns) {
    throw new PavioError('bad_input', `Feature ${feature} is not one of the ${X.columns} features.`);
  }
  const rows = selectRows(X.rows, options.rows);
  if (rows.length === 0) throw new PavioError('bad_input', 'There are no rows to average over.');
  const scratch = copyRows(X, rows);
  const column = scratch.data.subarray(feature * rows.length, (feature + 1) * rows.length);
  const gridValues = quantileGrid(column, feature, options);
  const average = Float64Array.from(gridValues, (value) => {
    column.fill(value);
    return model.predictRows(scratch).reduce((sum, prediction) => sum + prediction, 0) / rows.length;
  });
  return { gridValues, average };
}

function quantileGrid(column: Float32Array, feature: number, options: PartialDependenceOptions): Float32Array {
  const { gridResolution = 20, percentiles = [0.05, 0.95] } = options;
  const [low, high] = percentiles;
  if (!Number.isInteger(gridResolution) || gridResolution < 2) {
    throw new PavioError('bad_input', `A grid cannot have ${gridResolution} points: it has at least 2.`);
  }
  if (!(low >= 0 && low < high && high <= 1)) {
    throw new PavioError('bad_input', `A grid cannot lie between the shares ${low} and ${high}.`);
  }
  const sorted = column.filter((value) => Number.isFinite(value)).sort();
  if (sorted.length === 0) throw new PavioError('not_enough_data', `Feature ${feature} has no value in these rows.`);
  const grid = Float32Array.from({ length: gridResolution }, (_, i) =>
    quantile(sorted, low + ((high - low) * i) / (gridResolution - 1)),
  );
  return grid.filter((value, i) => i === 0 || value !== grid[i - 1]);
}

/** Linear between the order statistics (numpy's default; Hyndman and Fan 1996, type 7). */
function quantile(sorted: Float32Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const from = sorted[below]!;
  return from + (position - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - from);
}
