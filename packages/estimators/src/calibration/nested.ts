import { CALIBRATION_METHODS, type CalibrationMethod, type Calibrator } from '@pavio/core';
import { logLosses, squaredErrors } from '../evaluation/metrics.ts';
import type { RowRange } from '../matrix.ts';
import { calibrate, fitCalibrator } from './calibrator.ts';

/** Walk-forward rows in order of time, fold after fold. */
export interface FoldedProbabilities {
  /** 0 or 1. */
  readonly actual: Float64Array;
  /** What the models of the folds said. */
  readonly probability: Float64Array;
  readonly parts: readonly FoldPart[];
}

/** The rows `[from, to)` of a fold; the rows `[0, known)` lie in its training part, so that things may be fitted on them. */
export interface FoldPart extends RowRange {
  readonly known: number;
}

/** How good a way to calibrate was on folds later than those it was fitted on. */
export interface CalibrationTrial {
  readonly method: CalibrationMethod | 'none';
  readonly brier: number;
  readonly logLoss: number;
}

export interface NestedCalibration {
  /** For each row what would have been served: calibrated as the folds before it advised. */
  readonly served: Float64Array;
  /** What serves from now on, fitted on all rows; undefined: probabilities stay as they are. */
  readonly calibrator: Calibrator | undefined;
  /** The rows that were judged, `[from, to)`: all but those of the first fold, which has none before it. */
  readonly judged: RowRange;
  /** On the judged rows; none where there is one fold only. */
  readonly trials: readonly CalibrationTrial[];
  /** Probabilities of the judged rows by the chosen method, fitted on the folds before each. */
  readonly chosen: Float64Array;
}

/**
 * Calibration inside the walk-forward. Each fold's probabilities are calibrated, in every way there is, by what was
 * fitted on the folds before it. A way is taken when it had the lowest Brier score on folds later than those it was
 * fitted on, and no higher log loss than the probabilities as they are; a fold is served by the way that the folds before
 * it alone would have taken. So both the fit and the choice are out of sample in `served`, and what is judged there is
 * what serves next.
 */
export function calibrateNested({ actual, probability, parts }: FoldedProbabilities): NestedCalibration {
  const ways = new Map<CalibrationTrial['method'], Float64Array>([['none', probability]]);
  for (const method of CALIBRATION_METHODS) {
    const calibrated = probability.slice();
    for (const { from, to, known } of parts) {
      const calibrator = fitCalibrator(method, probability.subarray(0, known), actual.subarray(0, known));
      for (let i = from; i < to; i++) calibrated[i] = calibrate(calibrator, probability[i]!);
    }
    ways.set(method, calibrated);
  }
  const first = parts[0]?.to ?? 0;
  const trialsUntil = (end: number): CalibrationTrial[] =>
    Array.from(ways, ([method, way]) => {
      const [outcome, p] = [actual.subarray(first, end), way.subarray(first, end)];
      return { method, brier: meanOf(squaredErrors(outcome, p)), logLoss: meanOf(logLosses(outcome, p)) };
    });

  const served = probability.slice();
  for (const { from, to, known } of parts) {
    const method = known > first ? best(trialsUntil(known)) : 'none';
    served.set(ways.get(method)!.subarray(from, to), from);
  }
  const to = probability.length;
  const trials = to > first ? trialsUntil(to) : [];
  const method = best(trials);
  return {
    served,
    calibrator: method === 'none' ? undefined : fitCalibrator(method, probability, actual),
    judged: { from: first, to },
    trials,
    chosen: ways.get(method)!.slice(first),
  };
}

function best(trials: readonly CalibrationTrial[]): CalibrationTrial['method'] {
  const none = trials.find(({ method }) => method === 'none');
  if (none === undefined) return 'none';
  return trials.reduce((winner, trial) => {
    return trial.brier < winner.brier && trial.logLoss <= none.logLoss ? trial : winner;
  }, none).method;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
