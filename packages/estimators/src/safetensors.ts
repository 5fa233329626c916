import { PavioError } from '@pavio/core';

export type TensorDtype = 'F64' | 'F32' | 'I32' | 'I16' | 'U8';
export type TensorData = Float64Array | Float32Array | Int32Array | Int16Array | Uint8Array;

/** A tensor of a safetensors file; its dtype is that of its array. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface TensorFile {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const DTYPES = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  I16: Int16Array,
  U8: Uint8Array,
} as const;

/** The format's own limit on the header, in bytes. */
const MAX_HEADER = 100_000_000;
const ALIGNMENT = 8;

export function dtypeOf(data: TensorData): TensorDtype {
  if (data instanceof Float64Array) return 'F64';
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof Int32Array) return 'I32';
  return data instanceof Int16Array ? 'I16' : 'U8';
}

/**
 * A safetensors file: 8 bytes of little-endian header length, a JSON header, the tensors. The same content gives the
 * same bytes: widest elements first, then by name (so every tensor is aligned to its element), metadata by key.
 */
export function encodeSafetensors(file: TensorFile): Uint8Array {
  const entries = Object.entries(file.tensors).sort(
    ([a, x], [b, y]) => y.data.BYTES_PER_ELEMENT - x.data.BYTES_PER_ELEMENT || compare(a, b),
  );
  const header: Record<string, unknown> = {};
  const metadata = Object.entries(file.metadata).sort(([a], [b]) => compare(a, b));
  if (metadata.length > 0) header['__metadata__'] = Object.fromEntries(metadata);
  let offset = 0;
  for (const [name, { shape, data }] of entries) {
    if (data.length !== elements(shape)) {
      throw new PavioError('internal', `Tensor "${name}" of shape [${shape.join(', ')}] has ${data.length} elements.`);
    }
    const end = offset + data.byteLength;
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(8 + headerLength + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, 8);
  bytes.fill(0x20, 8 + json.length, 8 + headerLength);
  let position = 8 + headerLength;
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file. Tensors are views on `bytes` where alignment allows, else copies.
 * @throws PavioError `bad_model` for anything that the format does not allow, or a dtype that no model of ours has.
 */
export function decodeSafetensors(bytes: Uint8Array): TensorFile {
  if (bytes.length < 8) refuse(`it has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > MAX_HEADER || 8 + headerLength > bytes.length) {
    refuse(`its header of ${headerLength} bytes does not fit into ${bytes.length} bytes`);
  }
  const body = bytes.subarray(8 + headerLength);
  const header = parseHeader(bytes.subarray(8, 8 + headerLength));
  const metadata: Record<string, string> = {};
  const entries: TensorEntry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') readMetadata(value, metadata);
    else entries.push(readEntry(name, value));
  }
  // The format has no holes and no overlaps: in order of their offsets the tensors cover the body exactly.
  let end = 0;
  for (const entry of entries.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (entry.from !== end) refuse(`tensor "${entry.name}" begins at ${entry.from}, not at ${end}`);
    end = entry.to;
  }
  if (end !== body.length) refuse(`its tensors take ${end} bytes, but there are ${body.length}`);
  const tensors = entries.map((entry) => [entry.name, { shape: entry.shape, data: readData(body, entry) }] as const);
  return { tensors: Object.fromEntries(tensors), metadata };
}

interface TensorEntry {
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    refuse('its header is not JSON', cause);
  }
  if (!isRecord(header)) refuse('its header is not a JSON object');
  return header;
}

function readMetadata(value: unknown, into: Record<string, string>): void {
  if (!isRecord(value)) refuse('its metadata is not an object');
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') refuse(`its metadata "${key}" is not a string`);
    Object.defineProperty(into, key, { value: text, enumerable: true, configurable: true, writable: true });
  }
}

function readEntry(name: string, value: unknown): TensorEntry {
  if (!isRecord(value)) refuse(`tensor "${name}" is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPES, dtype)) refuse(`tensor "${name}" has a dtype of no model`);
  if (!isSizes(shape)) refuse(`tensor "${name}" has no proper shape`);
  if (!isSizes(offsets) || offsets.length !== 2) refuse(`tensor "${name}" has no proper offsets`);
  const [from, to] = offsets as [number, number];
  const width = DTYPES[dtype as TensorDtype].BYTES_PER_ELEMENT;
  if (to - from !== elements(shape) * width) refuse(`tensor "${name}" has a shape that its offsets contradict`);
  return { name, dtype: dtype as TensorDtype, shape, from, to };
}

function readData(body: Uint8Array, { dtype, from, to }: TensorEntry): TensorData {
  const part = body.subarray(from, to);
  const Type = DTYPES[dtype];
  const aligned = part.byteOffset % Type.BYTES_PER_ELEMENT === 0 ? part : part.slice();
  return new Type(aligned.buffer as ArrayBuffer, aligned.byteOffset, part.length / Type.BYTES_PER_ELEMENT);
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function refuse(problem: string, cause?: unknown): never {
  throw new PavioError('bad_model', `This is not a safetensors file that can be used: ${problem}.`, {
    remedy: 'Take the file from its release again, or train anew.',
    cause,
  });
}
