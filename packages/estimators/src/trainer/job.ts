import { type ErrorCode, isPavioError, type ModelName, PavioError, type PavioErrorOptions } from '@pavio/core';
import { fitModel } from '../fit.ts';
import type { Matrix, RowSelection } from '../matrix.ts';
import type { ModelParams } from '../params.ts';
import type { TensorFile } from '../safetensors.ts';

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
  /** Rows to predict with the fitted model. */
  readonly predictRows?: RowSelection;
}

export interface FitResult {
  /** For `modelFromTensors` and `encodeSafetensors`. */
  readonly model: TensorFile;
  /** Values (regressors) or probabilities of class 1, in the order of `predictRows`. */
  readonly predictions: Float64Array | undefined;
  readonly importance: Float64Array;
  /** Time that fitting took, in milliseconds. */
  readonly fitMs: number;
}

/** Fits and predicts, in whatever thread this is called. @throws PavioError as `fitModel` does. */
export function runJob(job: FitJob): FitResult {
  const { name, params = {}, X, y, train, predictRows, sampleWeight, seed } = job;
  const started = performance.now();
  const weights = sampleWeight === undefined ? {} : { sampleWeight };
  const model = fitModel(name, params, X, y, { seed, rows: train, ...weights });
  const fitMs = performance.now() - started;
  const predictions = predictRows === undefined ? undefined : model.predictRows(X, predictRows);
  return { model: model.toTensors(), predictions, importance: model.importance, fitMs };
}

/** What goes to a worker. */
export interface JobMessage {
  readonly id: number;
  readonly job: FitJob;
}

/** What comes back from it. */
export type JobAnswer =
  | { readonly id: number; readonly result: FitResult }
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
