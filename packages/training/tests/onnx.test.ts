import path from 'node:path';
import { MODEL_NAMES } from '@pavio/core';
import { askOnnxRuntime, onnxRuntime } from '@pavio/estimators/testing';
import { describe, expect, it } from 'vitest';
import { openLake, simulated } from './lake.ts';

const python = await onnxRuntime();

/** Five to ten additions in float32, each wrong by at most 2^-24 of returns below one tenth, or of probabilities. */
const ROUNDING = { regressor: 5e-8, classifier: 5e-7 };

describe.skipIf(python.missing !== '')(`a release in onnxruntime${python.missing}`, () => {
  it('gives the predictions of its manifest', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 400), ETH: simulated('ETH', 300) });
    const { manifest } = await lake.train();
    const rows = manifest.checkRows.map((row) => Float32Array.from(row, (value) => value ?? Number.NaN));
    const files = MODEL_NAMES.map((name) => path.join(lake.folder, 'models/latest', manifest.models[name].onnx!.name));
    const answers = await askOnnxRuntime(
      python.path,
      files.map((file) => ({ file, rows })),
    );
    for (const [i, name] of MODEL_NAMES.entries()) {
      const { metadata, outputs } = answers[i]!;
      const { kind, parameters, checks } = manifest.models[name];
      const values = outputs[kind === 'regressor' ? 'value' : 'probability']!;
      expect(values).toHaveLength(checks.length);
      const errors = checks.map((check, row) => Math.abs(values[row]! - check));
      expect(Math.max(...errors)).toBeLessThan(ROUNDING[kind]);
      expect(JSON.parse(metadata['features']!)).toEqual(manifest.featureSet.inputs);
      expect(JSON.parse(metadata['parameters']!)).toEqual(parameters);
      expect(metadata).toMatchObject({
        model: name,
        kind,
        feature_hash: manifest.featureSet.hash,
        seed: '1',
        software: manifest.software,
      });
    }
  });
});
