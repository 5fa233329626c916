import { MODEL_NAMES, type ModelName, modelKind } from '@pavio/core';
import {
  describedTensors,
  encodeOnnx,
  encodeSafetensors,
  type FittedModel,
  type Matrix,
  modelFromTensors,
  proveOnnx,
  readRow,
  type Trainer,
} from '@pavio/estimators';
import type { DataSet } from './data-set.ts';
import { type Parameters, targetOf, timesOf } from './walk-forward.ts';

/** How many rows every loader checks a model's file on. */
const CHECK_ROWS = 16;

export interface FinalModel {
  readonly model: FittedModel;
  readonly file: Uint8Array;
  /** The same as ONNX. */
  readonly twin: Uint8Array;
  /** Share of each input. */
  readonly importance: Float64Array;
}

/** The five models fitted on the rows from `from` on, as files with their proven twins, and read back from the files. */
export async function fitFinalModels(
  trainer: Trainer,
  data: DataSet,
  parameters: Parameters,
  seed: number,
  from: number,
  software: string,
): Promise<Record<ModelName, FinalModel>> {
  const description = { featureSet: data.source.featureSet, software };
  const models = await Promise.all(
    MODEL_NAMES.map(async (name) => {
      const { model: fitted, importance } = await trainer.fit({
        name,
        params: parameters[name],
        seed,
        X: data.inputs,
        y: targetOf(data, modelKind(name)),
        train: { from, to: data.inputs.rows },
        times: timesOf(data),
      });
      const model = modelFromTensors(fitted);
      const twin = await encodeOnnx(model, description);
      await proveOnnx(twin, model, checkRowsOf(data.inputs));
      return [
        name,
        { model, file: encodeSafetensors(describedTensors(model, description)), twin, importance },
      ] as const;
    }),
  );
  return Object.fromEntries(models) as Record<ModelName, FinalModel>;
}

/** Rows spread evenly over the data: what every model must answer as it did when it was released. */
export function checkRowsOf(inputs: Matrix): Float32Array[] {
  const count = Math.min(CHECK_ROWS, inputs.rows);
  return Array.from({ length: count }, (_, i) => readRow(inputs, Math.floor(((i + 0.5) / count) * inputs.rows)));
}
