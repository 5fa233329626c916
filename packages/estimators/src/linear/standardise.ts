import type { TrainingSet } from '../training-set.ts';

/** Means and scales of the features, as fitted on the training rows. */
export interface Standardisation {
  readonly means: Float64Array;
  /** Standard deviations (divisor n); 1 for columns that do not vary. */
  readonly scales: Float64Array;
}

export interface StandardisedRows extends Standardisation {
  readonly rows: number;
  /** One column a feature: (x - mean) / scale; 0 (the mean) where x is missing. */
  readonly columns: readonly Float64Array[];
}

/** Variation below this share of the values' size is float32 rounding, not information (float32 has 2^-24 = 6e-8). */
const CONSTANT = 1e-7;

/**
 * Standardises the training rows with weighted moments of the values that are present; missing ones become the mean.
 */
export function standardise(set: TrainingSet): StandardisedRows {
  const { matrix, rows, weight } = set;
  const n = rows.length;
  const means = new Float64Array(matrix.columns);
  const scales = new Float64Array(matrix.columns).fill(1);
  const columns: Float64Array[] = [];
  for (let c = 0; c < matrix.columns; c++) {
    const source = matrix.data.subarray(c * matrix.rows, (c + 1) * matrix.rows);
    const column = new Float64Array(n);
    let total = 0;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const value = source[rows[i]!]!;
      column[i] = value;
      if (value !== value) continue;
      total += weight[i]!;
      sum += weight[i]! * value;
    }
    const mean = total > 0 ? sum / total : 0;
    let spread = 0;
    for (let i = 0; i < n; i++) {
      const centred = column[i]! - mean;
      column[i] = centred === centred ? centred : 0;
      spread += weight[i]! * column[i]! ** 2;
    }
    const deviation = total > 0 ? Math.sqrt(spread / total) : 0;
    const varies = deviation > CONSTANT * Math.abs(mean);
    means[c] = mean;
    if (varies) scales[c] = deviation;
    for (let i = 0; i < n; i++) column[i] = varies ? column[i]! / deviation : 0;
    columns.push(column);
  }
  return { rows: n, means, scales, columns };
}
