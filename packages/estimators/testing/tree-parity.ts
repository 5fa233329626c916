import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Matrix } from '../src/index.ts';
import { sigmoid } from '../src/log-odds.ts';
import { DEFAULT_PARAMS } from '../src/params.ts';
import { trainingSet } from '../src/training-set.ts';
import { fitBoosting } from '../src/tree/boosting.ts';
import { fitForest } from '../src/tree/forest.ts';
import { logisticLoss } from '../src/tree/losses.ts';
import { type OutOfBagScore, scoreOutOfBag } from '../src/tree/out-of-bag.ts';
import { regressionLoss } from '../src/tree/robust-losses.ts';

const run = promisify(execFile);

/** Rows for one fit a seed, `train` each, one after the other; then the held-out ones. */
export interface TreeProblem {
  readonly X: Matrix;
  /** What regressors and classifiers are fitted on. */
  readonly y: Float64Array;
  readonly classes: Float64Array;
  /** What their predictions are held against: the truth where it is known, or the same. */
  readonly value: Float64Array;
  readonly chance: Float64Array;
  readonly train: number;
  readonly seeds: readonly number[];
}

/** A model with these settings by `peer`, and the same by us. */
export interface TreeQuestion {
  readonly peer:
    | 'forest'
    | 'classifier-forest'
    | 'histogram'
    | 'histogram-classifier'
    | 'lightgbm'
    | 'lightgbm-classifier'
    | 'gradient';
  readonly trees: number;
  readonly leaf: number;
  readonly maxFeatures?: 'sqrt' | number;
  readonly balanced?: boolean;
  readonly leaves?: number;
  readonly depth?: number;
  readonly l2?: number;
  readonly loss?: keyof typeof LOSSES;
  readonly alpha?: number;
}

/** An entry a seed: mean squared distance of the held-out predictions, and scores out of bag. */
export interface TreeAnswer {
  readonly distances: readonly number[];
  /** Of forests: R2 or accuracy. */
  readonly outOfBag: readonly (number | null)[];
}

const LOSSES = { squared_error: 'squared', absolute_error: 'absolute', huber: 'huber', quantile: 'quantile' } as const;

/** What scikit-learn and LightGBM reach, an answer a question. @throws what Python printed, where it fails. */
export async function askTreePeers(
  python: string,
  problem: TreeProblem,
  questions: readonly TreeQuestion[],
): Promise<TreeAnswer[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-tree-parity-'));
  try {
    const file = path.join(folder, 'problem');
    const { X, value, chance, y, classes, train, seeds } = problem;
    const bytes = [value, chance, y, classes, X.data].map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength));
    await writeFile(file, Buffer.concat(bytes));
    const request = JSON.stringify({ rows: X.rows, columns: X.columns, train, seeds, questions });
    const { stdout } = await run(python, [path.join(import.meta.dirname, 'tree_parity.py'), file, request]);
    return JSON.parse(stdout) as TreeAnswer[];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What we reach at the same settings. */
export function answerWithOurTrees(problem: TreeProblem, question: TreeQuestion): TreeAnswer {
  const { X, train, seeds } = problem;
  const kind = question.peer.includes('classifier') ? 'classifier' : 'regressor';
  const [y, truth] = kind === 'classifier' ? [problem.classes, problem.chance] : [problem.y, problem.value];
  const from = train * seeds.length;
  const held = Int32Array.from({ length: X.rows - from }, (_, i) => from + i);
  const fits = seeds.map((seed, i) => {
    const set = trainingSet(kind, { X, y, rows: { from: i * train, to: (i + 1) * train } });
    const isForest = question.peer.endsWith('forest');
    const { ensemble, outOfBag } = isForest ? ourForest(question, set, seed) : ourBoosting(question, set);
    const raw = ensemble.predictRows(X, held);
    const predicted = kind === 'classifier' && !isForest ? raw.map(sigmoid) : raw;
    const distance = predicted.reduce((sum, p, k) => sum + (p - truth[held[k]!]!) ** 2, 0) / held.length;
    return { distance, outOfBag: outOfBag === undefined ? null : scoreOf(scoreOutOfBag(kind, outOfBag)) };
  });
  return { distances: fits.map((fit) => fit.distance), outOfBag: fits.map((fit) => fit.outOfBag) };
}

type Set = ReturnType<typeof trainingSet>;

function ourForest({ peer, trees, leaf, maxFeatures = 1, balanced }: TreeQuestion, set: Set, seed: number) {
  const classWeight = balanced === true ? ('balanced' as const) : null;
  const limits = { maxDepth: null, classWeight, oobScore: true };
  const params = { nEstimators: trees, minSamplesLeaf: leaf, maxFeatures, ...limits };
  return fitForest(peer === 'forest' ? 'regressor' : 'classifier', params, set, seed);
}

function ourBoosting({ peer, trees, leaf, leaves, depth, l2, loss, alpha }: TreeQuestion, set: Set) {
  const params = {
    ...DEFAULT_PARAMS.regressor_gbr,
    loss: LOSSES[loss ?? 'squared_error'],
    alpha: alpha ?? 0.9,
    nEstimators: trees,
    learningRate: 0.1,
    maxDepth: depth ?? null,
    maxLeaves: leaves ?? null,
    minSamplesLeaf: leaf,
    l2: l2 ?? 0,
    subsample: 1,
  };
  return fitBoosting(peer.includes('classifier') ? logisticLoss : regressionLoss(params), params, set, 1);
}

function scoreOf(score: OutOfBagScore | undefined): number | null {
  if (score === undefined) return null;
  return score.kind === 'regressor' ? score.r2 : score.accuracy;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
