// node ours.ts PROBLEM SPEC THREADS: fits by @pavio/estimators and tells the figures.
import process from 'node:process';
import { createTrainer, type FitJob, type Matrix } from '@pavio/estimators';
import { median } from '../../median.ts';
import { COLUMNS, type Figures, heldOutLoss, readProblem, type Spec } from './problem.ts';

const [file = '', specText = '', threads = '1'] = process.argv.slice(2);
const spec = JSON.parse(specText) as Spec;
const problem = readProblem(file);
const isClassifier = spec.kind === 'classifier-forest';
const y = isClassifier ? problem.y.map((value) => (value > 0 ? 1 : 0)) : problem.y;
const X: Matrix = { rows: problem.rows, columns: COLUMNS, data: problem.X };

const { trees: nEstimators, maxDepth, minSamplesLeaf, maxFeatures, maxLeaves } = spec;
const boosting = { learningRate: 0.1, l2: 0, subsample: 1, validationFraction: null };

const heldOut = spec.rows * spec.seeds.length;

function jobOf(seed: number, train: { from: number; to: number }, predicted: number): FitJob {
  const common = { seed, X, y, train, predictRows: { from: heldOut, to: predicted } };
  if (spec.kind === 'forest' || spec.kind === 'classifier-forest') {
    const params = { nEstimators, maxDepth, minSamplesLeaf, maxFeatures, classWeight: null };
    return { ...common, name: isClassifier ? 'classifier_rf' : 'regressor_rf', params };
  }
  return {
    ...common,
    name: 'regressor_gbr',
    params: { ...boosting, nEstimators, maxDepth, maxLeaves, minSamplesLeaf },
  };
}

await using trainer = createTrainer({ threads: Number(threads) });
// Threads start and code is compiled before the clock does: twice a thread.
const warmUps = Array.from({ length: 2 * trainer.threads }, (_, seed) => seed);
await Promise.all(warmUps.map((seed) => trainer.fit(jobOf(seed, { from: 0, to: 1000 }, heldOut + 100))));
const runs: { fit: number; predict: number; loss: number }[] = [];
for (const [i, seed] of spec.seeds.entries()) {
  const train = { from: i * spec.rows, to: (i + 1) * spec.rows };
  const started = performance.now();
  const { predictions, fitMs } = await trainer.fit(jobOf(seed, train, problem.rows));
  const predict = performance.now() - started - fitMs;
  runs.push({ fit: fitMs / 1000, predict: predict / 1000, loss: heldOutLoss(predictions!, y.subarray(heldOut)) });
}
const figures: Figures = {
  fitSeconds: median(runs.map(({ fit }) => fit)),
  predictSeconds: median(runs.map(({ predict }) => predict)),
  loss: median(runs.map(({ loss }) => loss)),
  losses: runs.map(({ loss }) => loss),
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
  version: `Node ${process.versions.node}`,
};
console.log(JSON.stringify(figures));
