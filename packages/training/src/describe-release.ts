import { createHash } from 'node:crypto';
import {
  isoTime,
  MODEL_NAMES,
  type ModelName,
  modelKind,
  type ReleasedModel,
  type ReleaseManifest,
  SIMULATED_SOURCE,
} from '@pavio/core';
import type { Fold } from '@pavio/estimators';
import { VOLATILITY_COLUMN } from '@pavio/features';
import { calibrationOf } from './calibration.ts';
import type { DataSet } from './data-set.ts';
import { checkRowsOf, type FinalModel } from './fit-release.ts';
import type { GateDecision } from './gate.ts';
import { intervalsOf } from './intervals.ts';
import { correctVerdicts, type Evaluation, evaluate } from './score.ts';
import type { Tunings } from './tune/tunings.ts';
import type { OutOfSample, Parameters } from './walk-forward.ts';

/** All that a training made. */
export interface Made {
  readonly software: string;
  readonly seed: number;
  readonly data: DataSet;
  /** `hashDataSet` of it. */
  readonly hash: string;
  readonly folds: readonly Fold[];
  /** Milliseconds. */
  readonly window: number | undefined;
  /** The first row that the models were fitted on. */
  readonly learntFrom: number;
  readonly parameters: Parameters;
  readonly tuned: Tunings;
  readonly models: Record<ModelName, FinalModel>;
  readonly outOfSample: Record<ModelName, OutOfSample>;
  readonly gate: GateDecision;
}

/** The manifest of what was made, but for its version and date. */
export function describeRelease(made: Made): Omit<ReleaseManifest, 'version' | 'createdAt'> {
  const { software, seed, data, hash, folds, window, learntFrom, tuned, outOfSample, gate } = made;
  const { source, quote, interval, featureSet } = data.source;
  const rows = checkRowsOf(data.inputs);
  const judged = MODEL_NAMES.map((name) => [name, evaluate(modelKind(name), data, outOfSample[name])] as const);
  const evaluations = correctVerdicts(Object.fromEntries(judged) as Record<ModelName, Evaluation>, tuned);
  const models = MODEL_NAMES.map((name) => [name, describeModel(name, made, evaluations[name], rows)] as const);
  const learnt = [...new Set(data.symbol.subarray(learntFrom))].sort((a, b) => a - b);
  return {
    format: 1,
    software,
    source,
    isSimulated: source === SIMULATED_SOURCE,
    quote,
    interval,
    featureSet: { name: featureSet.name, hash: featureSet.hash, inputs: [...featureSet.inputs] },
    volatilityColumn: VOLATILITY_COLUMN,
    training: {
      from: isoTime(data.time[learntFrom]!),
      to: isoTime(data.time.at(-1)!),
      rows: data.time.length - learntFrom,
      assets: learnt.map((id) => data.symbols[id]!),
      seed,
      ...(window === undefined ? {} : { window }),
      data: hash,
    },
    folds: folds.map(({ train, test, trainSpan, testSpan }) => ({
      train: { from: isoTime(trainSpan.from), to: isoTime(trainSpan.to), rows: train.length },
      test: { from: isoTime(testSpan.from), to: isoTime(testSpan.to), rows: test.length },
    })),
    checkRows: rows.map((row) => [...row]),
    models: Object.fromEntries(models) as ReleaseManifest['models'],
    gate,
  };
}

function describeModel(
  name: ModelName,
  { data, parameters, tuned, models, outOfSample }: Made,
  evaluation: Evaluation,
  rows: readonly Float32Array[],
): ReleasedModel {
  const { model, file, twin, importance } = models[name];
  const kind = modelKind(name);
  const tuning = tuned[name];
  return {
    kind,
    parameters: { ...parameters[name] },
    ...(tuning === undefined ? {} : { tuning }),
    file: describeFile(`${name}.safetensors`, file),
    onnx: describeFile(`${name}.onnx`, twin),
    evaluation,
    ...(kind === 'regressor'
      ? intervalsOf(data, outOfSample[name])
      : { intervals: {}, ...calibrationOf(data, outOfSample[name]) }),
    checks: rows.map((row) => model.predictRow(row)),
    importance: Object.fromEntries(data.source.featureSet.inputs.map((input, i) => [input, importance[i]!])),
  };
}

function describeFile(name: string, bytes: Uint8Array): ReleasedModel['file'] {
  return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
