import {
  MODEL_NAMES,
  type ModelName,
  modelKind,
  type Release,
  type ReleaseManifest,
  releaseManifestSchema,
} from '@pavio/core';
import { describe, expect, test } from 'vitest';
import { describedTensors } from '../src/description.ts';
import { fitModel } from '../src/fit.ts';
import { loadRelease } from '../src/release.ts';
import { decodeSafetensors, encodeSafetensors } from '../src/safetensors.ts';
import { synthetic } from './synthetic.ts';

const { X, y, classes } = synthetic(1, 400, 4);
const CHECK_ROWS = [
  [0.5, -1, 2, 0.25],
  [0.5, null, 2, 0.25],
];

const DESCRIPTION = {
  featureSet: { name: 'test', hash: 'b'.repeat(64), inputs: ['a', 'b', 'c', 'd'] },
  software: 'test',
};

function releaseOf(): Release {
  const files = new Map<ModelName, Uint8Array>();
  const models: Record<string, unknown> = {};
  const score = { rows: 1, times: 1, metrics: {}, naive: {}, skill: null, directional: null, dieboldMariano: null };
  for (const name of MODEL_NAMES) {
    const kind = modelKind(name);
    const model = fitModel(name, {}, X, kind === 'regressor' ? y : classes, { seed: 1 });
    const bytes = encodeSafetensors(describedTensors(model, DESCRIPTION));
    files.set(name, bytes);
    models[name] = {
      kind,
      parameters: {},
      file: { name: `${name}.safetensors`, bytes: bytes.length, sha256: 'a'.repeat(64) },
      evaluation: { overall: { ...score, verdict: 'no_edge' }, folds: [], assets: {} },
      intervals: {},
      checks: CHECK_ROWS.map((row) => model.predictRow(Float32Array.from(row, (value) => value ?? Number.NaN))),
      importance: {},
    };
  }
  const time = '2024-01-01T00:00:00Z';
  const manifest = releaseManifestSchema.parse({
    format: 1,
    version: '20240101-0000',
    createdAt: time,
    software: 'test',
    source: 'test',
    isSimulated: true,
    quote: 'USD',
    interval: '1d',
    featureSet: DESCRIPTION.featureSet,
    volatilityColumn: 'a',
    training: { from: time, to: time, rows: 400, assets: ['BTC'], seed: 1, data: 'c'.repeat(64) },
    folds: [],
    checkRows: CHECK_ROWS,
    models,
    gate: { isPromoted: true, reason: 'test', previous: null },
  });
  return { manifest, files };
}

const RELEASE = releaseOf();

function withModel(name: ModelName, change: Partial<ReleaseManifest['models'][ModelName]>): ReleaseManifest {
  const { models } = RELEASE.manifest;
  return { ...RELEASE.manifest, models: { ...models, [name]: { ...models[name], ...change } } };
}

test('a release gives five models that predict what it says', () => {
  const { models, manifest } = loadRelease(RELEASE);
  expect(Object.keys(models).sort()).toEqual([...MODEL_NAMES].sort());
  const predicted = models.regressor_gbr.predictRow(Float32Array.of(0.5, -1, 2, 0.25));
  expect(predicted).toBe(manifest.models.regressor_gbr.checks[0]);
});

describe('a release is refused, naming the model', () => {
  const { files, manifest } = RELEASE;
  const swapped = new Map(files).set('regressor_rf', files.get('classifier_rf') as Uint8Array);
  const fewer = new Map([...files].filter(([name]) => name !== 'regressor_lin'));
  const { tensors, metadata } = decodeSafetensors(files.get('classifier_log')!);
  const { feature_hash: _, ...silent } = metadata;
  const nameless = new Map(files).set('classifier_log', encodeSafetensors({ tensors, metadata: silent }));
  const cut = new Map(files).set('regressor_lin', (files.get('regressor_lin') as Uint8Array).subarray(0, 100));
  const wide = {
    ...manifest,
    featureSet: { ...manifest.featureSet, inputs: ['a', 'b', 'c', 'd', 'e'] },
    checkRows: [],
  };

  test.each([
    [/the file of regressor_lin is missing/, { manifest, files: fewer }],
    [/the file of regressor_rf holds a classifier_rf/, { manifest, files: swapped }],
    [/not a safetensors file/, { manifest, files: cut }],
    [/the file of classifier_log does not say which features it reads/, { manifest, files: nameless }],
    [/reads 4 features, not 5/, { manifest: wide, files }],
    [/a check row has not 4 inputs/, { manifest: { ...manifest, checkRows: [[1]] }, files }],
    [
      /classifier_log has 1 stored predictions for 2/,
      { manifest: withModel('classifier_log', { checks: [0.5] }), files },
    ],
    [
      /regressor_gbr predicts .* but 0.5 is stored/,
      { manifest: withModel('regressor_gbr', { checks: [0.5, 1] }), files },
    ],
  ])('%s', (message, release) => {
    expect(() => loadRelease(release)).toThrow(message);
    expect(() => loadRelease(release)).toThrow(expect.objectContaining({ code: 'bad_model' }) as Error);
  });
});

test('a file of another feature set is refused with both hashes', () => {
  const { manifest, files } = RELEASE;
  const { tensors, metadata } = decodeSafetensors(files.get('regressor_gbr')!);
  const other = encodeSafetensors({ tensors, metadata: { ...metadata, feature_hash: 'd'.repeat(64) } });
  const release = { manifest, files: new Map(files).set('regressor_gbr', other) };
  expect(() => loadRelease(release)).toThrow(/regressor_gbr reads feature set d{12}, the manifest names b{12}/);
  expect(() => loadRelease(release)).toThrow(
    expect.objectContaining({
      code: 'feature_mismatch',
      details: { version: manifest.version, model: 'regressor_gbr', file: 'd'.repeat(64), manifest: 'b'.repeat(64) },
    }) as Error,
  );
});
