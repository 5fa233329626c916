import { type ModelName, modelKind } from '@pavio/core';
import { fitLogistic } from './linear/logistic.ts';
import { LinearFunction } from './linear/model.ts';
import { fitRidge } from './linear/ridge.ts';
import { createModel, type FittedModel, shares } from './model.ts';
import { linkOf, modelTensors } from './model-file.ts';
import { type ModelParams, resolveParams } from './params.ts';
import { type TrainingInput, type TrainingSet, trainingSet } from './training-set.ts';
import { fitBoosting } from './tree/boosting.ts';
import { type FittedTrees, fitForest } from './tree/forest.ts';
import { squaredLoss } from './tree/losses.ts';

export interface FitOptions extends Omit<TrainingInput, 'X' | 'y'> {
  /** Whole number. The same seed, data and parameters give the same model, bit for bit. */
  readonly seed: number;
}

type Fit<P> = (params: P, set: TrainingSet, seed: number) => LinearFunction | FittedTrees;

const FITS: { readonly [name in ModelName]: Fit<ModelParams[name]> } = {
  regressor_lin: fitRidge,
  regressor_gbr: (params, set, seed) => fitBoosting(squaredLoss, params, set, seed),
  regressor_rf: (params, set, seed) => fitForest('regressor', params, set, seed),
  classifier_log: fitLogistic,
  classifier_rf: (params, set, seed) => fitForest('classifier', params, set, seed),
};

/**
 * Fits one of the five models.
 * @param params what shall differ from `DEFAULT_PARAMS[name]`
 * @param X features, float32, NaN for missing: trees learn where missing values go, linear models read the training
 * mean
 * @param y log returns (regressors), or 0 and 1 (classifiers); one a row of X
 * @throws PavioError `bad_config` (parameters), `bad_features` or `bad_input` (data), `not_enough_data`.
 */
export function fitModel<N extends ModelName>(
  name: N,
  params: Partial<ModelParams[N]>,
  X: TrainingInput['X'],
  y: Float64Array,
  options: FitOptions,
): FittedModel {
  const { seed, ...rest } = options;
  const resolved = resolveParams(name, params);
  const set = trainingSet(modelKind(name), { X, y, ...rest });
  const fit: Fit<ModelParams[N]> = FITS[name];
  const fitted = fit(resolved, set, seed);
  const [scorer, amounts] =
    fitted instanceof LinearFunction
      ? [fitted, fitted.arrays.coefficients.map(Math.abs)]
      : [fitted.ensemble, fitted.gains];
  const importance = shares(amounts);
  const metadata = { parameters: JSON.stringify(resolved), seed: String(seed), rows: String(set.rows.length) };
  return createModel(name, scorer, linkOf(name), importance, () => modelTensors(name, scorer, importance, metadata));
}
