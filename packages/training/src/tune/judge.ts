import { isDeepStrictEqual } from 'node:util';
import { type ModelName, modelKind, type Score, type Trial, type Tuning } from '@pavio/core';
import { type Comparison, compareWithNaive } from '@pavio/estimators';
import { evaluate, lossesOf } from '../score.ts';
import { targetOf, testModel, type WalkForwardJob } from '../walk-forward.ts';
import { chooseByStage, type Stage } from './choose.ts';

/** What a search found, and how good searching was. */
export interface Judgement {
  readonly name: ModelName;
  readonly defaults: Tuning['untuned'];
  readonly choices: Tuning['choices'];
  /** On the folds that there was a choice before, each fitted with what was chosen before it. */
  readonly nested: Score;
  /** On the same folds with the defaults. */
  readonly atDefaults: Score;
  /** The nested forecasts against those of the defaults, in the place of the naive one. */
  readonly gain: Comparison;
  /** Does the search end at the defaults? */
  readonly isDefault: boolean;
}

/**
 * The nested score of a search: of test parts that it had not seen when it chose what they are fitted with. The score by
 * which the last choice was made is never told: the best of many is flattered by having been chosen.
 *
 * @param walk with the defaults as its parameters
 */
export async function judge(
  name: ModelName,
  trials: readonly Trial[],
  stages: readonly Stage[],
  walk: WalkForwardJob,
): Promise<Judgement> {
  const choices = chooseByStage(trials, stages);
  const untuned = { ...walk.parameters[name] };
  const folds = walk.folds.filter(({ testSpan }) => testSpan.from >= stages[0]!.from);
  const tuning = { study: name, trials: trials.length, compared: 2, untuned, choices };
  const [tuned, defaults] = await Promise.all([
    testModel(name, { ...walk, folds, tuned: { [name]: tuning } }),
    testModel(name, { ...walk, folds }),
  ]);
  const { data } = walk;
  const kind = modelKind(name);
  const target = targetOf(data, kind);
  const pick = (values: Float64Array) => Float64Array.from(tuned.rows, (row) => values[row]!);
  const gain = compareWithNaive({
    times: pick(data.time),
    model: lossesOf(kind, pick(target), tuned.predicted),
    naive: lossesOf(kind, pick(target), defaults.predicted),
  });
  return {
    name,
    defaults: untuned,
    choices,
    nested: evaluate(kind, data, tuned).overall,
    atDefaults: evaluate(kind, data, defaults).overall,
    gain,
    isDefault: isDeepStrictEqual(choices.at(-1)!.parameters, untuned),
  };
}
