import type { BoostingParams } from '../params.ts';
import { createRandom, sampleSorted } from '../random.ts';
import type { TrainingSet } from '../training-set.ts';
import { binMatrix } from './binning.ts';
import { EnsembleBuilder } from './builder.ts';
import { TreeEnsemble } from './ensemble.ts';
import type { FittedTrees } from './forest.ts';
import { noiseGain } from './gain.ts';
import { TreeGrower } from './grower.ts';
import type { Loss } from './losses.ts';

/**
 * Gradient boosting with Newton leaves (Friedman 2001; Chen and Guestrin 2016) and row subsampling (Friedman 2002). The
 * prediction is a raw score: the value for the squared loss, log odds for the logistic one.
 *
 * With early stopping, the last `validationFraction` of the rows in the order given (which is the order of time) is
 * held back; when its loss has not improved for `nIterNoChange` trees, fitting ends and the trees after the best one
 * are dropped. The number of trees may then be 0: nothing was learned that lasts. Bins and baseline are those of the
 * rows that are fitted on.
 */
export function fitBoosting(loss: Loss, params: BoostingParams, set: TrainingSet, seed: number): FittedTrees {
  const { target, weight } = set;
  const n = set.rows.length;
  const { validationFraction } = params;
  const held = validationFraction === null ? 0 : Math.min(n - 1, Math.max(1, Math.round(n * validationFraction)));
  const fitted = n - held;
  const sampled = Math.max(1, Math.round(fitted * params.subsample));

  const binned = binMatrix(set.matrix, set.rows, fitted);
  const builder = new EnsembleBuilder(binned);
  const base = loss.baseline(target, weight, fitted);
  const score = new Float64Array(n).fill(base);
  const ownHessians = loss.hasHessian || set.weighted;
  const terms = {
    gradients: new Float64Array(n),
    // The squared loss has its weights for hessians.
    hessians: ownHessians ? weight.slice() : undefined,
    counts: new Float64Array(n).fill(1),
  };
  const grower = new TreeGrower(binned, terms, builder, {
    maxDepth: params.maxDepth ?? Infinity,
    maxLeaves: params.maxLeaves ?? Infinity,
    minSamplesLeaf: params.minSamplesLeaf,
    featuresPerNode: set.matrix.columns,
    l2: params.l2,
    minGain: noiseGain(target, weight, loss.hasHessian ? 0 : base),
    shrinkage: params.learningRate,
  });

  let best = { loss: loss.value(target, score, weight, fitted, n), trees: 0 };
  const inSample = new Uint8Array(n);
  for (let tree = 0; tree < params.nEstimators; tree++) {
    const random = createRandom(seed, tree);
    loss.terms(target, score, weight, fitted, terms.gradients, terms.hessians ?? terms.counts);
    sampleSorted(random, sampled, fitted, grower.rows);
    inSample.fill(0);
    for (let i = 0; i < sampled; i++) inSample[grower.rows[i]!] = 1;
    for (const leaf of grower.grow(sampled, random)) {
      for (let i = leaf.start; i < leaf.end; i++) score[grower.rows[i]!]! += leaf.value;
    }
    for (let i = 0; i < n; i++) if (inSample[i] === 0) score[i]! += builder.predictBinned(tree, i);
    if (held === 0) continue;
    const value = loss.value(target, score, weight, fitted, n);
    if (value < best.loss) best = { loss: value, trees: tree + 1 };
    else if (tree + 1 - best.trees >= params.nIterNoChange) break;
  }
  const trees = held === 0 ? builder.trees : best.trees;
  return { ensemble: new TreeEnsemble(builder.build({ base, scale: 1, trees })), gains: builder.gains(trees) };
}
