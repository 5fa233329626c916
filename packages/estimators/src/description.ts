import { PavioError } from '@pavio/core';
import type { FittedModel } from './model.ts';
import type { TensorFile } from './safetensors.ts';

/** What a reader of a model's file should know of it and cannot see from its numbers. */
export interface ModelDescription {
  /** The features that the model was fitted on, in the order of its columns. */
  readonly featureSet: { readonly name: string; readonly hash: string; readonly inputs: readonly string[] };
  /** Name and version of the software. */
  readonly software: string;
}

/**
 * A model's tensors, the metadata of which also has the names and hash of the features, and the software.
 * @throws PavioError `feature_mismatch` where the description has not as many features as the model reads.
 */
export function describedTensors(model: FittedModel, { featureSet, software }: ModelDescription): TensorFile {
  const { name, hash, inputs } = featureSet;
  if (inputs.length !== model.columns) {
    throw new PavioError(
      'feature_mismatch',
      `${model.name} reads ${model.columns} features, but ${inputs.length} are named.`,
    );
  }
  const { tensors, metadata } = model.toTensors();
  const about = { features: JSON.stringify(inputs), feature_set: name, feature_hash: hash, software };
  return { tensors, metadata: { ...metadata, ...about } };
}
