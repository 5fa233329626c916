import { type ModelName, modelKind } from '@pavio/core';
import { fitLogistic } from './linear/logistic.ts';
import { LinearFunction } from './linear/model.ts';
import { fitRidge } from './linear/ridge.ts';
import { createModel, type FittedModel, shares } from './model.ts';
import { linkOf, modelTensors } from './model-file.ts';
import { type ModelParams, resolveParams } from './params.ts';
import { type TrainingInput, type TrainingSet, trainingSet } from './training-set.ts';
import { fitBoosting } from './tree/boosting.ts';
import { createTeamGrower } from './tree/create-grower.ts';
import { type FittedTrees, fitForest, type TreeRange } from './tree/forest.ts';
import { scoreOutOfBag } from './tree/out-of-bag.ts';
import { regressionLoss } from './tree/robust-losses.ts';
import type { Team } from './tree/team.ts';

export interface FitOptions extends Omit<TrainingInput, 'X' | 'y'> {
  /** Whole number. The same seed, data and parameters give the same model, bit for bit. */
  readonly seed: number;
}

/** What of a fit is done here, when threads share it. */
export interface FitShare {
  /** Only these trees of a forest. */
  readonly trees?: TreeRange;
  /** All trees of a boosting model, grown together with others. */
  readonly team?: Team;
  /** Of the features, where they have been found already. */
  readonly thresholds?: readonly Float32Array[];
}

type Fit<P> = (params: P, set: TrainingSet, seed: number, share: FitShare) => LinearFunction | FittedTrees;

const FITS: { readonly [name in ModelName]: Fit<ModelParams[name]> } = {
  regressor_lin: fitRidge,
  regressor_gbr: (params, set, seed, { team, ...share }) => {
    const together = team === undefined ? share : { ...share, create: createTeamGrower(team) };
    return fitBoosting(regressionLoss(params), params, set, seed, together);
  },
  regressor_rf: (params, set, seed, share) => fitForest('regressor', params, set, seed, share),
  classifier_log: fitLogistic,
  classifier_rf: (params, set, seed, share) => fitForest('classifier', params, set, seed, share),
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
  const { resolved, fitted, rows } = fitShare(name, params, X, y, options, {});
  return finishFit(name, resolved, options.seed, rows, fitted);
}

export interface FittedShare<N extends ModelName> {
  readonly resolved: ModelParams[N];
  readonly fitted: LinearFunction | FittedTrees;
  /** Rows that were fitted on. */
  readonly rows: number;
}

/** What one thread contributes to a fit. @throws PavioError as `fitModel` does. */
export function fitShare<N extends ModelName>(
  name: N,
  params: Partial<ModelParams[N]>,
  X: TrainingInput['X'],
  y: Float64Array,
  options: FitOptions,
  share: FitShare,
): FittedShare<N> {
  const { seed, ...rest } = options;
  const resolved = resolveParams(name, params);
  const set = trainingSet(modelKind(name), { X, y, ...rest });
  const fit: Fit<ModelParams[N]> = FITS[name];
  return { resolved, fitted: fit(resolved, set, seed, share), rows: set.rows.length };
}

/** The model of what was fitted. */
export function finishFit<N extends ModelName>(
  name: N,
  resolved: ModelParams[N],
  seed: number,
  rows: number,
  fitted: LinearFunction | FittedTrees,
): FittedModel {
  const [scorer, amounts] =
    fitted instanceof LinearFunction
      ? [fitted, fitted.arrays.coefficients.map(Math.abs)]
      : [fitted.ensemble, sumGains(fitted)];
  const importance = shares(amounts);
  const metadata = { parameters: JSON.stringify(resolved), seed: String(seed), rows: String(rows) };
  const tensors = () => modelTensors(name, scorer, importance, metadata);
  const model = createModel(name, scorer, linkOf(name), importance, tensors);
  const bag = 'outOfBag' in fitted ? fitted.outOfBag : undefined;
  const outOfBag = bag && scoreOutOfBag(model.kind, bag);
  return outOfBag === undefined ? model : { ...model, outOfBag };
}

function sumGains({ ensemble, gains }: FittedTrees): Float64Array {
  const sums = new Float64Array(ensemble.columns);
  for (const ofTree of gains) for (let f = 0; f < sums.length; f++) sums[f]! += ofTree[f]!;
  return sums;
}
