import type { RidgeParams } from '../params.ts';
import type { TrainingSet } from '../training-set.ts';
import { columnProducts, gramMatrix, symmetricEigen } from './algebra.ts';
import { LinearFunction } from './model.ts';
import { standardise } from './standardise.ts';

/**
 * Directions of the standardised features whose variance is below this share of the largest are left out when there is
 * no penalty: features are float32 (relative rounding 6e-8, squared 4e-15), so what they say is rounding noise.
 */
const RANK_TOLERANCE = 1e-12;

/**
 * Ridge regression: minimises `sum w (y - b0 - x b)^2 + alpha * |b|^2` over standardised features, the intercept free
 * (Hoerl and Kennard 1970). `alpha = 0` is ordinary least squares; where the columns are linearly dependent it gives
 * the solution with the least |b| (the pseudo-inverse).
 */
export function fitRidge(params: RidgeParams, set: TrainingSet): LinearFunction {
  const { weight, target } = set;
  const rows = standardise(set);
  const p = rows.columns.length;
  let total = 0;
  let sum = 0;
  for (let i = 0; i < target.length; i++) {
    total += weight[i]!;
    sum += weight[i]! * target[i]!;
  }
  const mean = sum / total;
  // Missing values were set to the mean, so the columns' weighted sums are zero and the intercept is the target's mean.
  const gram = gramMatrix(rows.columns, set.weighted ? weight : undefined);
  const products = columnProducts(
    rows.columns,
    target.map((y, i) => weight[i]! * (y - mean)),
  );
  const { values, vectors } = symmetricEigen(gram, p);
  const floor = params.alpha > 0 ? 0 : RANK_TOLERANCE * Math.max(...values);
  const coefficients = new Float64Array(p);
  for (let k = 0; k < p; k++) {
    const value = Math.max(0, values[k]!);
    if (value <= floor && params.alpha === 0) continue;
    let projection = 0;
    for (let j = 0; j < p; j++) projection += vectors[j * p + k]! * products[j]!;
    const length = projection / (value + params.alpha);
    for (let j = 0; j < p; j++) coefficients[j]! += length * vectors[j * p + k]!;
  }
  return new LinearFunction({ intercept: mean, coefficients, means: rows.means, scales: rows.scales });
}
