import { PavioError } from '@pavio/core';
import type { FittedModel } from '../model.ts';

/** What a reader of the file should know of a model and cannot see from its numbers. */
export interface OnnxDescription {
  /** The features that the model was fitted on, in the order of its columns. */
  readonly featureSet: { readonly name: string; readonly hash: string; readonly inputs: readonly string[] };
  /** Name and version of the software. */
  readonly software: string;
}

/**
 * A model as an ONNX file, for onnxruntime and other readers: the same numbers as `predictRow` to float32 rounding. The
 * same model and description give the same bytes.
 *
 * Input `features` is float32 [N, columns], NaN where a value is missing. Regressors give `value`, float32 [N];
 * classifiers give `probability` of class 1, float32 [N], and `label`, int64 [N]: 1 where it is above one half. Names
 * and hash of the features, parameters, seed and software are in the file's metadata.
 *
 * @throws PavioError `feature_mismatch` where the description has not as many features as the model reads; `bad_model`
 * for trees that share nodes.
 */
export async function encodeOnnx(model: FittedModel, description: OnnxDescription): Promise<Uint8Array> {
  const { inputs } = description.featureSet;
  if (inputs.length !== model.columns) {
    throw new PavioError(
      'feature_mismatch',
      `${model.name} reads ${model.columns} features, but ${inputs.length} are named.`,
    );
  }
  // Loaded with the first file: predicting and serving need none of it.
  const [{ encodeModelProto }, { graphOf }] = await Promise.all([import('./model-proto.ts'), import('./graph.ts')]);
  const { software, featureSet } = description;
  const tensors = model.toTensors();
  const metadata = {
    ...tensors.metadata,
    kind: model.kind,
    features: JSON.stringify(inputs),
    feature_set: featureSet.name,
    feature_hash: featureSet.hash,
    software,
  };
  return encodeModelProto({ graph: graphOf(model, tensors), producer: 'pavio', metadata });
}
