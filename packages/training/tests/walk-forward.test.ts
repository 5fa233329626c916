import { MODEL_NAMES } from '@pavio/core';
import { createTrainer, type FitJob, resolveParams, type Trainer } from '@pavio/estimators';
import { expect, it } from 'vitest';
import { readDataSet } from '../src/read-data-set.ts';
import { type Parameters, planFolds, runWalkForward } from '../src/walk-forward.ts';
import { DAY, openLake, SMALL, simulated } from './lake.ts';

it.each([undefined, 90 * DAY])(
  'what is fitted on forecasts keeps away from the fold it serves (window %s)',
  async (window) => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 400), ETH: simulated('ETH', 300) });
    const data = await readDataSet(lake.features);
    const folds = planFolds(data, 3, window);
    const parameters = Object.fromEntries(MODEL_NAMES.map((name) => [name, resolveParams(name, SMALL[name])]));
    await using inner = createTrainer({ threads: 0 });
    const jobs: FitJob[] = [];
    const trainer: Trainer = {
      ...inner,
      fit(job) {
        jobs.push(job);
        return inner.fit(job);
      },
    };
    const { regressor_lin, classifier_log } = await runWalkForward({
      trainer,
      data,
      folds,
      parameters: parameters as unknown as Parameters,
      seed: 1,
    });
    // What is held back inside of a fit, to stop it early, is as far away as a test part is.
    for (const { times } of jobs) expect(times).toEqual({ at: data.time, reach: 3 * DAY });
    for (const { rows, parts, raw, predicted, calibration, usualDirection } of [regressor_lin, classifier_log]) {
      expect(parts).toHaveLength(3);
      expect(parts.at(-1)!.to).toBe(rows.length);
      for (const [k, { from, to, known }] of parts.entries()) {
        expect(rows.subarray(from, to)).toEqual(folds[k]!.test);
        const rises = folds[k]!.train.filter((row) => data.logReturn[row]! > 0).length;
        const usual = 2 * rises > folds[k]!.train.length ? 1 : 0;
        expect(usualDirection.subarray(from, to)).toEqual(new Uint8Array(to - from).fill(usual));
        const firstTest = data.time[rows[from]!]!;
        // A label ends two candles after its row opens, and one more lies between.
        for (const row of rows.subarray(0, known)) expect(data.time[row]! + 3 * DAY).toBeLessThanOrEqual(firstTest);
        const later = rows.subarray(known, from);
        for (const row of later) expect(data.time[row]! + 3 * DAY).toBeGreaterThan(firstTest);
      }
      expect(predicted).toEqual(calibration?.served ?? raw);
    }
  },
);
