import { intervalMs, MODEL_NAMES, type ModelKind, type ModelName, modelKind } from '@pavio/core';
import {
  calibrateNested,
  type Fold,
  type FoldPart,
  type ModelParams,
  type NestedCalibration,
  type RowTimes,
  type Trainer,
  walkForward,
} from '@pavio/estimators';
import type { DataSet } from './data-set.ts';
import { parametersAt, type Tunings } from './tune/tunings.ts';

/** Parameters of the five models, complete. */
export type Parameters = { readonly [name in ModelName]: ModelParams[name] };

/** What a model said about rows it was not fitted on, and what the naive forecast says about them. */
export interface OutOfSample {
  /** Rows of the data set, ascending in time. */
  readonly rows: Int32Array;
  /** Number of the fold that tested each row. */
  readonly fold: Uint8Array;
  /** The rows of each fold, and how many of all rows things may be fitted on that it judges. */
  readonly parts: readonly FoldPart[];
  /** What would have been served: log return, or probability of a rise, calibrated by the folds before. */
  readonly predicted: Float64Array;
  /** What the model itself said: of classifiers, before calibration. */
  readonly raw: Float64Array;
  /** Of classifiers. */
  readonly calibration: NestedCalibration | undefined;
  /** The price stays: 0; or the share of rises among the fold's training rows. */
  readonly naive: Float64Array;
  /** 1 where most of the fold's training rows rose, else 0. */
  readonly usualDirection: Uint8Array;
}

/** Parts that models are tested on, where nobody asks for another number. */
export const FOLDS = 5;

/** Candles from a row's open until its label is known: the next one has closed. */
const HORIZON = 2;
/** Candles between training and test. */
const GAP = 1;

/** Milliseconds from a row's time until what follows may be judged by models that have learnt from the row. */
export function reachOf({ source }: Pick<DataSet, 'source'>): number {
  return (HORIZON + GAP) * intervalMs(source.interval);
}

/** The times of the rows, for what is held back inside of a fit. */
export function timesOf(data: DataSet): RowTimes {
  return { at: data.time, reach: reachOf(data) };
}

/** Folds by time over the whole panel. With a window, in milliseconds, no training row is older. */
export function planFolds(data: DataSet, folds: number, window?: number): Fold[] {
  const step = intervalMs(data.source.interval);
  return walkForward(data.time, {
    folds,
    gap: GAP * step,
    horizon: HORIZON * step,
    ...(window === undefined ? {} : { window }),
  });
}

export function targetOf(data: Pick<DataSet, 'logReturn' | 'isUp'>, kind: ModelKind): Float64Array {
  return kind === 'regressor' ? data.logReturn : data.isUp;
}

export interface WalkForwardJob {
  readonly trainer: Trainer;
  readonly data: DataSet;
  readonly folds: readonly Fold[];
  /** That the folds were planned with. */
  readonly window?: number | undefined;
  readonly parameters: Parameters;
  /** Models whose parameters were searched: each fold is fitted with what had been chosen by its time. */
  readonly tuned?: Tunings;
  readonly seed: number;
}

/** Every model fitted on the training part of every fold and asked about its test part. */
export async function runWalkForward(job: WalkForwardJob): Promise<Record<ModelName, OutOfSample>> {
  const results = await Promise.all(MODEL_NAMES.map(async (name) => [name, await testModel(name, job)] as const));
  return Object.fromEntries(results) as Record<ModelName, OutOfSample>;
}

export async function testModel(name: ModelName, job: WalkForwardJob): Promise<OutOfSample> {
  const { trainer, data, folds, parameters, tuned, seed } = job;
  const tuning = tuned?.[name];
  const y = targetOf(data, modelKind(name));
  const times = timesOf(data);
  const fitted = await Promise.all(
    folds.map(({ train, test, testSpan }) => {
      const params = tuning === undefined ? parameters[name] : parametersAt(name, tuning, testSpan.from);
      return trainer.fit({ name, params, seed, X: data.inputs, y, train, times, predictRows: test });
    }),
  );
  const rows = Int32Array.from(folds.flatMap(({ test }) => [...test]));
  const fold = new Uint8Array(rows.length);
  const raw = new Float64Array(rows.length);
  const naive = new Float64Array(rows.length);
  const usualDirection = new Uint8Array(rows.length);
  const parts: FoldPart[] = [];
  for (const [index, { train, test, trainSpan }] of folds.entries()) {
    const from = parts.at(-1)?.to ?? 0;
    const to = from + test.length;
    fold.fill(index, from, to);
    raw.set(fitted[index]!.predictions!, from);
    const rises = meanOf(data.isUp, train);
    if (modelKind(name) === 'classifier') naive.fill(rises, from, to);
    usualDirection.fill(rises > 0.5 ? 1 : 0, from, to);
    const later = rows.findIndex((row) => data.time[row]! > trainSpan.to);
    parts.push({ from, to, known: Math.min(later, from) });
  }
  const asked = { rows, fold, parts, raw, naive, usualDirection };
  if (modelKind(name) === 'regressor') return { ...asked, predicted: raw, calibration: undefined };
  const actual = Float64Array.from(rows, (row) => y[row]!);
  const calibration = calibrateNested({ actual, probability: raw, parts });
  return { ...asked, predicted: calibration.served, calibration };
}

function meanOf(values: Float64Array, rows: Int32Array): number {
  let sum = 0;
  for (const row of rows) sum += values[row]!;
  return sum / rows.length;
}
