import { MODEL_NAMES, type ModelName } from '@pavio/core';
import { compareWithNaive, squaredErrors } from '@pavio/estimators';
import { expect, it } from 'vitest';
import { significantlyWorse } from '../src/gate.ts';
import { randomFrom } from './random.ts';

const DAYS = 400;
const random = randomFrom(9);
const noise = () => Float64Array.from({ length: DAYS }, () => random() - 0.5);
const logReturn = noise();
const data = {
  time: Float64Array.from({ length: DAYS }, (_, day) => day * 86_400_000),
  logReturn,
  isUp: logReturn.map((r) => (r > 0 ? 1 : 0)),
};
const rows = Int32Array.from({ length: DAYS }, (_, row) => row);

/** The same of all models, but for those that are given. */
function forecasts(others: Partial<Record<ModelName, Float64Array>> = {}) {
  const entries = MODEL_NAMES.map((name) => [name, { rows, predicted: others[name] ?? data.isUp.map(() => 0.5) }]);
  return Object.fromEntries(entries) as Parameters<typeof significantlyWorse>[2];
}

it('holds five models to five times less than one: each may look worse by bad luck', () => {
  // Forecasts that have nothing to do with the returns, and so err a little more than none.
  const zero = new Float64Array(DAYS);
  const worse = noise().map((z) => 0.2 * z);
  const { dieboldMariano } = compareWithNaive({
    times: data.time,
    model: squaredErrors(logReturn, zero),
    naive: squaredErrors(logReturn, worse),
  });
  expect(dieboldMariano!.pValue).toBeGreaterThan(0.05 / 5);
  expect(dieboldMariano!.pValue).toBeLessThan(0.05);

  const compare = (names: readonly ModelName[], predicted: Float64Array) =>
    significantlyWorse(names, data, forecasts({ regressor_lin: predicted }), forecasts({ regressor_lin: zero }));
  expect(compare(['regressor_lin'], worse)).toEqual(['regressor_lin']);
  expect(compare(MODEL_NAMES, worse)).toEqual([]);
  // What is bad beyond doubt stays bad among five.
  expect(
    compare(
      MODEL_NAMES,
      logReturn.map((r) => -r),
    ),
  ).toEqual(['regressor_lin']);
});
