import { MODEL_NAMES, type ModelName, type ReleaseManifest, type Score, type Verdict } from '@pavio/core';
import { formatCount, formatDay, formatList } from './format.ts';

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  beats_naive: 'beats naive',
  no_edge: 'no edge',
  inconclusive: 'inconclusive',
};

/** A sign a verdict, for where there is no room for its words and for those who do not see its colour. */
export const VERDICT_SIGNS: Readonly<Record<Verdict, string>> = {
  beats_naive: '▲',
  no_edge: '○',
  inconclusive: '?',
};

export const VERDICT_MEANINGS: Readonly<Record<Verdict, string>> = {
  beats_naive:
    'The model’s loss was lower than that of the naive forecast, by more than luck would explain. It is no promise of profit: fees and spreads are not counted, and the edge may end tomorrow.',
  no_edge:
    'No better than the naive forecast, or not by more than luck would explain. For prices that is the usual result, and the honest one.',
  inconclusive: 'Too little was tested to tell either way.',
};

/** What the naive forecast is, and what skill is. */
export const SKILL_MEANING =
  'Skill = 1 − loss of the model / loss of the naive forecast. The naive forecast of a return is zero (the price stays); that of a direction is the usual share of rises. Above zero is better than naive. The loss is the squared error of the return for regressors and the log loss of the direction for classifiers.';

/** What was trained, on what, until when. */
export function describeTraining(manifest: ReleaseManifest): string {
  const { training, interval, source, quote, isSimulated } = manifest;
  const kind = isSimulated ? 'SIMULATED ' : '';
  const assets = training.assets.length === 1 ? '1 asset' : `${training.assets.length} assets`;
  return `${MODEL_NAMES.length} models learnt from ${formatCount(training.rows)} ${kind}${interval} candles of ${assets} (${source}, ${quote}), until ${formatDay(training.to)}.`;
}

/** Does anything beat naive? */
export function describeOutcome(manifest: ReleaseManifest): string {
  const verdicts = MODEL_NAMES.map((name) => [name, overallOf(manifest, name).verdict] as const);
  const named = (wanted: Verdict) => verdicts.filter(([, verdict]) => verdict === wanted).map(([name]) => name);
  const better = named('beats_naive');
  const naive = manifest.isSimulated ? 'naive forecast of made-up prices' : 'naive forecast';
  if (better.length === MODEL_NAMES.length) return `All of them beat the ${naive}.`;
  if (better.length > 0) {
    return `${formatList(better)} ${better.length === 1 ? 'beats' : 'beat'} the ${naive}; of the others that cannot be said.`;
  }
  const isUnknown = named('inconclusive').length === MODEL_NAMES.length;
  return isUnknown
    ? `Too little was tested to tell whether any beats the ${naive}.`
    : `None of them beats the ${naive}.`;
}

export function overallOf(manifest: ReleaseManifest, name: ModelName): Score {
  return manifest.models[name].evaluation.overall;
}
