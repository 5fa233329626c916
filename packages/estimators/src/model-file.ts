import { isModelName, type ModelName, PavioError } from '@pavio/core';
import { LinearFunction } from './linear/model.ts';
import { createModel, type FittedModel, type Scorer } from './model.ts';
import type { Tensor, TensorData, TensorFile } from './safetensors.ts';
import { TreeEnsemble } from './tree/ensemble.ts';

/** Version of the tensors' layout, in the metadata of every file. */
const LAYOUT = '1';

/**
 * No number of a file is larger, and no scale smaller than one by this. Features and leaves are float32, 3.4e38 at most: what
 * was fitted is far within, and what is within cannot overflow, however many terms there are.
 */
const LARGEST = 1e100;

/** How raw scores become the model's number: the linear classifier has log odds, all others have it already. */
export function linkOf(name: ModelName): 'identity' | 'logistic' {
  return name === 'classifier_log' ? 'logistic' : 'identity';
}

/** Tensors and metadata of a fitted model. The numbers in `metadata` are the model's own; callers may add theirs. */
export function modelTensors(
  name: ModelName,
  scorer: Scorer,
  importance: Float64Array,
  metadata: Readonly<Record<string, string>>,
): TensorFile {
  const tensors: Record<string, Tensor> = { importance: vector(importance) };
  if (scorer instanceof LinearFunction) {
    const { intercept, coefficients, means, scales } = scorer.arrays;
    tensors['intercept'] = vector(Float64Array.of(intercept));
    tensors['coefficients'] = vector(coefficients);
    tensors['means'] = vector(means);
    tensors['scales'] = vector(scales);
  } else {
    const { base, scale, roots, feature, split, left, missingRight } = scorer.arrays;
    tensors['base_scale'] = vector(Float64Array.of(base, scale));
    tensors['roots'] = vector(roots);
    tensors['feature'] = vector(feature);
    tensors['split'] = vector(split);
    tensors['left'] = vector(left);
    tensors['missing_right'] = vector(missingRight);
  }
  return { tensors, metadata: { ...metadata, layout: LAYOUT, model: name } };
}

/**
 * The model of a file; its predictions are bit for bit those of the model that was stored. Every number that could make
 * prediction read out of bounds, loop or return what is no finite number is checked.
 * @throws PavioError `bad_model`.
 */
export function modelFromTensors(file: TensorFile): FittedModel {
  const { name, importance, scorer } = readModel(file);
  return createModel(name, scorer, linkOf(name), importance, () => file);
}

/** What computes the raw score of a file's model. @throws PavioError `bad_model`. */
export function scorerOf(file: TensorFile): Scorer {
  return readModel(file).scorer;
}

function readModel(file: TensorFile): { name: ModelName; importance: Float64Array; scorer: Scorer } {
  const name = file.metadata['model'] ?? '';
  if (!isModelName(name)) refuse(`its model is "${name}"`);
  if (file.metadata['layout'] !== LAYOUT) refuse(`its layout is "${file.metadata['layout']}", not "${LAYOUT}"`);
  const importance = take(file, 'importance', Float64Array);
  requireBounded('importance', importance);
  const isLinear = name === 'regressor_lin' || name === 'classifier_log';
  const scorer = isLinear ? readLinear(file, importance.length) : readTrees(file, importance.length);
  return { name, importance, scorer };
}

function readLinear(file: TensorFile, columns: number): LinearFunction {
  const intercept = take(file, 'intercept', Float64Array, 1);
  const coefficients = take(file, 'coefficients', Float64Array, columns);
  const means = take(file, 'means', Float64Array, columns);
  const scales = take(file, 'scales', Float64Array, columns);
  for (const [name, data] of Object.entries({ intercept, coefficients, means, scales })) requireBounded(name, data);
  if (scales.some((scale) => scale < 1 / LARGEST)) refuse(`a scale is below ${1 / LARGEST}`);
  return new LinearFunction({ intercept: intercept[0]!, coefficients, means, scales });
}

function readTrees(file: TensorFile, columns: number): TreeEnsemble {
  const baseScale = take(file, 'base_scale', Float64Array, 2);
  requireBounded('base_scale', baseScale);
  const [base, scale] = baseScale as unknown as [number, number];
  const roots = take(file, 'roots', Int32Array);
  const feature = take(file, 'feature', Int16Array);
  const nodes = feature.length;
  const split = take(file, 'split', Float32Array, nodes);
  const left = take(file, 'left', Int32Array, nodes);
  const missingRight = take(file, 'missing_right', Uint8Array, nodes);
  for (const root of roots) if (root < 0 || root >= nodes) refuse(`a root is node ${root} of ${nodes}`);
  for (let node = 0; node < nodes; node++) {
    const f = feature[node]!;
    if (f < -1 || f >= columns) refuse(`node ${node} asks for feature ${f} of ${columns}`);
    const value = split[node]!;
    // A threshold may be +Infinity (only missing values go right); a leaf's value may not.
    if (value !== value || value === -Infinity || (f === -1 && value === Infinity))
      refuse(`node ${node} holds ${value}`);
    // Children come after their parent, so that every path ends.
    if (f !== -1 && (left[node]! <= node || left[node]! >= nodes - 1)) refuse(`node ${node} has child ${left[node]}`);
    if (missingRight[node]! > 1) refuse(`node ${node} has the missing direction ${missingRight[node]}`);
  }
  return new TreeEnsemble({ columns, base, scale, roots, feature, split, left, missingRight });
}

function vector(data: TensorData): Tensor {
  return { shape: [data.length], data };
}

function take<T extends TensorData>(
  file: TensorFile,
  name: string,
  type: abstract new (...args: never[]) => T,
  length?: number,
): T {
  const tensor = Object.hasOwn(file.tensors, name) ? file.tensors[name] : undefined;
  if (tensor === undefined) refuse(`it has no tensor "${name}"`);
  const { data, shape } = tensor;
  if (!(data instanceof type)) refuse(`tensor "${name}" has another dtype`);
  if (shape.length !== 1 || (length !== undefined && data.length !== length)) {
    refuse(`tensor "${name}" has the shape [${shape.join(', ')}]`);
  }
  return data;
}

function requireBounded(name: string, data: Float64Array): void {
  const wrong = data.find((value) => !(Math.abs(value) <= LARGEST));
  if (wrong !== undefined) refuse(`tensor "${name}" holds ${wrong}`);
}

function refuse(problem: string): never {
  throw new PavioError('bad_model', `The model file cannot be used: ${problem}.`, {
    remedy: 'Take the file from its release again, or train anew.',
  });
}
