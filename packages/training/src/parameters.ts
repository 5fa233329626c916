import { type Logger, MODEL_NAMES, type ModelName, type Winners } from '@pavio/core';
import { type ModelParams, resolveParams } from '@pavio/estimators';
import type { DataSet } from './data-set.ts';
import { belongTo, chosenParameters, type Tunings, tuningsOf } from './tune/tunings.ts';
import type { Parameters } from './walk-forward.ts';

/** What shall differ from the default parameters, a model. */
export type GivenParameters = { readonly [name in ModelName]?: Partial<ModelParams[name]> };

/** The parameters of all models. @throws PavioError `bad_config` */
export function completeParameters(given: GivenParameters = {}): Parameters {
  return Object.fromEntries(
    MODEL_NAMES.map((name) => [name, resolveParams(name, given[name])]),
  ) as unknown as Parameters;
}

export interface ParameterChoice {
  readonly data: DataSet;
  /** Milliseconds; see `TrainingJob`. */
  readonly window: number | undefined;
  readonly given: GivenParameters | undefined;
  readonly winners: Winners | undefined;
  readonly log: Logger;
}

/** What each model is fitted with: the parameters that were given, else those that a search found, else the defaults. */
export function chooseParameters({ data, window, given = {}, winners, log }: ParameterChoice): {
  readonly parameters: Parameters;
  readonly tuned: Tunings;
} {
  if (winners === undefined) return { parameters: completeParameters(given), tuned: {} };
  if (!belongTo(winners, data.source, window)) {
    log.warn(
      'The parameters that pavio tune found are of other features, another market or another window: the defaults are ' +
        'used. Run pavio tune again, with the same --window.',
    );
    return { parameters: completeParameters(given), tuned: {} };
  }
  const tuned = Object.entries(tuningsOf(winners)).filter(([name]) => given[name as ModelName] === undefined);
  const found = tuned.map(([name, tuning]) => [name, chosenParameters(name as ModelName, tuning)]);
  return {
    parameters: completeParameters({ ...given, ...Object.fromEntries(found) }),
    tuned: Object.fromEntries(tuned),
  };
}
