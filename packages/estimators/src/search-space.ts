import type { ModelName } from '@pavio/core';
import { type ModelParams, resolveParams } from './params.ts';
import { createRandom } from './random.ts';

/** Where the values of a parameter are drawn from, uniformly on its scale; `whole` numbers include both ends. */
export type Range = {
  readonly scale: 'linear' | 'log';
  readonly from: number;
  readonly to: number;
  readonly whole?: true;
};

export type SearchSpace<Params> = { readonly [key in keyof Params]?: Range };

/**
 * What a search draws from, a model. As the defaults these are beliefs, written down before any search: from one end,
 * where a model hardly bends, to the other, where it fits more than noisy returns can teach; the defaults lie inside.
 * Parameters that are not here stay as they are, because there is nothing to find:
 *
 * - the number of a forest's trees: more are never worse, they only cost;
 * - class weights: a probability is judged, and a balanced one is of another world;
 * - leaves and early stopping of the boosting: depth, steps and learning rate say the same already.
 */
export const SEARCH_SPACE: { readonly [name in ModelName]: SearchSpace<ModelParams[name]> } = {
  regressor_lin: { alpha: { scale: 'log', from: 1, to: 1e6 } },
  regressor_gbr: {
    nEstimators: { scale: 'log', from: 30, to: 400, whole: true },
    learningRate: { scale: 'log', from: 0.005, to: 0.2 },
    maxDepth: { scale: 'linear', from: 1, to: 6, whole: true },
    minSamplesLeaf: { scale: 'log', from: 20, to: 1000, whole: true },
    l2: { scale: 'log', from: 1, to: 1000 },
    subsample: { scale: 'linear', from: 0.3, to: 1 },
  },
  regressor_rf: {
    maxDepth: { scale: 'linear', from: 2, to: 12, whole: true },
    minSamplesLeaf: { scale: 'log', from: 10, to: 1000, whole: true },
    maxFeatures: { scale: 'log', from: 0.05, to: 1 },
  },
  classifier_log: { C: { scale: 'log', from: 1e-6, to: 1 } },
  classifier_rf: {
    maxDepth: { scale: 'linear', from: 2, to: 12, whole: true },
    minSamplesLeaf: { scale: 'log', from: 10, to: 1000, whole: true },
    maxFeatures: { scale: 'log', from: 0.05, to: 1 },
  },
};

/**
 * The parameters of a trial of random search (Bergstra and Bengio, "Random search for hyper-parameter optimization",
 * JMLR 2012): each drawn from its range on its own, the rest as in `base`. They depend on seed and number alone, so that
 * trials can be run in any order and again.
 *
 * @throws PavioError `bad_config` when the base is not complete or not valid.
 */
export function drawParams<N extends ModelName>(
  name: N,
  base: ModelParams[N],
  { seed, number }: { readonly seed: number; readonly number: number },
): ModelParams[N] {
  const random = createRandom(seed, number);
  const drawn = Object.entries<Range>(SEARCH_SPACE[name]).map(([key, range]) => [key, draw(range, random.next())]);
  return resolveParams(name, { ...base, ...Object.fromEntries(drawn) });
}

function draw({ scale, from, to, whole }: Range, share: number): number {
  // A whole number stands for everything that rounds to it, so that both ends are as likely as the rest.
  const [low, high] = whole ? [from - 0.5, to + 0.5] : [from, to];
  const value = scale === 'log' ? low * (high / low) ** share : low + share * (high - low);
  if (whole) return Math.min(to, Math.max(from, Math.round(value)));
  // Three digits are all that matters, and all that a person wants to read.
  return Math.min(to, Math.max(from, Number(value.toPrecision(3))));
}

/** The space of a model for people: `alpha 1 to 1000000 (log)`. */
export function describeSpace(name: ModelName): string {
  const ranges = Object.entries<Range>(SEARCH_SPACE[name]);
  return ranges.map(([key, { scale, from, to }]) => `${key} ${from} to ${to} (${scale})`).join(', ');
}
