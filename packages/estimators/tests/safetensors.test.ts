import { isPavioError } from '@pavio/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitModel } from '../src/fit.ts';
import { matrixOfColumns } from '../src/matrix.ts';
import { modelFromTensors } from '../src/model-file.ts';
import { decodeSafetensors, encodeSafetensors, type TensorFile } from '../src/safetensors.ts';
import { synthetic } from './synthetic.ts';

const FILE: TensorFile = {
  tensors: {
    b: { shape: [3], data: Uint8Array.of(1, 2, 3) },
    a: { shape: [2, 1], data: Float32Array.of(0.5, -1) },
    z: { shape: [1], data: Float64Array.of(Math.PI) },
    i: { shape: [2], data: Int32Array.of(-1, 7) },
    h: { shape: [1], data: Int16Array.of(-300) },
    none: { shape: [0], data: Float32Array.of() },
  },
  metadata: { zeta: '1', alpha: 'é' },
};

/** A file from a header and a body, written by hand. */
function fileOf(header: unknown, bodyLength: number, headerLength?: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + bodyLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength ?? json.length), true);
  bytes.set(json, 8);
  return bytes;
}

describe('the format', () => {
  test('bytes are those of the specification', () => {
    const file: TensorFile = { tensors: { w: { shape: [2], data: Float32Array.of(1, 2) } }, metadata: { k: 'v' } };
    const header = '{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    const expected = fileOf(padded, 8);
    expected.set(new Uint8Array(Float32Array.of(1, 2).buffer), 8 + padded.length);
    expect(encodeSafetensors(file)).toEqual(expected);
  });

  test('what was written is read, at any place in memory', () => {
    const bytes = encodeSafetensors(FILE);
    expect(decodeSafetensors(bytes)).toEqual(FILE);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeSafetensors(shifted.subarray(3))).toEqual(FILE);
  });

  test('the order in which tensors and metadata are given does not matter', () => {
    const turned = (record: object) => Object.fromEntries(Object.entries(record).toReversed());
    const other = { tensors: turned(FILE.tensors), metadata: turned(FILE.metadata) } as TensorFile;
    expect(encodeSafetensors(other)).toEqual(encodeSafetensors(FILE));
  });

  test('aligned tensors are views, not copies', () => {
    const bytes = encodeSafetensors(FILE);
    for (const { data } of Object.values(decodeSafetensors(bytes).tensors)) expect(data.buffer).toBe(bytes.buffer);
  });

  test('a shape that contradicts the data is not written', () => {
    const file: TensorFile = { tensors: { w: { shape: [3], data: Float32Array.of(1, 2) } }, metadata: {} };
    expect(() => encodeSafetensors(file)).toThrow(expect.objectContaining({ code: 'internal' }) as Error);
  });
});

const tensor = (from: number, to: number, shape: unknown = [(to - from) / 4], dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

test.each([
  ['nothing', new Uint8Array(0)],
  ['a cut length', Uint8Array.of(1, 0, 0)],
  ['a header longer than the file', fileOf({}, 0, 3)],
  ['a header of 2^63 bytes', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128, 123, 125)],
  ['a header that is no JSON', fileOf('{', 0)],
  ['a header that is no object', fileOf('[]', 0)],
  ['a header that is no UTF-8', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe)],
  ['metadata that is no object', fileOf({ __metadata__: 'x' }, 0)],
  ['metadata that is no text', fileOf({ __metadata__: { a: 1 } }, 0)],
  ['a tensor that is no object', fileOf({ a: 1 }, 0)],
  ['an unknown dtype', fileOf({ a: tensor(0, 8, [2], 'BF16') }, 8)],
  ['a dtype from the prototype', fileOf({ a: tensor(0, 8, [2], 'toString') }, 8)],
  ['a negative shape', fileOf({ a: tensor(0, 8, [-1, -2]) }, 8)],
  ['a shape that is no whole number', fileOf({ a: tensor(0, 8, [0.5, 4]) }, 8)],
  ['a shape beyond the offsets', fileOf({ a: tensor(0, 8, [1e9, 1e9]) }, 8)],
  ['offsets beyond the file', fileOf({ a: tensor(0, 16) }, 8)],
  ['offsets that run back', fileOf({ a: tensor(8, 0, [-2]) }, 8)],
  ['overlapping tensors', fileOf({ a: tensor(0, 8), b: tensor(4, 12) }, 12)],
  ['a hole', fileOf({ a: tensor(0, 4), b: tensor(8, 12) }, 12)],
  ['bytes after the last tensor', fileOf({ a: tensor(0, 4) }, 8)],
])('%s is refused', (_, bytes) => {
  expect(() => decodeSafetensors(bytes)).toThrow(expect.objectContaining({ code: 'bad_model' }) as Error);
});

const { X, y, classes } = synthetic(1, 300, 4);
const TREES = fitModel('regressor_rf', { nEstimators: 3, minSamplesLeaf: 10 }, X, y, { seed: 1 }).toTensors();
const LINE = fitModel('classifier_log', {}, X, classes, { seed: 1 }).toTensors();

describe('hostile models are refused', () => {
  const edited = (
    file: TensorFile,
    name: string,
    edit: (data: { [index: number]: number; length: number }) => void,
  ) => {
    const data = (file.tensors[name] as TensorFile['tensors'][string]).data.slice();
    edit(data);
    return { ...file, tensors: { ...file.tensors, [name]: { shape: [data.length], data } } };
  };
  const innerNode = (TREES.tensors['feature'] as { data: Int16Array }).data.findIndex((f) => f >= 0);
  const leaf = (TREES.tensors['feature'] as { data: Int16Array }).data.indexOf(-1);
  const nodes = TREES.tensors['feature']?.data.length as number;
  const at = (index: number, value: number) => (data: { [index: number]: number }) => {
    data[index] = value;
  };

  test.each([
    ['NaN threshold', edited(TREES, 'split', at(innerNode, Number.NaN))],
    ['-Infinity threshold', edited(TREES, 'split', at(innerNode, -Infinity))],
    ['NaN leaf', edited(TREES, 'split', at(leaf, Number.NaN))],
    ['infinite leaf', edited(TREES, 'split', at(leaf, Infinity))],
    ['child out of range', edited(TREES, 'left', at(innerNode, nodes - 1))],
    ['negative child', edited(TREES, 'left', at(innerNode, -5))],
    ['a node that is its own child', edited(TREES, 'left', at(innerNode, innerNode))],
    ['feature out of range', edited(TREES, 'feature', at(innerNode, 4))],
    ['feature below -1', edited(TREES, 'feature', at(leaf, -2))],
    ['root out of range', edited(TREES, 'roots', at(1, nodes))],
    ['negative root', edited(TREES, 'roots', at(1, -1))],
    ['missing direction 2', edited(TREES, 'missing_right', at(innerNode, 2))],
    ['NaN base', edited(TREES, 'base_scale', at(0, Number.NaN))],
    ['NaN importance', edited(TREES, 'importance', at(0, Number.NaN))],
    ['NaN coefficient', edited(LINE, 'coefficients', at(0, Number.NaN))],
    ['zero scale', edited(LINE, 'scales', at(0, 0))],
    ['tiny scale', edited(LINE, 'scales', at(0, 1e-300))],
    ['huge coefficient', edited(LINE, 'coefficients', at(0, -1e308))],
    ['huge mean', edited(LINE, 'means', at(0, 1e200))],
    ['huge intercept', edited(LINE, 'intercept', at(0, 1e308))],
    ['huge base', edited(TREES, 'base_scale', at(0, -1e308))],
    ['huge factor', edited(TREES, 'base_scale', at(1, 1e308))],
    ['no tensors', { ...TREES, tensors: {} }],
    ['wrong dtype', { ...LINE, tensors: { ...LINE.tensors, means: { shape: [4], data: new Float32Array(4) } } }],
    ['wrong length', { ...LINE, tensors: { ...LINE.tensors, means: { shape: [3], data: new Float64Array(3) } } }],
    ['wrong rank', { ...LINE, tensors: { ...LINE.tensors, means: { shape: [2, 2], data: new Float64Array(4) } } }],
    ['unknown model', { ...LINE, metadata: { ...LINE.metadata, model: 'regressor_svm' } }],
    ['another model', { ...LINE, metadata: { ...LINE.metadata, model: 'regressor_rf' } }],
    ['unknown layout', { ...LINE, metadata: { ...LINE.metadata, layout: '2' } }],
  ] as [string, TensorFile][])('%s', (_, file) => {
    expect(() => modelFromTensors(file)).toThrow(expect.objectContaining({ code: 'bad_model' }) as Error);
  });
});

/** From which predictions are asked: usual, missing, and the largest and smallest that float32 holds. */
const ROWS = [
  [0.1, Number.NaN, -3, 1],
  [3.4e38, 3.4e38, 3.4e38, 3.4e38],
  [-3.4e38, 3.4e38, -3.4e38, 1e-45],
  [Infinity, -Infinity, 0, -0],
].map((row) => Float32Array.from(row));
/** Rows enough for the compiled predictor. */
const MATRIX = matrixOfColumns([0, 1, 2, 3].map((c) => Float32Array.from({ length: 64 }, (_, r) => ROWS[r % 4]![c]!)));

/** Loads a file and asks it; false where it is refused. */
function predictsOrIsRefused(read: () => TensorFile): boolean {
  try {
    const model = modelFromTensors(read());
    const predicted = [...ROWS.map((row) => model.predictRow(row)), ...model.predictRows(MATRIX)];
    expect(predicted.filter((value) => !Number.isFinite(value))).toEqual([]);
    return true;
  } catch (error) {
    if (!isPavioError(error, 'bad_model')) throw error;
    return false;
  }
}

test('whatever is done to the bytes, a file is refused or predicts numbers', () => {
  const files = [encodeSafetensors(TREES), encodeSafetensors(LINE)];
  const edit = fc.record({
    position: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.integer({ min: 0, max: 255 }),
  });
  let loaded = 0;
  let refused = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.array(edit, { maxLength: 4 }),
      fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
      (original, edits, cut) => {
        const bytes = original.slice(0, Math.floor(cut * original.length));
        for (const { position, byte } of edits) bytes[Math.floor(position * bytes.length)] = byte;
        if (predictsOrIsRefused(() => decodeSafetensors(bytes))) loaded++;
        else refused++;
      },
    ),
    { numRuns: 3000 },
  );
  // Both happen hundreds of times.
  expect(Math.min(loaded, refused)).toBeGreaterThan(100);
});

test('whatever numbers a file holds, it is refused or predicts numbers', () => {
  const regressor = fitModel('regressor_lin', {}, X, y, { seed: 1 }).toTensors();
  const number = fc.oneof(
    fc.double(),
    fc.constantFrom(Infinity, -1e308, 1e300, 1e100, -1e100, 3.4e38, -3.4e38, 1e-99, 1e-300, 0, -1),
    fc.integer({ min: -2, max: 100 }),
  );
  const edit = fc.record({
    tensor: fc.nat(),
    // All of a tensor's numbers, or one of them.
    position: fc.option(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
    values: fc.array(number, { minLength: 1, maxLength: 4 }),
  });
  let loaded = 0;
  let refused = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(TREES, LINE, regressor),
      fc.array(edit, { minLength: 1, maxLength: 3 }),
      (file, edits) => {
        const tensors = structuredClone(file.tensors);
        const names = Object.keys(tensors);
        for (const { tensor, position, values } of edits) {
          const { data } = tensors[names[tensor % names.length]!]!;
          const [from, to] = position === null ? [0, data.length] : [Math.floor(position * data.length), 0];
          for (let i = from; i < Math.max(from + 1, to); i++) data[i] = values[i % values.length]!;
        }
        if (predictsOrIsRefused(() => ({ ...file, tensors }))) loaded++;
        else refused++;
      },
    ),
    { numRuns: 3000 },
  );
  expect(Math.min(loaded, refused)).toBeGreaterThan(100);
});
