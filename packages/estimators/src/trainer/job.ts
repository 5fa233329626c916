import { type ErrorCode, isPavioError, type ModelName, PavioError, type PavioErrorOptions } from '@pavio/core';
import { type FitShare, type FittedShare, finishFit, fitShare } from '../fit.ts';
import { type Matrix, type RowRange, type RowSelection, selectRows } from '../matrix.ts';
import type { FittedModel } from '../model.ts';
import { type ModelParams, resolveParams } from '../params.ts';
import type { TensorFile } from '../safetensors.ts';
import type { RowTimes } from '../training-set.ts';
import { fitThresholds } from '../tree/binning.ts';
import { tailOf } from '../tree/early-stopping.ts';
import { type TreeArrays, TreeEnsemble } from '../tree/ensemble.ts';
import type { FittedTrees, TreeRange } from '../tree/forest.ts';
import type { OutOfBag, OutOfBagScore } from '../tree/out-of-bag.ts';
import type { Team } from '../tree/team.ts';

/** One model to fit on some rows, and rows to predict with it. */
export interface FitJob<N extends ModelName = ModelName> {
  readonly name: N;
  readonly params?: Partial<ModelParams[N]>;
  readonly seed: number;
  readonly X: Matrix;
  readonly y: Float64Array;
  readonly sampleWeight?: Float64Array;
  /** Rows to fit on, in order of time. */
  readonly train: RowSelection;
  /** For early stopping; see `TrainingInput`. */
  readonly times?: RowTimes;
  /** Rows to predict with the fitted model. */
  readonly predictRows?: RowSelection;
}

export interface FitResult {
  /** For `modelFromTensors` and `encodeSafetensors`. */
  readonly model: TensorFile;
  /** Values (regressors) or probabilities of class 1, in the order of `predictRows`. */
  readonly predictions: Float64Array | undefined;
  readonly importance: Float64Array;
  /** Of a forest whose parameters ask for it. */
  readonly outOfBag?: OutOfBagScore;
  /** Time that fitting took, in milliseconds. */
  readonly fitMs: number;
}

/** Fits and predicts, in whatever thread this is called. @throws PavioError as `fitModel` does. */
export function runJob(job: FitJob, share: Omit<FitShare, 'trees'> = {}): FitResult {
  const started = performance.now();
  const { resolved, fitted, rows } = fitJob(job, share);
  const model = finishFit(job.name, resolved, job.seed, rows, fitted);
  const fitMs = performance.now() - started;
  const predictions = job.predictRows === undefined ? undefined : model.predictRows(job.X, job.predictRows);
  return { ...resultOf(model), predictions, fitMs };
}

/** What a result keeps of its model. */
export function resultOf(model: FittedModel): Pick<FitResult, 'model' | 'importance' | 'outOfBag'> {
  const { importance, outOfBag } = model;
  return { model: model.toTensors(), importance, ...(outOfBag && { outOfBag }) };
}

function fitJob(job: FitJob, share: FitShare): FittedShare<ModelName> {
  const { name, params = {}, X, y, train, sampleWeight, times, seed } = job;
  const known = { ...(sampleWeight && { sampleWeight }), ...(times && { times }) };
  return fitShare(name, params, X, y, { seed, rows: train, ...known }, share);
}

/** What the trees of a job split these columns by. */
function findThresholds({ name, params, X, train, times }: FitJob, columns: RowRange): Thresholds {
  const rows = selectRows(X.rows, train);
  if (name !== 'regressor_gbr') return fitThresholds(X, rows, columns);
  const resolved = resolveParams(name, params as Partial<ModelParams[typeof name]>);
  return fitThresholds(X, rows.subarray(0, tailOf(resolved, rows, times).fitted), columns);
}

/** What a worker is asked to do: a whole job, or what it contributes to one that several share. */
export type Task =
  | { readonly kind: 'fit'; readonly job: FitJob }
  | { readonly kind: 'thresholds'; readonly job: FitJob; readonly columns: RowRange }
  | { readonly kind: 'trees'; readonly job: FitJob; readonly trees: TreeRange; readonly thresholds: Thresholds }
  | { readonly kind: 'team'; readonly job: FitJob; readonly team: Team; readonly thresholds: Thresholds }
  | { readonly kind: 'predict'; readonly job: FitJob; readonly trees: TreeArrays; readonly rows: Int32Array };

type Thresholds = readonly Float32Array[];

export type TaskResult =
  | { readonly kind: 'fit'; readonly result: FitResult }
  /** The first member of a team has the result. */
  | { readonly kind: 'helped' }
  | { readonly kind: 'thresholds'; readonly thresholds: Thresholds }
  | { readonly kind: 'trees'; readonly part: ForestPart }
  /** Raw scores of the rows. */
  | { readonly kind: 'predict'; readonly scores: Float64Array };

/** Some trees of a forest, as plain data. */
export interface ForestPart {
  readonly arrays: TreeArrays;
  readonly gains: readonly Float64Array[];
  readonly outOfBag?: OutOfBag;
  /** Rows that were fitted on. */
  readonly rows: number;
}

export function runTask(task: Task): TaskResult {
  const { kind, job } = task;
  switch (kind) {
    case 'fit':
      return { kind: 'fit', result: runJob(job) };
    case 'team': {
      const { team, thresholds } = task;
      if (team.member === 0) return { kind: 'fit', result: runJob(job, { team, thresholds }) };
      fitJob(job, { team, thresholds });
      return { kind: 'helped' };
    }
    case 'thresholds':
      return { kind, thresholds: findThresholds(job, task.columns) };
    case 'trees': {
      const { trees, thresholds } = task;
      const { fitted, rows } = fitJob(job, { trees, thresholds });
      const { ensemble, ...others } = fitted as FittedTrees;
      return { kind, part: { arrays: ensemble.arrays, ...others, rows } };
    }
    case 'predict':
      return { kind, scores: new TreeEnsemble(task.trees).predictRows(job.X, task.rows) };
  }
}

/** What goes to a worker. */
export interface TaskMessage {
  readonly id: number;
  readonly task: Task;
}

/** What comes back from it. */
export type TaskAnswer =
  | { readonly id: number; readonly result: TaskResult }
  | { readonly id: number; readonly failure: JobFailure };

/** An error as plain data: structured cloning keeps neither its class nor its code. */
export interface JobFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly options: Omit<PavioErrorOptions, 'cause'>;
  readonly stack: string | undefined;
}

export function describeFailure(error: unknown): JobFailure {
  if (!isPavioError(error)) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { code: 'internal', message, options: {}, stack };
  }
  const { code, message, stack, remedy, details } = error;
  return { code, message, stack, options: remedy === undefined ? { details } : { details, remedy } };
}

/** The worker's error, with the worker's stack. */
export function reviveFailure(failure: JobFailure): PavioError {
  const error = new PavioError(failure.code, failure.message, failure.options);
  if (failure.stack !== undefined) error.stack = failure.stack;
  return error;
}
