/** The five models, under the names the original files had. */
export const MODEL_NAMES = [
  'regressor_lin',
  'regressor_gbr',
  'regressor_rf',
  'classifier_log',
  'classifier_rf',
] as const;

export type ModelName = (typeof MODEL_NAMES)[number];

/** A regressor forecasts the log return of the next candle, a classifier the probability that it is above zero. */
export type ModelKind = 'regressor' | 'classifier';

export function modelKind(name: ModelName): ModelKind {
  return name.startsWith('regressor') ? 'regressor' : 'classifier';
}

export function isModelName(text: string): text is ModelName {
  return (MODEL_NAMES as readonly string[]).includes(text);
}

/**
 * What the evaluation concluded about a model against the naive forecast (price stays; class prior): better beyond
 * chance, not better, or too few rows to tell.
 */
export const VERDICTS = ['beats_naive', 'no_edge', 'inconclusive'] as const;
export type Verdict = (typeof VERDICTS)[number];
