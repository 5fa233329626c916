import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type FittedModel, fitModel } from '@pavio/estimators';
import { askScikitLearn, largestDifference, scikitLearn } from '@pavio/estimators/testing';
import { VOLATILITY_COLUMN } from '@pavio/features';
import { decodeCandleCsv } from '@pavio/storage';
import { expect, it } from 'vitest';
import { createDataSet } from '../src/index.ts';
import { openLake } from './lake.ts';

/** Daily candles of twenty assets from 2018 to 2024, which stand beside the checkout where Pavio is developed. */
const DATA = path.resolve(import.meta.dirname, '../../../../shared/data/binance');
const python = await scikitLearn();
const missing = existsSync(DATA) ? python.missing : ' (skipped where ../shared/data is absent)';

it.skipIf(missing !== '')(`on real candles linear models are scikit-learn's${missing}`, async () => {
  const lake = await openLake();
  const files = globSync('*-1d.csv', { cwd: DATA });
  expect(files).toHaveLength(20);
  const read = (file: string) => decodeCandleCsv(readFileSync(path.join(DATA, file)), file);
  await lake.put(Object.fromEntries(files.map((file) => [file.split('-', 1)[0]!, read(file)])));
  const { inputs: X, logReturn, isUp } = createDataSet((await lake.features.latest())!, VOLATILITY_COLUMN);
  expect(X).toMatchObject({ rows: 41_671, columns: 58 });

  const regression = await askScikitLearn(python.path, { X, y: logReturn }, [
    { ask: 'ridge', alpha: 0 },
    { ask: 'least-norm', rcond: 1e-6 },
    { ask: 'ridge', alpha: 4500 },
  ]);
  for (const [i, alpha] of [0, 0, 4500].entries()) {
    const model = fitModel('regressor_lin', { alpha }, X, logReturn, { seed: 1 });
    expect(largestDifference(lineOf(model), regression[i]!)).toBeLessThan(1e-8);
  }
  const settings = [
    { C: 0.001, classWeight: null },
    { C: 1, classWeight: 'balanced' },
  ] as const;
  const classification = await askScikitLearn(
    python.path,
    { X, y: isUp },
    settings.map((setting) => ({ ask: 'logistic', ...setting }) as const),
  );
  for (const [i, setting] of settings.entries()) {
    const model = fitModel('classifier_log', setting, X, isUp, { seed: 1 });
    expect(largestDifference(lineOf(model), classification[i]!)).toBeLessThan(1e-5);
  }
});

/** What the model's file says of its line. */
function lineOf(model: FittedModel): { intercept: number; coefficients: Float64Array } {
  const { tensors } = model.toTensors();
  const numbers = (name: string) => Float64Array.from(tensors[name]!.data as Float64Array);
  return { intercept: numbers('intercept')[0]!, coefficients: numbers('coefficients') };
}
