import { MODEL_NAMES, type ModelName, type Tuning, type Winners } from '@pavio/core';
import { type ModelParams, resolveParams } from '@pavio/estimators';
import type { DataSet } from '../data-set.ts';

/** How the parameters of models were found, of those that a search found better ones for. */
export type Tunings = { readonly [name in ModelName]?: Tuning };

/** What the search chose from all results that it had. */
export function chosenParameters<N extends ModelName>(name: N, { choices }: Tuning): ModelParams[N] {
  return resolveParams(name, choices.at(-1)!.parameters);
}

/**
 * What a fold is fitted with whose test part begins at `time`: what the search had chosen by then. That is what makes the
 * walk-forward of tuned parameters a nested one.
 */
export function parametersAt<N extends ModelName>(name: N, tuning: Tuning, time: number): ModelParams[N] {
  const choice = tuning.choices.findLast(({ from }) => Date.parse(from) <= time);
  return resolveParams(name, choice?.parameters ?? tuning.untuned);
}

/**
 * Are the parameters made for such data: the same features of the same market, and as much of its past to learn from?
 *
 * @param window milliseconds
 */
export function belongTo(
  winners: Winners,
  { source, quote, interval, featureSet }: DataSet['source'],
  window: number | undefined,
): boolean {
  return (
    winners.source === source &&
    winners.quote === quote &&
    winners.interval === interval &&
    winners.featureSet.hash === featureSet.hash &&
    winners.window === window
  );
}

export function tuningsOf({ models }: Winners): Tunings {
  return Object.fromEntries(
    MODEL_NAMES.flatMap((name) => {
      const tuning = models[name]?.tuning ?? undefined;
      return tuning === undefined ? [] : [[name, tuning] as const];
    }),
  );
}
