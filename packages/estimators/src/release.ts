import { MODEL_NAMES, type ModelName, PavioError, type Release, type ReleaseManifest } from '@pavio/core';
import type { FittedModel } from './model.ts';
import { modelFromTensors } from './model-file.ts';
import { decodeSafetensors } from './safetensors.ts';

/** A release whose models can predict. */
export interface LoadedRelease {
  readonly manifest: ReleaseManifest;
  readonly models: Readonly<Record<ModelName, FittedModel>>;
}

/**
 * A loaded model must give its stored predictions to this relative precision: other machines may round `exp` otherwise.
 */
const CHECK_TOLERANCE = 1e-9;

/**
 * The models of a release, each proven: its file is read, reads as many features as the manifest lists, and gives the
 * predictions for the check rows that the manifest stores.
 * @throws PavioError `bad_model` naming the model that does not.
 */
export function loadRelease({ manifest, files }: Release): LoadedRelease {
  const inputs = manifest.featureSet.inputs.length;
  const rows = manifest.checkRows.map((row) => Float32Array.from(row, (value) => value ?? Number.NaN));
  if (rows.some((row) => row.length !== inputs)) refuse(manifest.version, `a check row has not ${inputs} inputs`);
  const entries = MODEL_NAMES.map((name) => [name, loadModel(name, manifest, files.get(name), rows)] as const);
  return { manifest, models: Object.fromEntries(entries) as Record<ModelName, FittedModel> };
}

function loadModel(
  name: ModelName,
  manifest: ReleaseManifest,
  bytes: Uint8Array | undefined,
  rows: readonly Float32Array[],
): FittedModel {
  const { version, featureSet, models } = manifest;
  if (bytes === undefined) refuse(version, `the file of ${name} is missing`);
  const model = modelFromTensors(decodeSafetensors(bytes));
  if (model.name !== name) refuse(version, `the file of ${name} holds a ${model.name}`);
  const inputs = featureSet.inputs.length;
  if (model.columns !== inputs) refuse(version, `${name} reads ${model.columns} features, not ${inputs}`);
  const { checks } = models[name];
  if (checks.length !== rows.length) {
    refuse(version, `${name} has ${checks.length} stored predictions for ${rows.length} check rows`);
  }
  for (const [i, stored] of checks.entries()) {
    const predicted = model.predictRow(rows[i]!);
    if (Math.abs(predicted - stored) <= CHECK_TOLERANCE * Math.max(Math.abs(stored), 1e-3)) continue;
    refuse(version, `${name} predicts ${predicted} for check row ${i}, but ${stored} is stored`);
  }
  return model;
}

function refuse(version: string, problem: string): never {
  throw new PavioError('bad_model', `Release ${version} cannot be used: ${problem}.`, {
    remedy: 'Roll back to another version, or train anew.',
    details: { version },
  });
}
