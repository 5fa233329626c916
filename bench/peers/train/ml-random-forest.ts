// node ml-random-forest.ts PROBLEM SPEC: fits by npm's ml-random-forest and tells the figures.
import process from 'node:process';
import { RandomForestRegression } from 'ml-random-forest';
import { median } from '../../median.ts';
import { COLUMNS, type Figures, heldOutLoss, readProblem, type Spec } from './problem.ts';

const [file = '', specText = ''] = process.argv.slice(2);
const spec = JSON.parse(specText) as Spec;
const { X, y, rows } = readProblem(file);
const take = (from: number, to: number) => {
  return Array.from({ length: to - from }, (_, i) => {
    return Array.from({ length: COLUMNS }, (_, column) => X[column * rows + from + i]!);
  });
};
const heldOut = spec.rows * spec.seeds.length;
const test = take(heldOut, rows);
const runs = spec.seeds.map((seed, i) => {
  const [from, to] = [i * spec.rows, (i + 1) * spec.rows];
  const train = take(from, to);
  const forest = new RandomForestRegression({
    seed,
    nEstimators: spec.trees,
    ...(spec.maxFeatures === 'sqrt' ? {} : { maxFeatures: spec.maxFeatures }),
    replacement: true,
    // Its out-of-bag figures fail where a row is in every bag, as happens with few trees.
    noOOB: true,
    treeOptions: { minNumSamples: 2 * spec.minSamplesLeaf, maxDepth: spec.maxDepth ?? Infinity },
  });
  const started = performance.now();
  forest.train(train, [...y.subarray(from, to)]);
  const fitted = performance.now();
  const loss = heldOutLoss(Float64Array.from(forest.predict(test)), y.subarray(heldOut));
  return { fit: (fitted - started) / 1000, predict: (performance.now() - fitted) / 1000, loss };
});
const figures: Figures = {
  fitSeconds: median(runs.map(({ fit }) => fit)),
  predictSeconds: median(runs.map(({ predict }) => predict)),
  loss: median(runs.map(({ loss }) => loss)),
  losses: runs.map(({ loss }) => loss),
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
  version: 'ml-random-forest',
};
console.log(JSON.stringify(figures));
