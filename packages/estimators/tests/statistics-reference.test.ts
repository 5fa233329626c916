import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { pythonVenvOrReason } from '@pavio/storage/testing';
import { expect, onTestFinished, test } from 'vitest';
import { calibrate, fitCalibrator } from '../src/calibration/calibrator.ts';
import { decomposeBrier } from '../src/evaluation/brier.ts';
import { dieboldMariano } from '../src/evaluation/diebold-mariano.ts';
import { holmAdjusted } from '../src/evaluation/holm.ts';
import { classificationMetrics } from '../src/evaluation/metrics.ts';
import { clusteredWilsonInterval, wilsonInterval } from '../src/evaluation/proportion.ts';
import { incompleteBeta, studentTUpperTail } from '../src/evaluation/student-t.ts';
import { compareWithNaive } from '../src/evaluation/verdict.ts';
import { createRandom } from '../src/random.ts';
import { gauss } from './synthetic.ts';

/** Seeds of the data that both sides compute with. */
const SEEDS = [1, 2, 3, 4, 5];

const pins = (await readFile(path.join(import.meta.dirname, 'reference/requirements.txt'), 'utf8')).trim().split('\n');
const python = await pythonVenvOrReason('statistics', pins);
const missing = typeof python === 'string' ? '' : ` (${python.unavailable})`;

/** One answer a question, all of them by one process: starting Python takes longer than the answers. */
async function ask<Answer>(
  questions: readonly ({ readonly ask: string } & Record<string, unknown>)[],
): Promise<Answer[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-statistics-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'questions.json');
  const plain = (_: string, value: unknown) => (value instanceof Float64Array ? [...value] : value);
  await writeFile(file, JSON.stringify(questions, plain));
  const script = path.join(import.meta.dirname, 'reference/statistics.py');
  const { stdout } = await promisify(execFile)(python as string, [script, file]);
  return JSON.parse(stdout);
}

/** Of the numbers farthest apart, as a share of the wanted one (or of a thousandth, where that is smaller). */
function relativeDifference(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const length = Math.max(found.length, wanted.length);
  const differences = Array.from({ length }, (_, i) => {
    return Math.abs(found[i]! - wanted[i]!) / Math.max(Math.abs(wanted[i]!), 1e-3);
  });
  return Math.max(...differences);
}

/** Probabilities that say too much, with many ties on a grid of `steps`, and what came of them. */
function overconfident(seed: number, rows: number, steps: number) {
  const random = createRandom(seed);
  const score = Float64Array.from({ length: rows }, () => gauss(random));
  const probability = score.map((z) => Math.round(steps / (1 + Math.exp(-2 * z))) / steps);
  const actual = score.map((z) => (random.next() < 1 / (1 + Math.exp(-0.7 * z - 0.2)) ? 1 : 0));
  return { probability: probability.map((p) => Math.min(1 - 1 / steps, Math.max(1 / steps, p))), actual };
}

test.skipIf(missing !== '')(`the statistics are those of statsmodels, scipy and scikit-learn${missing}`, async () => {
  const losses = SEEDS.flatMap((seed) => {
    const random = createRandom(seed);
    const model = Float64Array.from({ length: 40 * seed }, () => gauss(random) ** 2);
    // Differences that remember the one before, as those of volatile times do.
    let last = 0;
    const naive = model.map((loss) => loss + 0.1 + (last = 0.6 * last + gauss(random)));
    return [
      { model, naive, horizon: 1, lags: 0 },
      { model, naive, horizon: 1, lags: 5 },
      { model, naive, horizon: 3, lags: 2 },
    ];
  });
  const random = createRandom(9);
  const trials = [
    [0, 7],
    [7, 7],
    [1, 1],
    [13, 40],
    [17_123, 33_000],
  ] as const;
  const pValues = SEEDS.map((seed) => Float64Array.from({ length: 4 * seed }, () => random.next() ** 3));
  const t = Float64Array.from({ length: 50 }, () => 3 * gauss(random));
  const [x, a, b] = [1, 60, 9].map((scale) => Float64Array.from({ length: 50 }, () => scale * random.next()));
  const [tails, betas, ...others] = await ask<number[]>([
    { ask: 'student-t', t, df: 59 },
    { ask: 'beta', a, b, x },
    ...trials.map(([successes, n]) => ({ ask: 'wilson', successes, n })),
    ...pValues.map((values) => ({ ask: 'holm', pValues: values })),
    ...losses.map((data) => ({ ask: 'diebold-mariano', ...data })),
  ]);
  expect(
    relativeDifference(
      t.map((value) => studentTUpperTail(value, 59)),
      tails!,
    ),
  ).toBeLessThan(1e-9);
  expect(
    relativeDifference(
      x!.map((value, i) => incompleteBeta(a![i]!, b![i]!, value)),
      betas!,
    ),
  ).toBeLessThan(1e-9);
  for (const [i, [successes, n]] of trials.entries()) {
    const { low, high } = wilsonInterval(successes, n);
    expect(relativeDifference([low, high], others[i]!)).toBeLessThan(1e-11);
  }
  const [holm, dieboldMarianos] = [others.slice(trials.length), others.slice(trials.length + pValues.length)];
  for (const [i, values] of pValues.entries())
    expect(relativeDifference(holmAdjusted(values), holm[i]!)).toBeLessThan(1e-12);
  for (const [i, { model, naive, ...options }] of losses.entries()) {
    const { statistic, pValue } = dieboldMariano(model, naive, options);
    expect(relativeDifference([statistic, pValue], dieboldMarianos[i]!)).toBeLessThan(1e-9);
  }
});

test.skipIf(missing !== '')(`probabilities are judged and calibrated as by scikit-learn${missing}`, async () => {
  const at = Float64Array.from({ length: 101 }, (_, i) => i / 100);
  const sets = SEEDS.map((seed) => overconfident(seed, 300 * seed, seed % 2 === 0 ? 40 : 1e6));
  const answers = await ask<number[]>(
    ['probabilities', 'isotonic', 'platt'].flatMap((what) => sets.map((set) => ({ ask: what, ...set, at }))),
  );
  const judged = answers.slice(0, sets.length);
  const blocks = answers.slice(sets.length, 2 * sets.length);
  const lines = answers.slice(2 * sets.length);
  for (const [i, { actual, probability }] of sets.entries()) {
    const { brier, logLoss, auc } = classificationMetrics(actual, probability);
    expect(relativeDifference([brier, logLoss, auc], judged[i]!)).toBeLessThan(1e-12);
    const isotonic = fitCalibrator('isotonic', probability, actual);
    expect(
      relativeDifference(
        at.map((p) => calibrate(isotonic, p)),
        blocks[i]!,
      ),
    ).toBeLessThan(1e-12);
    const platt = fitCalibrator('platt', probability, actual) as { slope: number; intercept: number };
    // scikit-learn stops L-BFGS at a gradient of 1e-6 a row.
    expect(relativeDifference([platt.slope, platt.intercept], lines[i]!)).toBeLessThan(1e-4);
  }
});

/** A panel of assets, more of them as time goes on, whose losses have a share in common that lasts for days. */
function lossesOfPanel(seed: number) {
  const random = createRandom(seed);
  const [times, model, naive]: [number[], number[], number[]] = [[], [], []];
  let mood = 0;
  for (let day = 0; day < 60 * seed; day++) {
    mood = 0.7 * mood + gauss(random);
    for (let asset = 0; asset < 2 + (day % 60) / 10; asset++) {
      times.push(86_400_000 * day);
      naive.push((mood + gauss(random)) ** 2);
      model.push(0.97 * naive.at(-1)! + 0.1 * (gauss(random) + 0.2 * mood) ** 2);
    }
  }
  return { times: Float64Array.from(times), model: Float64Array.from(model), naive: Float64Array.from(naive) };
}

test.skipIf(missing !== '')(
  `what stands between a share, a skill or a Brier score and its verdict is what statsmodels gives${missing}`,
  async () => {
    const panels = SEEDS.map(lossesOfPanel);
    const shares = panels.map(({ times, naive }) => {
      return { cluster: times, successes: Array.from(naive, (loss) => loss < 1) };
    });
    const forecasts = SEEDS.map((seed) => {
      const random = createRandom(seed);
      const probability = Float64Array.from({ length: 137 * seed }, () => random.next());
      return { probability, actual: probability.map((p) => (random.next() < 0.2 + 0.5 * p ? 1 : 0)) };
    });
    const answers = await ask<number[]>([
      ...shares.map((data) => ({ ask: 'clustered-wilson', ...data })),
      ...panels.map((data) => ({ ask: 'skill-interval', ...data })),
      ...forecasts.map((data) => ({ ask: 'brier-terms', ...data })),
    ]);
    const [wilson, skills, terms] = [0, 1, 2].map((part) => answers.slice(5 * part, 5 * part + 5));
    for (const [i, { successes, cluster }] of shares.entries()) {
      const { low, high } = clusteredWilsonInterval(successes, cluster);
      const [wantedLow, wantedHigh, independent] = wilson![i]!;
      expect(relativeDifference([low, high], [wantedLow!, wantedHigh!])).toBeLessThan(1e-10);
      // Or there would be nothing to correct for.
      expect(independent).toBeLessThan(0.95 * cluster.length);
    }
    for (const [i, losses] of panels.entries()) {
      const { skill, skillInterval } = compareWithNaive(losses);
      expect(relativeDifference([skill, skillInterval!.low, skillInterval!.high], skills![i]!)).toBeLessThan(1e-9);
    }
    for (const [i, { actual, probability }] of forecasts.entries()) {
      const found = decomposeBrier(actual, probability, Float64Array.from(actual.keys()));
      const { brier, reliability, resolution, uncertainty, withinBinVariance, withinBinCovariance } = found;
      const own = [brier, reliability, resolution, uncertainty, withinBinVariance, withinBinCovariance];
      expect(relativeDifference(own, terms![i]!)).toBeLessThan(1e-10);
    }
  },
);
