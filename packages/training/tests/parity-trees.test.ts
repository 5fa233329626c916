import { existsSync } from 'node:fs';
import {
  answerWithOurTrees,
  askTreePeers,
  median,
  scikitLearn,
  type TreeProblem,
  type TreeQuestion,
} from '@pavio/estimators/testing';
import { describe, expect, it } from 'vitest';
import { DATA, realDataSet } from './real-candles.ts';

const python = await scikitLearn();
const missing = existsSync(DATA) ? python.missing : ' (skipped where ../shared/data is absent)';

/** As with known truths; see parity-trees.test.ts of @pavio/estimators. */
const TOLERANCE = 0.01;
const SEEDS = [1, 2, 3, 4, 5];
const TRAIN = 6000;
const QUESTIONS: readonly TreeQuestion[] = [
  { peer: 'forest', trees: 30, maxFeatures: 0.34, leaf: 20 },
  { peer: 'classifier-forest', trees: 30, maxFeatures: 'sqrt', leaf: 20 },
  { peer: 'histogram', trees: 40, leaves: 15, leaf: 20 },
  { peer: 'histogram-classifier', trees: 40, leaves: 15, leaf: 20 },
  { peer: 'lightgbm', trees: 40, leaves: 15, leaf: 20 },
];

/** Five stretches of time to learn from, and the time after them to be judged on. */
function problemOf(y: Float64Array, X: TreeProblem['X']): TreeProblem {
  const typical = median([...y]);
  const classes = y.map((value) => (value > typical ? 1 : 0));
  return { X, y, value: y, classes, chance: classes, train: TRAIN, seeds: SEEDS };
}

describe.skipIf(missing !== '')(`on real candles trees lose no more than their peers do${missing}`, () => {
  // Next to nothing can be known of the return, and much of its size.
  it.each([
    ['the next return', (change: number) => change],
    ['its size', (change: number) => Math.log(Math.abs(change) + 0.001)],
  ])('%s', async (_, targetOf) => {
    const { inputs, logReturn } = await realDataSet();
    const problem = problemOf(logReturn.map(targetOf), inputs);
    const answers = await askTreePeers(python.path, problem, QUESTIONS);
    const ratios = QUESTIONS.map((question, i) => {
      const ours = answerWithOurTrees(problem, question).distances;
      return { question, ratio: median(ours.map((distance, k) => distance / answers[i]!.distances[k]!)) };
    });
    console.log(ratios.map(({ question: { peer }, ratio }) => `${peer} ${ratio.toFixed(4)}`).join(', '));
    // Much less than 1 would be other settings.
    const isEqual = (ratio: number) => ratio < 1 + TOLERANCE && ratio > 1 - 3 * TOLERANCE;
    expect(ratios.filter(({ ratio }) => !isEqual(ratio))).toEqual([]);
  });
});
