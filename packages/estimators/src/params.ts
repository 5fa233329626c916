import { type ModelName, PavioError } from '@pavio/core';

export interface RidgeParams {
  /** Penalty on the squared coefficients of standardised features; 0 is ordinary least squares. */
  readonly alpha: number;
}

export interface LogisticParams {
  /** Inverse strength of the L2 penalty, as in scikit-learn. */
  readonly C: number;
  /** `balanced` gives both classes the same weight in sum. */
  readonly classWeight: 'balanced' | null;
}

export interface ForestParams {
  readonly nEstimators: number;
  /** Levels below the root; null for no limit. */
  readonly maxDepth: number | null;
  /** Fewest bootstrap draws in a leaf. */
  readonly minSamplesLeaf: number;
  /** Features drawn for each split, as a share of all, or their square root. */
  readonly maxFeatures: number | 'sqrt';
  /** For the classifier. */
  readonly classWeight: 'balanced' | null;
  /** Shall every row be forecast by the trees that did not draw it? See `FittedModel.outOfBag`. */
  readonly oobScore: boolean;
}

export interface BoostingParams {
  /** What is minimised: `quantile` makes the model forecast that quantile, the others the middle. */
  readonly loss: 'squared' | 'absolute' | 'huber' | 'quantile';
  /**
   * As in scikit-learn's GradientBoostingRegressor: of `quantile` the level; of `huber` the share of residuals, the small
   * ones, that are squared.
   */
  readonly alpha: number;
  /** Trees, at most. */
  readonly nEstimators: number;
  readonly learningRate: number;
  /** Levels below the root; null for no limit. */
  readonly maxDepth: number | null;
  /** Leaves a tree, the most useful split first; null for no limit. */
  readonly maxLeaves: number | null;
  readonly minSamplesLeaf: number;
  /** Penalty on leaf values, in rows. */
  readonly l2: number;
  /** Share of the rows that each tree sees. */
  readonly subsample: number;
  /** Early stopping: this share of the rows, the last ones in time, is held back to measure the loss (`tailOf`); null for none. */
  readonly validationFraction: number | null;
  /** With early stopping: fitting ends when the loss has not improved for so many trees. */
  readonly nIterNoChange: number;
}

/** Flat JSON values only. */
export interface ModelParams {
  readonly regressor_lin: RidgeParams;
  readonly regressor_gbr: BoostingParams;
  readonly regressor_rf: ForestParams;
  readonly classifier_log: LogisticParams;
  readonly classifier_rf: ForestParams;
}

/**
 * Defaults for panels of noisy returns, where features explain a percent of the variance at best and a model that bends
 * to the data bends to noise. They follow from the beliefs below and were deliberately not tuned on real candles:
 * parameters picked by looking at the folds that judge them make the verdict worthless.
 *
 * - `alpha`: the ridge penalty that a Bayesian would take who believes that p standardised features explain one percent
 *   together is p / 0.01. It was 45 / 0.01 when there were 45, and stays: the belief is not so exact that the columns that
 *   came since, many of them variants of others, would change it. It shrinks strongly when rows are few and hardly when
 *   they are many. `C` is the same belief in log odds, where a row tells a quarter as much.
 * - forests: leaves of a hundred rows or more average the noise down; a third of the features a split for the regressor
 *   (Breiman's advice), their square root for the classifier.
 * - boosting: many small steps of shallow trees, each on half of the rows.
 */
export const DEFAULT_PARAMS: ModelParams = {
  regressor_lin: { alpha: 4500 },
  regressor_gbr: {
    loss: 'squared',
    alpha: 0.9,
    nEstimators: 150,
    learningRate: 0.03,
    maxDepth: 3,
    maxLeaves: null,
    minSamplesLeaf: 200,
    l2: 100,
    subsample: 0.5,
    validationFraction: null,
    nIterNoChange: 10,
  },
  regressor_rf: {
    nEstimators: 100,
    maxDepth: 8,
    minSamplesLeaf: 100,
    maxFeatures: 0.33,
    classWeight: null,
    oobScore: false,
  },
  classifier_log: { C: 0.001, classWeight: null },
  classifier_rf: {
    nEstimators: 100,
    maxDepth: 8,
    minSamplesLeaf: 100,
    maxFeatures: 'sqrt',
    classWeight: null,
    oobScore: false,
  },
};

const LOSSES: readonly string[] = ['squared', 'absolute', 'huber', 'quantile'] satisfies BoostingParams['loss'][];

type Check = (value: unknown) => string | undefined;

const count: Check = (v) => (Number.isInteger(v) && (v as number) >= 1 ? undefined : 'a whole number of at least 1');
const positive: Check = (v) => (isNumber(v) && v > 0 ? undefined : 'a number above 0');
const notNegative: Check = (v) => (isNumber(v) && v >= 0 ? undefined : 'a number of at least 0');
const share: Check = (v) => (isNumber(v) && v > 0 && v <= 1 ? undefined : 'a number above 0 and at most 1');
const classWeight: Check = (v) => (v === null || v === 'balanced' ? undefined : 'null or "balanced"');
const orNull =
  (check: Check): Check =>
  (value) => {
    const wanted = value === null ? undefined : check(value);
    return wanted === undefined ? undefined : `null or ${wanted}`;
  };
const maxFeatures: Check = (v) => (v === 'sqrt' || share(v) === undefined ? undefined : '"sqrt" or a share up to 1');
const flag: Check = (v) => (typeof v === 'boolean' ? undefined : 'true or false');
const loss: Check = (v) => (LOSSES.includes(v as string) ? undefined : `one of ${LOSSES.join(', ')}`);
const leaves: Check = (v) => (Number.isInteger(v) && (v as number) >= 2 ? undefined : 'a whole number of at least 2');
const fraction: Check = (v) => (isNumber(v) && v > 0 && v < 1 ? undefined : 'a number between 0 and 1');

type Checks<P> = { readonly [key in keyof P]: Check };

const FOREST: Checks<ForestParams> = {
  nEstimators: count,
  maxDepth: orNull(count),
  minSamplesLeaf: count,
  maxFeatures,
  classWeight,
  oobScore: flag,
};

const CHECKS: { readonly [name in ModelName]: Checks<ModelParams[name]> } = {
  regressor_lin: { alpha: notNegative },
  regressor_gbr: {
    loss,
    alpha: fraction,
    nEstimators: count,
    learningRate: positive,
    maxDepth: orNull(count),
    maxLeaves: orNull(leaves),
    minSamplesLeaf: count,
    l2: notNegative,
    subsample: share,
    validationFraction: orNull(fraction),
    nIterNoChange: count,
  },
  regressor_rf: FOREST,
  classifier_log: { C: positive, classWeight },
  classifier_rf: FOREST,
};

/**
 * The model's parameters, the defaults standing for what is not given.
 * @throws PavioError `bad_config` for a parameter that the model does not have or whose value it cannot use.
 */
export function resolveParams<N extends ModelName>(
  name: N,
  given: Readonly<Record<string, unknown>> = {},
): ModelParams[N] {
  const checks: Readonly<Record<string, Check>> = { ...CHECKS[name] };
  for (const [key, value] of Object.entries(given)) {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    const wanted = check === undefined ? undefined : check(value);
    if (check !== undefined && wanted === undefined) continue;
    const problem =
      check === undefined
        ? `The model ${name} has no parameter "${key}".`
        : `The parameter "${key}" of ${name} is ${JSON.stringify(value)}, not ${wanted}.`;
    throw new PavioError('bad_config', problem, {
      remedy: `Its parameters are ${Object.keys(checks).join(', ')}.`,
      details: { model: name, parameter: key },
    });
  }
  return { ...DEFAULT_PARAMS[name], ...given };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
