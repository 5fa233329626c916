import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MODEL_NAMES, modelKind, type Trial } from '@pavio/core';
import { createTrainer, type Range, SEARCH_SPACE } from '@pavio/estimators';
import { describe, expect, it } from 'vitest';
import type { DataSet } from '../src/data-set.ts';
import { completeParameters } from '../src/parameters.ts';
import { readDataSet } from '../src/read-data-set.ts';
import { chooseByStage, planStages } from '../src/tune/choose.ts';
import { openStudy, runTrial } from '../src/tune/study.ts';
import { parametersAt } from '../src/tune/tunings.ts';
import { planFolds } from '../src/walk-forward.ts';
import { DAY, openLake, simulated } from './lake.ts';

function trial(number: number, losses: readonly number[]): Trial {
  const folds = losses.map((loss) => ({ rows: 100, loss }));
  return { format: 1, study: 'any', number, parameters: { alpha: number }, folds };
}

describe('chooseByStage', () => {
  const stages = [1, 2, 3].map((folds) => ({ from: folds * DAY, folds }));
  const chosen = (trials: readonly Trial[]) =>
    chooseByStage(trials, stages).map(({ parameters }) => parameters['alpha']);

  it('rests each choice on the folds before it alone', () => {
    const trials = [trial(0, [3, 3, 3]), trial(1, [1, 9, 9]), trial(2, [2, 2, 9])];
    expect(chosen(trials)).toEqual([1, 2, 0]);
    // Whatever happens in the last fold, only the last choice can change.
    const other = [trial(0, [3, 3, 99]), trial(1, [1, 9, -99]), trial(2, [2, 2, 0])];
    expect(chosen(other)).toEqual([1, 2, 1]);
  });

  it('takes the earlier of equals, so the defaults before anything that is no better', () => {
    expect(chosen([trial(0, [1, 1, 1]), trial(1, [1, 1, 1])])).toEqual([0, 0, 0]);
  });

  it('weighs folds by their rows', () => {
    const uneven = {
      ...trial(1, [0, 0, 0]),
      folds: [
        { rows: 1, loss: 0 },
        { rows: 1000, loss: 2 },
        { rows: 0, loss: 0 },
      ],
    };
    expect(chosen([trial(0, [1, 1, 1]), uneven])).toEqual([1, 0, 0]);
  });
});

describe('a trial', () => {
  it('tells before each fold what was known by then, and nothing of what came later', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 400), ETH: simulated('ETH', 400) });
    const data = await readDataSet(lake.features);
    const folds = planFolds(data, 3);
    const stages = planStages(data, folds);
    expect(stages.map(({ folds: count }) => count)).toEqual([1, 2, 3]);
    expect(stages.slice(0, 2).map(({ from }) => from)).toEqual(folds.slice(1).map(({ testSpan }) => testSpan.from));

    await using trainer = createTrainer({ threads: 0 });
    const lossesOf = async (name: 'regressor_lin' | 'classifier_log', rows: DataSet, hash: string) => {
      const walk = { trainer, data: rows, folds, parameters: completeParameters(), seed: 1 };
      const job = { store: lake.store, walk, hash, software: 'pavio test' };
      const study = await openStudy(name, job);
      await runTrial(study, 1, job);
      return study.trials.get(1)!.folds;
    };
    for (const name of ['regressor_lin', 'classifier_log'] as const) {
      const truth = await lossesOf(name, data, 'truth');
      for (const [known, { from }] of stages.slice(0, 2).entries()) {
        // A label is known two days after its row's time: all that are not known by the stage are made up.
        const isKnown = (i: number) => data.time[i]! + 2 * DAY <= from;
        const logReturn = data.logReturn.map((r, i) => (isKnown(i) ? r : 0.1 * Math.sin(i)));
        const isUp = data.isUp.map((up, i) => (isKnown(i) ? up : 1 - up));
        const other = await lossesOf(name, { ...data, logReturn, isUp }, `${modelKind(name)} ${known}`);
        expect(other.slice(0, known + 1)).toEqual(truth.slice(0, known + 1));
        expect(other[known + 1]).not.toEqual(truth[known + 1]);
      }
    }
  });

  it('needs sixty candle times before it decides anything', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 250) });
    const data = await readDataSet(lake.features);
    // Two hundred candles: test parts of 33 times each.
    const folds = planFolds(data, 5);
    expect(planStages(data, folds).map(({ folds: count }) => count)).toEqual([2, 3, 4, 5]);
  });
});

it('fits a fold with what had been chosen by its time', () => {
  const choices = [
    { from: '2024-01-01T00:00:00Z', parameters: { alpha: 1 } },
    { from: '2025-01-01T00:00:00Z', parameters: { alpha: 2 } },
  ];
  const tuning = { study: 'any', trials: 3, compared: 2, untuned: { alpha: 0 }, choices };
  const at = (day: string) => parametersAt('regressor_lin', tuning, Date.parse(day)).alpha;
  expect(['2023-12-31', '2024-01-01', '2024-12-31', '2025-01-01', '2026-01-01'].map(at)).toEqual([0, 1, 1, 2, 2]);
});

it('searches what the README says', () => {
  const readme = readFileSync(path.resolve(import.meta.dirname, '../README.md'), 'utf8');
  for (const name of MODEL_NAMES) {
    const row = readme.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${name}\``));
    const ranges = Object.entries<Range>(SEARCH_SPACE[name]).map(
      ([key, { from, to }]) => `\`${key}\` ${from} to ${to}`,
    );
    const told = row?.match(/`[a-zA-Z0-9]+` [\d.]+ to [\d.]+/g);
    expect(told?.toSorted()).toEqual(ranges.toSorted());
  }
});
