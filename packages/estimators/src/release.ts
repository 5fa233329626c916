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

const REMEDY = 'Roll back to another version, or train anew.';

/**
 * The models of a release, each proven: its file is read, is of the feature set that the manifest names, and gives the
 * predictions for the check rows that the manifest stores.
 * @throws PavioError `feature_mismatch` with both hashes, or `bad_model`, naming the model that does not.
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
  const file = decodeSafetensors(bytes);
  const model = modelFromTensors(file);
  if (model.name !== name) refuse(version, `the file of ${name} holds a ${model.name}`);
  requireFeatureSet(file.metadata['feature_hash'], name, manifest);
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

function requireFeatureSet(hash: string | undefined, name: ModelName, { version, featureSet }: ReleaseManifest): void {
  if (hash === featureSet.hash) return;
  if (hash === undefined) refuse(version, `the file of ${name} does not say which features it reads`);
  throw new PavioError(
    'feature_mismatch',
    `Release ${version} cannot be used: the file of ${name} reads feature set ${hash.slice(0, 12)}, the manifest names ${featureSet.hash.slice(0, 12)}.`,
    { remedy: REMEDY, details: { version, model: name, file: hash, manifest: featureSet.hash } },
  );
}

function refuse(version: string, problem: string): never {
  throw new PavioError('bad_model', `Release ${version} cannot be used: ${problem}.`, {
    remedy: REMEDY,
    details: { version },
  });
}
