import { intervalMs, MODEL_NAMES, type ModelKind, type ModelName, modelKind } from '@pavio/core';
import { type Fold, type ModelParams, type Trainer, walkForward } from '@pavio/estimators';
import type { DataSet } from './data-set.ts';

/** Parameters of the five models, complete. */
export type Parameters = { readonly [name in ModelName]: ModelParams[name] };

/** What a model said about rows it was not fitted on, and what the naive forecast says about them. */
export interface OutOfSample {
  /** Rows of the data set, ascending in time. */
  readonly rows: Int32Array;
  /** Number of the fold that tested each row. */
  readonly fold: Uint8Array;
  /** Log return, or probability of a rise. */
  readonly predicted: Float64Array;
  /** The price stays: 0; or the share of rises among the fold's training rows. */
  readonly naive: Float64Array;
}

/**
 * Folds by time over the whole panel. A label is known when the next candle has closed, two intervals after the row's
 * open; one more interval lies between training and test.
 */
export function planFolds(data: DataSet, folds: number): Fold[] {
  const step = intervalMs(data.source.interval);
  return walkForward(data.time, { folds, gap: step, horizon: 2 * step });
}

export function targetOf(data: DataSet, kind: ModelKind): Float64Array {
  return kind === 'regressor' ? data.logReturn : data.isUp;
}

export interface WalkForwardJob {
  readonly trainer: Trainer;
  readonly data: DataSet;
  readonly folds: readonly Fold[];
  readonly parameters: Parameters;
  readonly seed: number;
}

/** Every model fitted on the training part of every fold and asked about its test part. */
export async function runWalkForward(job: WalkForwardJob): Promise<Record<ModelName, OutOfSample>> {
  const results = await Promise.all(MODEL_NAMES.map(async (name) => [name, await testModel(name, job)] as const));
  return Object.fromEntries(results) as Record<ModelName, OutOfSample>;
}

async function testModel(name: ModelName, job: WalkForwardJob): Promise<OutOfSample> {
  const { trainer, data, folds, parameters, seed } = job;
  const y = targetOf(data, modelKind(name));
  const fitted = await Promise.all(
    folds.map(({ train, test }) =>
      trainer.fit({ name, params: parameters[name], seed, X: data.inputs, y, train, predictRows: test }),
    ),
  );
  const total = folds.reduce((sum, { test }) => sum + test.length, 0);
  const outOfSample: OutOfSample = {
    rows: new Int32Array(total),
    fold: new Uint8Array(total),
    predicted: new Float64Array(total),
    naive: new Float64Array(total),
  };
  let offset = 0;
  for (const [index, { train, test }] of folds.entries()) {
    outOfSample.rows.set(test, offset);
    outOfSample.fold.fill(index, offset, offset + test.length);
    outOfSample.predicted.set(fitted[index]!.predictions!, offset);
    if (modelKind(name) === 'classifier') outOfSample.naive.fill(meanOf(y, train), offset, offset + test.length);
    offset += test.length;
  }
  return outOfSample;
}

function meanOf(values: Float64Array, rows: Int32Array): number {
  let sum = 0;
  for (const row of rows) sum += values[row]!;
  return sum / rows.length;
}
