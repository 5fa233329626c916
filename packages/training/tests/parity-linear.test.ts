import { existsSync } from 'node:fs';
import { type FittedModel, fitModel } from '@pavio/estimators';
import { askScikitLearn, largestDifference, scikitLearn } from '@pavio/estimators/testing';
import { expect, it } from 'vitest';
import { DATA, realDataSet } from './real-candles.ts';

const python = await scikitLearn();
const missing = existsSync(DATA) ? python.missing : ' (skipped where ../shared/data is absent)';

it.skipIf(missing !== '')(`on real candles linear models are scikit-learn's${missing}`, async () => {
  const { inputs: X, logReturn, isUp } = await realDataSet();

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
