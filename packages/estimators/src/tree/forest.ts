import type { ModelKind } from '@pavio/core';
import type { ForestParams } from '../params.ts';
import { createRandom, type Random } from '../random.ts';
import { balanceClasses, type TrainingSet } from '../training-set.ts';
import { fitThresholds } from './binning.ts';
import { EnsembleBuilder } from './builder.ts';
import { type CreateGrower, createGrower } from './create-grower.ts';
import { type TreeArrays, TreeEnsemble } from './ensemble.ts';
import { noiseGain } from './gain.ts';
import { addOutOfBag, joinOutOfBag, type OutOfBag, startOutOfBag } from './out-of-bag.ts';

export interface FittedTrees {
  readonly ensemble: TreeEnsemble;
  /** Loss reduction a feature, a tree. */
  readonly gains: readonly Float64Array[];
  /** Of a forest, where it was asked for. */
  readonly outOfBag?: OutOfBag;
}

/** Trees number `from` to `to - 1` of a forest. */
export interface TreeRange {
  readonly from: number;
  readonly to: number;
}

/** What comes from those who share a fit. */
export interface ForestShare {
  readonly create?: CreateGrower;
  /** All by default. */
  readonly trees?: TreeRange;
  /** Of the training rows, where they are known. */
  readonly thresholds?: readonly Float32Array[];
}

/**
 * Random forest (Breiman 2001): each tree on a bootstrap sample, each split on a fresh draw of features; the forest's
 * value is the mean of its trees. Gini impurity of two classes is twice the variance of their 0/1 indicator, so one
 * engine grows regression and classification trees, and a classifier's leaves hold the probability of class 1.
 */
export function fitForest(
  kind: ModelKind,
  params: ForestParams,
  data: TrainingSet,
  seed: number,
  { create = createGrower, trees = { from: 0, to: params.nEstimators }, thresholds: known }: ForestShare = {},
): FittedTrees {
  const set = params.classWeight === 'balanced' && kind === 'classifier' ? balanceClasses(data) : data;
  const { target, weight, weighted } = set;
  const n = set.rows.length;
  // Centred targets lose no digits in the sums; probabilities stay as they are, so that pure leaves say exactly 0 or 1.
  const base = kind === 'regressor' ? mean(target) : 0;
  const thresholds = known ?? fitThresholds(set.matrix, set.rows);
  const builder = new EnsembleBuilder(thresholds);
  const terms = target.map((y, i) => weight[i]! * (y - base));
  const grower = create(set.matrix, set.rows, thresholds, builder, {
    maxDepth: params.maxDepth ?? Infinity,
    maxLeaves: Infinity,
    minSamplesLeaf: params.minSamplesLeaf,
    featuresPerNode: featuresPerNode(params.maxFeatures, set.matrix.columns),
    l2: 0,
    minGain: noiseGain(terms, weight),
    shrinkage: 1,
    hasHessians: weighted,
    keepsScore: false,
    keepsLeaves: params.oobScore,
  });
  grower.gradients.set(terms);
  if (weighted) grower.hessians.set(weight);
  grower.quantise(n);
  const outOfBag = params.oobScore ? startOutOfBag(target, base, params.nEstimators) : undefined;
  for (let tree = trees.from; tree < trees.to; tree++) {
    const random = createRandom(seed, tree);
    bootstrap(random, grower.counts);
    grower.grow(random);
    if (outOfBag !== undefined) addOutOfBag(outOfBag, builder, grower);
  }
  const ensemble = new TreeEnsemble(builder.build({ base, scale: 1 / params.nEstimators }));
  return { ensemble, gains: builder.gains(), ...(outOfBag && { outOfBag }) };
}

/** One forest of the trees of several that were fitted apart, in the order given. */
export function joinForests(parts: readonly FittedTrees[]): FittedTrees {
  const all = parts.map(({ ensemble }) => ensemble.arrays);
  const size = (of: (arrays: TreeArrays) => { readonly length: number }) => {
    return all.reduce((sum, arrays) => sum + of(arrays).length, 0);
  };
  const nodes = size(({ feature }) => feature);
  const joined: TreeArrays = {
    ...all[0]!,
    roots: new Int32Array(size(({ roots }) => roots)),
    feature: new Int16Array(nodes),
    split: new Float32Array(nodes),
    left: new Int32Array(nodes),
    missingRight: new Uint8Array(nodes),
  };
  let node = 0;
  let tree = 0;
  for (const { roots, feature, split, left, missingRight } of all) {
    for (const root of roots) joined.roots[tree++] = node + root;
    joined.feature.set(feature, node);
    joined.split.set(split, node);
    joined.missingRight.set(missingRight, node);
    for (let i = 0; i < left.length; i++) joined.left[node + i] = feature[i]! < 0 ? 0 : node + left[i]!;
    node += feature.length;
  }
  const outOfBag = joinOutOfBag(parts.flatMap((part) => part.outOfBag ?? []));
  const gains = parts.flatMap((part) => part.gains);
  return { ensemble: new TreeEnsemble(joined), gains, ...(outOfBag && { outOfBag }) };
}

/** Rounded down, as scikit-learn does. */
export function featuresPerNode(maxFeatures: number | 'sqrt', columns: number): number {
  const wanted = maxFeatures === 'sqrt' ? Math.sqrt(columns) : maxFeatures * columns;
  return Math.min(columns, Math.max(1, Math.floor(wanted)));
}

/** How often each of n rows comes up in n draws with replacement. */
function bootstrap(random: Random, counts: Int32Array): void {
  counts.fill(0);
  for (let i = 0; i < counts.length; i++) counts[random.integer(counts.length)]! += 1;
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
