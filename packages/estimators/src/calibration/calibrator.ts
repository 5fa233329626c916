import { type CalibrationMethod, type Calibrator, PavioError } from '@pavio/core';
import { fitIsotonic, interpolate } from './isotonic.ts';
import { fitPlatt, scale } from './platt.ts';

/**
 * What turns a model's probabilities into such that come true as often as they say; undefined where all rows are of one
 * class. Never decreasing: it leaves the order of the rows as it is, but for ties.
 *
 * @param probability of class 1, of rows the model was not fitted on
 * @param actual 0 or 1
 * @throws PavioError `bad_input` for what is no probability.
 */
export function fitCalibrator(
  method: CalibrationMethod,
  probability: Float64Array,
  actual: Float64Array,
): Calibrator | undefined {
  const strange = probability.find((p) => !(p >= 0 && p <= 1));
  if (strange !== undefined) throw new PavioError('bad_input', `${strange} is not a probability.`);
  if (!actual.includes(0) || !actual.includes(1)) return undefined;
  return method === 'platt' ? fitPlatt(probability, actual) : fitIsotonic(probability, actual);
}

/** The calibrated probability; the model's own where there is no calibrator. */
export function calibrate(calibrator: Calibrator | null | undefined, probability: number): number {
  if (calibrator === null || calibrator === undefined) return probability;
  return calibrator.method === 'platt' ? scale(calibrator, probability) : interpolate(calibrator, probability);
}
