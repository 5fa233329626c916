import {
  type Clock,
  type FeatureStore,
  isModelName,
  type Logger,
  MODEL_NAMES,
  type ModelName,
  type ObjectStore,
  PavioError,
  type Score,
  type TrainingWindow,
  type Tuning,
} from '@pavio/core';
import type { Trainer } from '@pavio/estimators';
import type { GivenParameters } from '../parameters.ts';
import type { SearchProgress } from './search.ts';

export interface TuningJob {
  readonly features: FeatureStore;
  /** Where trials and winners are recorded, the lake. */
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Name and version of the software. */
  readonly software: string;
  readonly seed: number;
  /** Names of models; all five by default. */
  readonly models?: readonly string[] | undefined;
  /** What shall differ from the default parameters that the search begins with. */
  readonly parameters?: GivenParameters;
  /** Sets of parameters to draw for each model; 30 by default where there is no time either. */
  readonly trials?: number | undefined;
  /** Milliseconds after which no trial begins. */
  readonly time?: number | undefined;
  readonly folds?: number;
  readonly window?: TrainingWindow | undefined;
  readonly threads?: number;
  /** Fits in the place of those threads, as on other machines. It is closed at the end. */
  readonly trainer?: Trainer;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SearchProgress) => void;
}

/** What became of the search for the parameters of one model. */
export interface ModelTuning {
  readonly name: ModelName;
  readonly study: string;
  /** Sets of parameters that were tried, the defaults among them, and how many of them had been recorded before. */
  readonly trials: number;
  readonly resumed: number;
  readonly defaults: Tuning['untuned'];
  /** What the search chose from all results. */
  readonly found: Tuning['untuned'];
  /** On folds that the search had not seen when it chose: the honest score. Its verdict is corrected as a training's. */
  readonly nested: Score;
  /** On the same folds. */
  readonly atDefaults: Score;
  /**
   * 1 - loss / loss of the defaults there, and the one-sided Diebold-Mariano p-value of it, corrected for the number of
   * models and of searches so far; null where there are too few rows.
   */
  readonly gain: { readonly skill: number; readonly pValue: number | null };
  /** Does the next training use what was found? Otherwise it uses the defaults. */
  readonly isTakenOver: boolean;
  readonly reason: string;
}

export interface TuningReport {
  readonly isSimulated: boolean;
  readonly rows: number;
  /** Test parts. */
  readonly folds: readonly { readonly from: string; readonly to: string }[];
  /** The first time that the nested scores are of. */
  readonly judgedFrom: string;
  readonly seed: number;
  readonly models: readonly ModelTuning[];
  readonly seconds: number;
}

/**
 * Sets that are drawn where neither a number nor a time is given: with a chance of 1 - 0.9^30 = 96 % one of them is of the
 * best tenth of the space.
 */
export const TRIALS = 30;

export interface Budget {
  readonly names: readonly ModelName[];
  readonly trials: number | undefined;
  readonly time: number | undefined;
}

/** What is to be searched, and for how long. @throws PavioError `bad_usage` */
export function budgetOf({
  models = MODEL_NAMES,
  trials,
  time,
}: Pick<TuningJob, 'models' | 'trials' | 'time'>): Budget {
  const refuse = (problem: string, remedy: string) => new PavioError('bad_usage', problem, { remedy });
  const names = [...new Set(models)];
  const unknown = names.filter((name) => !isModelName(name));
  if (unknown.length > 0 || names.length === 0) {
    const problem = names.length === 0 ? 'No model is named.' : `There is no model "${unknown.join('", "')}".`;
    throw refuse(problem, `The models are ${MODEL_NAMES.join(', ')}.`);
  }
  if (trials !== undefined && !(Number.isInteger(trials) && trials >= 1 && trials <= 100_000)) {
    throw refuse(`A search cannot have ${trials} trials.`, 'Say a whole number from 1 to 100000.');
  }
  if (time !== undefined && !(Number.isFinite(time) && time > 0)) {
    throw refuse(`A search cannot take ${time} ms.`, 'Say a time longer than zero.');
  }
  const isOpen = trials === undefined && time === undefined;
  return { names: MODEL_NAMES.filter((name) => names.includes(name)), trials: isOpen ? TRIALS : trials, time };
}
