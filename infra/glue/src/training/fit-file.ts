import { PavioError } from '@pavio/core';
import { decodeSafetensors, encodeSafetensors, type FitResult } from '@pavio/estimators';

/** Beside the tensors of the model. */
const PREDICTIONS = 'predictions';
/** Beside the metadata of the model: what is neither tensor nor text. */
const OTHERS = 'fit';

/** A fit as one safetensors file. */
export function encodeFit({ model, predictions, importance: _inModel, ...others }: FitResult): Uint8Array {
  const told = predictions && { [PREDICTIONS]: { shape: [predictions.length], data: predictions } };
  return encodeSafetensors({
    tensors: { ...model.tensors, ...told },
    metadata: { ...model.metadata, [OTHERS]: JSON.stringify(others) },
  });
}

/** @throws PavioError `bad_model`. */
export function decodeFit(bytes: Uint8Array): FitResult {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const { [PREDICTIONS]: predictions, ...ofModel } = tensors;
  const { [OTHERS]: others = '', ...aboutModel } = metadata;
  const importance = ofModel['importance']?.data;
  if (!(importance instanceof Float64Array) || others === '') {
    throw new PavioError('bad_model', 'The file is not that of a fit.', { remedy: 'Train again.' });
  }
  return {
    ...(JSON.parse(others) as Pick<FitResult, 'fitMs'>),
    model: { tensors: ofModel, metadata: aboutModel },
    predictions: predictions?.data as Float64Array | undefined,
    importance,
  };
}
