import { PavioError } from '@pavio/core';
import { studentTUpperTail } from './student-t.ts';

export interface DieboldMariano {
  /** Below 0 when the model's losses are smaller. */
  readonly statistic: number;
  /** Chance of so small a statistic if the model were no better: one-sided. */
  readonly pValue: number;
  /** Loss differences. */
  readonly n: number;
  /** Mean of the model's loss minus the naive one's. */
  readonly meanDifference: number;
}

export interface DieboldMarianoOptions {
  /** Steps ahead that are forecast; 1 by default. */
  readonly horizon?: number;
  /** Autocovariances in the long-run variance; `horizon - 1` by default, as optimal forecasts have no more. */
  readonly lags?: number;
}

/**
 * Test of equal predictive accuracy (Diebold and Mariano 1995) of a series of losses, in order of time. The long-run
 * variance has Bartlett weights, which keep it positive (Newey and West 1987); statistic and Student's t with n - 1
 * degrees of freedom as corrected by Harvey, Leybourne and Newbold (1997). Where the two losses never differ the
 * statistic is 0.
 * @throws PavioError `bad_input` when lengths differ or a loss is not a number, `not_enough_data` when `n <=
 * max(horizon, lags + 1)`.
 */
export function dieboldMariano(
  modelLosses: Float64Array,
  naiveLosses: Float64Array,
  options: DieboldMarianoOptions = {},
): DieboldMariano {
  const { horizon = 1, lags = horizon - 1 } = options;
  const n = modelLosses.length;
  if (naiveLosses.length !== n) {
    throw new PavioError('bad_input', `${n} losses cannot be compared with ${naiveLosses.length}.`);
  }
  if (n < 2 || n <= Math.max(horizon, lags + 1)) {
    throw new PavioError('not_enough_data', `${n} losses are too few for a test at horizon ${horizon}.`);
  }
  const difference = modelLosses.map((loss, i) => loss - naiveLosses[i]!);
  const mean = difference.reduce((sum, d) => sum + d, 0) / n;
  if (!Number.isFinite(mean)) throw new PavioError('bad_input', 'A loss is not a finite number.');
  const variance = longRunVariance(
    difference.map((d) => d - mean),
    lags,
  );
  const correction = Math.sqrt((n + 1 - 2 * horizon + (horizon * (horizon - 1)) / n) / n);
  const statistic = mean === 0 ? 0 : (correction * mean) / Math.sqrt(variance / n);
  return {
    statistic,
    pValue: studentTUpperTail(-statistic, n - 1),
    n,
    meanDifference: mean,
  };
}

/** Of a series with mean zero, in order of time, with Bartlett weights. */
export function longRunVariance(centred: Float64Array, lags: number): number {
  const n = centred.length;
  let variance = 0;
  for (let lag = 0; lag <= lags; lag++) {
    let covariance = 0;
    for (let i = lag; i < n; i++) covariance += centred[i]! * centred[i - lag]!;
    variance += (lag === 0 ? 1 : 2 * (1 - lag / (lags + 1))) * (covariance / n);
  }
  return variance;
}
