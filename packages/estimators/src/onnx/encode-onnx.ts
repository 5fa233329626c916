import { describedTensors, type ModelDescription } from '../description.ts';
import type { FittedModel } from '../model.ts';

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
export async function encodeOnnx(model: FittedModel, description: ModelDescription): Promise<Uint8Array> {
  const tensors = describedTensors(model, description);
  // Loaded with the first file: predicting and serving need none of it.
  const [{ encodeModelProto }, { graphOf }] = await Promise.all([import('./model-proto.ts'), import('./graph.ts')]);
  const metadata = { ...tensors.metadata, kind: model.kind };
  return encodeModelProto({ graph: graphOf(model, tensors), producer: 'pavio', metadata });
}
