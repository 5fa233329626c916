import type { ReleasedModel, Reliability } from '@pavio/core';
import { decomposeBrier } from '@pavio/estimators';
import type { DataSet } from './data-set.ts';
import type { OutOfSample } from './walk-forward.ts';

/** What the manifest tells of a classifier's probabilities: what calibrates them, why, and how far they can be trusted. */
export type CalibratedModel = {
  readonly [key in 'calibration' | 'reliability']: NonNullable<ReleasedModel[key]>;
};

/** @param outOfSample of a classifier */
export function calibrationOf(data: DataSet, { rows, predicted, raw, calibration }: OutOfSample): CalibratedModel {
  const { calibrator, trials, judged, chosen } = calibration!;
  const reliabilityOf = (probability: Float64Array, from: number): Reliability => {
    const pick = (values: Float64Array) => Float64Array.from(probability, (_, i) => values[rows[from + i]!]!);
    const { bins, ...terms } = decomposeBrier(pick(data.isUp), probability, pick(data.time));
    return {
      rows: probability.length,
      ...terms,
      bins: bins.map(({ observed, ...bin }) => ({
        ...bin,
        observed: observed.value,
        low: observed.low,
        high: observed.high,
      })),
    };
  };
  const isJudged = judged.to > judged.from;
  return {
    calibration: {
      calibrator: calibrator ?? null,
      trials: [...trials],
      before: isJudged ? reliabilityOf(raw.subarray(judged.from, judged.to), judged.from) : null,
      after: calibrator === undefined ? null : reliabilityOf(chosen, judged.from),
    },
    reliability: reliabilityOf(predicted, 0),
  };
}
