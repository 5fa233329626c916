import { MODEL_NAMES, type ModelName, type Winners } from '@pavio/core';
import { holmAdjusted, verdictOf } from '@pavio/estimators';
import type { Judgement } from './judge.ts';
import type { ModelTuning } from './tuning-job.ts';

/** A judged search, and what it was. */
export interface Judged extends Judgement {
  readonly study: string;
  readonly trials: number;
  readonly resumed: number;
}

export interface Decision {
  readonly report: ModelTuning;
  /** What the winners say about the model. */
  readonly entry: NonNullable<Winners['models'][ModelName]>;
}

/** Whose parameters are taken over: of searches whose nested loss is lower than that of the defaults beyond chance. */
export function decide(judged: readonly Judged[], previous: Winners['models']): Decision[] {
  const compared = judged.map((search) => comparisonsWith(search, previous[search.name]?.compared));
  const gains = corrected(judged.map(({ gain }, i) => (gain.dieboldMariano?.pValue ?? 1) * compared[i]!.length));
  const skills = corrected(
    judged.map(({ nested }, i) => (nested.dieboldMariano?.pValue ?? 1) * (compared[i]!.length + 1)),
  );
  return judged.map((search, i) => {
    const { name, study, trials, resumed, defaults, choices, nested, atDefaults, gain, isDefault } = search;
    const pValue = gain.dieboldMariano === undefined ? undefined : gains[i]!;
    const verdict = verdictOf(gain.skill, pValue, gain.timeSteps);
    const isTakenOver = verdict === 'beats_naive' && !isDefault;
    const tuning = { study, trials, compared: compared[i]!.length + 1, untuned: defaults, choices };
    return {
      entry: { compared: compared[i]!, tuning: isTakenOver ? tuning : null },
      report: {
        name,
        study,
        trials,
        resumed,
        defaults,
        found: choices.at(-1)!.parameters,
        nested: {
          ...nested,
          verdict: verdictOf(nested.skill ?? 0, nested.dieboldMariano === null ? undefined : skills[i]!, nested.times),
        },
        atDefaults,
        gain: { skill: gain.skill, pValue: pValue ?? null },
        isTakenOver,
        reason: describe(search, verdict, pValue),
      },
    };
  });
}

/**
 * Chances of error, held to by Holm's method for all models, searched this time or not: five searches of one model each
 * would have as many chances as one of five.
 */
function corrected(chances: readonly number[]): Float64Array {
  return holmAdjusted(Float64Array.from(MODEL_NAMES, (_, i) => Math.min(1, chances[i] ?? 1)));
}

/** All comparisons with the defaults so far and this one: the same search with more trials is another one. */
function comparisonsWith({ study, trials }: Judged, before: Decision['entry']['compared'] = []) {
  const isKnown = before.some((other) => other.study === study && other.trials === trials);
  return isKnown ? before : [...before, { study, trials }];
}

function describe(
  { gain, isDefault }: Judged,
  verdict: ReturnType<typeof verdictOf>,
  pValue: number | undefined,
): string {
  const stay = 'the defaults stay.';
  if (isDefault) return `The search ends where it began: ${stay}`;
  if (verdict === 'inconclusive') return `Too few candle times to tell: ${stay}`;
  if (verdict === 'beats_naive')
    return 'Better than the defaults beyond chance: the next training uses what was found.';
  if (!(gain.skill > 0)) return `No better than the defaults on folds that the search had not seen: ${stay}`;
  return `Better than the defaults, but not beyond chance (p = ${pValue!.toFixed(3)}): ${stay}`;
}
