import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MODEL_NAMES, type ModelName } from '@pavio/core';
import { askOnnxRuntime, type OnnxAnswer, onnxRuntime } from '@pavio/estimators/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fitModel } from '../src/fit.ts';
import { readRow } from '../src/matrix.ts';
import type { FittedModel } from '../src/model.ts';
import { modelFromTensors } from '../src/model-file.ts';
import { encodeOnnx } from '../src/onnx/encode-onnx.ts';
import { proveOnnx } from '../src/onnx/prove-onnx.ts';
import type { ModelParams } from '../src/params.ts';
import type { TensorFile } from '../src/safetensors.ts';
import { synthetic } from './synthetic.ts';

const COLUMNS = 6;
const ROWS = 2000;
const { X, y, classes } = synthetic(1, ROWS, COLUMNS, 1, 0.2);
const DESCRIPTION = {
  featureSet: { name: 'test', hash: 'a'.repeat(64), inputs: ['a', 'b', 'ç', 'd', 'e', 'f'] },
  software: 'pavio test',
};
const FLOAT32 = 2 ** -24;

function fit<N extends ModelName>(name: N, params: Partial<ModelParams[N]> = {}): FittedModel {
  return fitModel(name, params, X, name.startsWith('classifier') ? classes : y, { seed: 3 });
}

const DEEP = { nEstimators: 60, maxDepth: null, minSamplesLeaf: 1 };
const MODELS: Readonly<Record<string, FittedModel>> = {
  'least squares': fit('regressor_lin', { alpha: 0 }),
  ridge: fit('regressor_lin'),
  'logistic regression': fit('classifier_log', { C: 1 }),
  boosting: fit('regressor_gbr', { minSamplesLeaf: 5, learningRate: 0.1 }),
  'boosting, best leaf first': fit('regressor_gbr', { maxDepth: null, maxLeaves: 31, minSamplesLeaf: 1 }),
  'forest regressor': fit('regressor_rf'),
  'forest classifier': fit('classifier_rf'),
  'balanced forest classifier': fit('classifier_rf', { classWeight: 'balanced' }),
  'deep forest regressor': fit('regressor_rf', DEEP),
  'deep forest classifier': fit('classifier_rf', DEEP),
  'a forest of single leaves': fit('regressor_rf', { nEstimators: 3, minSamplesLeaf: ROWS }),
  'a classifier of one leaf': fit('classifier_rf', { nEstimators: 1, minSamplesLeaf: ROWS }),
  'one tree': fit('regressor_rf', { nEstimators: 1, maxDepth: null, minSamplesLeaf: 1 }),
};
const ENSEMBLES = Object.entries(MODELS).filter(([, model]) => 'split' in model.toTensors().tensors);

/** Training rows; rows with missing, infinite and huge values; and rows on the very thresholds of the trees. */
function rowsFor(model: FittedModel): Float32Array[] {
  const usual = Array.from({ length: 200 }, (_, i) => readRow(X, i * 10));
  const odd = [Number.NaN, Infinity, -Infinity, 0, -0, 1e30, 1e-42].flatMap((value) => [
    new Float32Array(COLUMNS).fill(value),
    ...usual.slice(0, COLUMNS).map((row, c) => row.with(c, value)),
  ]);
  const { feature, split } = model.toTensors().tensors;
  const onThreshold: Float32Array[] = [];
  for (let node = 0; node < (feature?.data.length ?? 0) && onThreshold.length < 300; node++) {
    const f = feature!.data[node]!;
    if (f >= 0) onThreshold.push(usual[node % usual.length]!.with(f, split!.data[node]!));
  }
  return [...usual, ...odd, ...onThreshold];
}

/** The same trees, but their leaves hold whole numbers and are only summed: so small that float32 sums are exact. */
function withNumberedLeaves(model: FittedModel): FittedModel {
  const file = model.toTensors();
  const feature = file.tensors['feature']!.data;
  const split = Float32Array.from(file.tensors['split']!.data, (value, node) => {
    return feature[node] === -1 ? node % 4099 : value;
  });
  const tensors = {
    ...file.tensors,
    base_scale: { shape: [2], data: Float64Array.of(0, 1) },
    split: { shape: [split.length], data: split },
  };
  // Read as a regressor: a classifier would clamp the sum.
  return modelFromTensors({ tensors, metadata: { ...file.metadata, model: 'regressor_rf' } });
}

/**
 * What rounding may cost at `value`. Every output is rounded to float32 once, which is all for linear models: they are
 * summed in float64. Leaves are summed in float32, in whatever order: each addition errs by at most 2^-24 of the largest
 * sum that there could be. The smallest float32 is for values below all others.
 */
function toleranceOf(model: FittedModel): (value: number) => number {
  const { base_scale: baseScale, split, feature, roots } = model.toTensors().tensors;
  let ofSum = 0;
  if (split !== undefined) {
    const trees = roots!.data.length;
    const leaves = Array.from(split.data, (value, node) => (feature!.data[node] === -1 ? Math.abs(value) : 0));
    const largest = trees * leaves.reduce((max, leaf) => Math.max(max, leaf), 0);
    ofSum = trees * FLOAT32 * largest * baseScale!.data[1]!;
  }
  return (value) => ofSum + FLOAT32 * (Math.abs(value) + ofSum) + 2 ** -149;
}

describe('an ONNX file', () => {
  test('is the same for the same model, and tells models apart', async () => {
    const [first, again] = [
      await encodeOnnx(fit('regressor_gbr'), DESCRIPTION),
      await encodeOnnx(fit('regressor_gbr'), DESCRIPTION),
    ];
    expect(again).toEqual(first);
    expect(await encodeOnnx(fit('regressor_gbr', { learningRate: 0.1 }), DESCRIPTION)).not.toEqual(first);
  });

  test('is the same when the model was stored and loaded', async () => {
    const model = fit('classifier_log');
    expect(await encodeOnnx(modelFromTensors(model.toTensors()), DESCRIPTION)).toEqual(
      await encodeOnnx(model, DESCRIPTION),
    );
  });

  test('is refused for features that are not the model’s, and for trees that share nodes', async () => {
    const fewer = { ...DESCRIPTION, featureSet: { ...DESCRIPTION.featureSet, inputs: ['a'] } };
    await expect(encodeOnnx(fit('regressor_lin'), fewer)).rejects.toMatchObject({ code: 'feature_mismatch' });
    const forest = fit('regressor_rf', { nEstimators: 2 }).toTensors();
    for (const roots of [Int32Array.of(0, 1), Int32Array.of(1, 1), Int32Array.of(0, 0)]) {
      const shared: TensorFile = { ...forest, tensors: { ...forest.tensors, roots: { shape: [2], data: roots } } };
      await expect(encodeOnnx(modelFromTensors(shared), DESCRIPTION)).rejects.toMatchObject({ code: 'bad_model' });
    }
  });
});

describe('the proof of a file', () => {
  test.each(Object.entries(MODELS))('holds: %s', async (_, model) => {
    const file = await encodeOnnx(model, DESCRIPTION);
    await expect(proveOnnx(file, model, rowsFor(model).slice(0, 220))).resolves.toBeUndefined();
  });

  test.each(Object.entries(MODELS))('does not hold with changed numbers: %s', async (_, model) => {
    const { tensors, metadata } = model.toTensors();
    const name = tensors['split'] === undefined ? 'coefficients' : 'split';
    const data = Float32Array.from(tensors[name]!.data, (value) => value * 1.1 + 0.01);
    const changed = name === 'split' ? data : Float64Array.from(data);
    const file = { metadata, tensors: { ...tensors, [name]: { shape: [data.length], data: changed } } };
    const other = await encodeOnnx(modelFromTensors(file), DESCRIPTION);
    await expect(proveOnnx(other, model, rowsFor(model))).rejects.toMatchObject({
      code: 'bad_model',
      message: expect.stringMatching(/for row \d+, the model/),
    });
  });

  test('does not hold when missing values go the other way', async () => {
    const model = MODELS['deep forest regressor']!;
    const { tensors, metadata } = model.toTensors();
    const data = Uint8Array.from(tensors['missing_right']!.data, (right) => 1 - right);
    const file = { metadata, tensors: { ...tensors, missing_right: { shape: [data.length], data } } };
    const other = await encodeOnnx(modelFromTensors(file), DESCRIPTION);
    const rows = rowsFor(model).filter((row) => row.includes(Number.NaN));
    await expect(proveOnnx(other, model, rows)).rejects.toMatchObject({ code: 'bad_model' });
  });

  test('does not hold for the file of another kind', async () => {
    const file = await encodeOnnx(MODELS['ridge']!, DESCRIPTION);
    await expect(proveOnnx(file, MODELS['forest classifier']!, rowsFor(MODELS['ridge']!))).rejects.toMatchObject({
      code: 'bad_model',
      message:
        'The ONNX file of classifier_rf gives undefined for row 0, the model ' +
        MODELS['forest classifier']!.predictRow(readRow(X, 0)) +
        '.',
    });
  });
});

const python = await onnxRuntime();

describe.skipIf(python.missing !== '')(`ONNX files in onnxruntime${python.missing}`, () => {
  let folder: string;
  const answers = new Map<string, OnnxAnswer>();

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pavio-onnx-'));
    const models = [...Object.entries(MODELS), ...ENSEMBLES.map(numbered)];
    const questions = models.flatMap(([title, model], i) => {
      const file = path.join(folder, `${i}.onnx`);
      const rows = rowsFor(MODELS[title.replace(NUMBERED, '')]!);
      return [
        { title, model, file, rows },
        // A batch of one takes another way through onnxruntime.
        { title: `${title}, one row`, model, file, rows: rows.slice(0, 1) },
      ];
    });
    for (const { file, model } of questions) await writeFile(file, await encodeOnnx(model, DESCRIPTION));
    const answered = await askOnnxRuntime(python.path, questions);
    for (const [i, { title }] of questions.entries()) answers.set(title, answered[i]!);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each(Object.entries(MODELS))('%s: the numbers of predictRow', (title, model) => {
    const rows = rowsFor(model);
    const output = model.kind === 'regressor' ? 'value' : 'probability';
    const tolerance = toleranceOf(model);
    const expected = rows.map((row) => model.predictRow(row));
    const expectClose = (values: readonly number[], wanted: readonly number[]) => {
      expect(values).toHaveLength(wanted.length);
      for (const [i, value] of values.entries()) {
        const error = Math.abs(value - wanted[i]!);
        expect(error, `row ${i}: ${value}, not ${wanted[i]}`).toBeLessThanOrEqual(tolerance(wanted[i]!));
      }
    };
    const { [output]: values, label } = answers.get(title)!.outputs;
    expectClose(values!, expected);
    expectClose(answers.get(`${title}, one row`)!.outputs[output]!, expected.slice(0, 1));
    if (model.kind === 'regressor') return;
    // Rounding may move a probability over the threshold that it lies on.
    const clear = expected.flatMap((p, i) => (Math.abs(p - 0.5) > tolerance(p) ? [i] : []));
    expect(clear.length).toBeGreaterThan(0.9 * rows.length);
    expect(clear.map((i) => label![i])).toEqual(clear.map((i) => (expected[i]! > 0.5 ? 1 : 0)));
  });

  test.each(ENSEMBLES)('%s: the very leaves', (title, model) => {
    const numbers = withNumberedLeaves(model);
    const expected = rowsFor(model).map((row) => numbers.predictRow(row));
    expect(answers.get(title + NUMBERED)!.outputs['value']).toEqual(expected);
  });

  test('say what they are', () => {
    const { input, types, metadata } = answers.get('logistic regression')!;
    expect(input).toEqual({ name: 'features', type: 'tensor(float)', shape: ['N', COLUMNS] });
    expect(types).toEqual({ probability: 'tensor(float)', label: 'tensor(int64)' });
    expect(answers.get('ridge')!.types).toEqual({ value: 'tensor(float)' });
    expect(metadata).toMatchObject({
      model: 'classifier_log',
      kind: 'classifier',
      feature_set: 'test',
      feature_hash: 'a'.repeat(64),
      seed: '3',
      rows: String(ROWS),
      software: 'pavio test',
    });
    expect(JSON.parse(metadata['features']!)).toEqual(DESCRIPTION.featureSet.inputs);
    expect(JSON.parse(metadata['parameters']!)).toEqual({ C: 1, classWeight: null });
    expect(MODEL_NAMES.every((name) => [...answers.values()].some(({ metadata: of }) => of['model'] === name))).toBe(
      true,
    );
  });
});

const NUMBERED = ', leaves numbered';

function numbered([title, model]: readonly [string, FittedModel]): [string, FittedModel] {
  return [title + NUMBERED, withNumberedLeaves(model)];
}
