import type { BoostingParams } from '../params.ts';
import { createRandom, type Random } from '../random.ts';
import type { TrainingSet } from '../training-set.ts';
import { fitThresholds } from './binning.ts';
import { EnsembleBuilder } from './builder.ts';
import { type CreateGrower, createGrower } from './create-grower.ts';
import { tailOf } from './early-stopping.ts';
import { TreeEnsemble } from './ensemble.ts';
import type { FittedTrees } from './forest.ts';
import { noiseGain } from './gain.ts';
import { refitLeaves } from './leaf-refit.ts';
import type { Loss } from './losses.ts';

/** What comes from those who share a fit. */
export interface BoostingShare {
  readonly create?: CreateGrower;
  /** Of the rows that are fitted on, where they are known. */
  readonly thresholds?: readonly Float32Array[];
}

/**
 * Gradient boosting (Friedman 2001) with Newton leaves (Chen and Guestrin 2016), or those that the loss asks for, and row
 * subsampling (Friedman 2002). The prediction is a raw score: log odds for the logistic loss, the value for all others.
 *
 * With early stopping, the last rows are held back (`tailOf`); when its loss has not improved for `nIterNoChange` trees, fitting ends and the trees after the best one
 * are dropped. The number of trees may then be 0: nothing was learned that lasts. Bins and baseline are those of the
 * rows that are fitted on.
 */
export function fitBoosting(
  loss: Loss,
  params: BoostingParams,
  set: TrainingSet,
  seed: number,
  { create = createGrower, thresholds: known }: BoostingShare = {},
): FittedTrees {
  const { target, weight } = set;
  const n = set.rows.length;
  const { fitted, heldFrom } = tailOf(params, set.rows, set.times);
  const isHeldBack = heldFrom < n;
  const sampled = Math.max(1, Math.round(fitted * params.subsample));

  const thresholds = known ?? fitThresholds(set.matrix, set.rows.subarray(0, fitted));
  const builder = new EnsembleBuilder(thresholds);
  const base = loss.baseline(target, weight, fitted);
  // Other losses have the weights for hessians.
  const hasHessians = loss.hasHessian || set.weighted;
  const start = new Float64Array(n).fill(base);
  // Written here, as the first tree's terms say how much there is to explain.
  const first = new Float64Array(n);
  loss.terms(target, start, weight, fitted, first, new Float64Array(n));
  const grower = create(set.matrix, set.rows, thresholds, builder, {
    maxDepth: params.maxDepth ?? Infinity,
    maxLeaves: params.maxLeaves ?? Infinity,
    minSamplesLeaf: params.minSamplesLeaf,
    featuresPerNode: set.matrix.columns,
    l2: params.l2,
    minGain: noiseGain(first, weight),
    shrinkage: params.learningRate,
    hasHessians,
    keepsScore: loss.leafValue === undefined,
    keepsLeaves: loss.leafValue !== undefined,
  });
  const refit = leafRefit(loss, params);
  if (refit === undefined) grower.score.set(start);
  // A grower's arrays may move as its trees grow.
  const scoreNow = () => (refit === undefined ? grower.score : start);
  if (hasHessians) grower.hessians.set(weight);

  let best = { loss: loss.value(target, start, weight, heldFrom, n), trees: 0 };
  for (let tree = 0; tree < params.nEstimators; tree++) {
    const random = createRandom(seed, tree);
    loss.terms(target, scoreNow(), weight, fitted, grower.gradients, grower.hessians);
    grower.quantise(sampled);
    sample(random, sampled, fitted, grower.counts);
    if (!grower.grow(random)) break;
    if (refit !== undefined) refitLeaves(builder, grower, set, start, refit);
    if (!isHeldBack) continue;
    const value = loss.value(target, scoreNow(), weight, heldFrom, n);
    if (value < best.loss) best = { loss: value, trees: tree + 1 };
    else if (tree + 1 - best.trees >= params.nIterNoChange) break;
  }
  const trees = isHeldBack ? best.trees : builder.trees;
  return { ensemble: new TreeEnsemble(builder.build({ base, scale: 1, trees })), gains: builder.gains(trees) };
}

/** The value of a leaf, drawn towards 0 as the Newton step is: as if `l2` rows in it had no residual. */
function leafRefit({ leafValue }: Loss, { learningRate, l2 }: BoostingParams): Loss['leafValue'] {
  if (leafValue === undefined) return undefined;
  return (residuals, weights) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return (learningRate * leafValue(residuals, weights) * total) / (total + l2);
  };
}

/** Marks `size` of the first `of` rows, without replacement (selection sampling, Knuth TAOCP 3.4.2 S). */
function sample(random: Random, size: number, of: number, counts: Int32Array): void {
  counts.fill(0);
  if (size === of) {
    counts.fill(1, 0, of);
    return;
  }
  let left = size;
  for (let i = 0; left > 0; i++) {
    // A number instead of a branch, which nobody could predict.
    const taken = Number((of - i) * random.next() < left);
    counts[i] = taken;
    left -= taken;
  }
}
