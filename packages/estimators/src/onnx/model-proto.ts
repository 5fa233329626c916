import { PbfWriter } from 'pbf';

/**
 * The part of ONNX that our models need, written as protocol buffers. Messages, field numbers and enumerations:
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export interface OnnxModel {
  readonly graph: OnnxGraph;
  readonly producer: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface OnnxGraph {
  readonly name: string;
  readonly description: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: Readonly<Record<string, Constant>>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxNode {
  readonly operator: string;
  /** '' is ONNX's own. */
  readonly domain?: 'ai.onnx.ml';
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** Whole numbers must not be negative. */
export type Attribute = number | string | Float32Array | Int32Array | Uint8Array | readonly string[];

export interface Constant {
  readonly shape: readonly number[];
  readonly data: Float64Array | BigInt64Array;
}

/** A tensor that goes in or comes out; a text in `shape` names a size that is not fixed. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
  readonly description: string;
}

export type ElementType = keyof typeof ELEMENT_TYPES;

/** `TensorProto.DataType`. */
export const ELEMENT_TYPES = { float: 1, int64: 7, double: 11 } as const;

/** `AttributeProto.AttributeType`. */
const ATTRIBUTE_TYPES = { int: 2, string: 3, floats: 6, ints: 7, strings: 8 } as const;

/**
 * Old enough for readers of the last five years, young enough for `Where`, `Equal` and `Clip` on float64: IR 7 came with
 * operator set 13.
 */
const IR_VERSION = 7;
const OPERATOR_SETS = { '': 13, 'ai.onnx.ml': 1 } as const;

/** The bytes of a `ModelProto`. Repeated numbers are packed, which every reader of protocol buffers takes. */
export function encodeModelProto(model: OnnxModel): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, model.producer);
  pbf.writeStringField(6, model.graph.description);
  pbf.writeMessage(7, writeGraph, model.graph);
  for (const set of Object.entries(OPERATOR_SETS)) pbf.writeMessage(8, writeOperatorSet, set);
  const metadata = Object.entries(model.metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const entry of metadata) pbf.writeMessage(14, writeEntry, entry);
  return pbf.finish();
}

function writeOperatorSet([domain, version]: readonly [string, number], pbf: PbfWriter): void {
  pbf.writeStringField(1, domain);
  pbf.writeVarintField(2, version);
}

function writeEntry([key, value]: readonly [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}

function writeGraph(graph: OnnxGraph, pbf: PbfWriter): void {
  for (const node of graph.nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, graph.name);
  for (const constant of Object.entries(graph.constants)) pbf.writeMessage(5, writeConstant, constant);
  for (const input of graph.inputs) pbf.writeMessage(11, writeValue, input);
  for (const output of graph.outputs) pbf.writeMessage(12, writeValue, output);
}

function writeNode({ operator, domain, inputs, outputs, attributes = {} }: OnnxNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input);
  for (const output of outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(4, operator);
  for (const attribute of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, attribute);
  if (domain !== undefined) pbf.writeStringField(7, domain);
}

function writeAttribute([name, value]: readonly [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if (typeof value === 'number') {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, ATTRIBUTE_TYPES.int);
  } else if (typeof value === 'string') {
    pbf.writeStringField(4, value);
    pbf.writeVarintField(20, ATTRIBUTE_TYPES.string);
  } else if (value instanceof Float32Array) {
    pbf.writeBytesField(7, bytesOf(value));
    pbf.writeVarintField(20, ATTRIBUTE_TYPES.floats);
  } else if (value instanceof Int32Array || value instanceof Uint8Array) {
    pbf.writeMessage(8, writeVarints, value);
    pbf.writeVarintField(20, ATTRIBUTE_TYPES.ints);
  } else {
    for (const text of value) pbf.writeStringField(9, text);
    pbf.writeVarintField(20, ATTRIBUTE_TYPES.strings);
  }
}

function writeVarints(numbers: Iterable<number>, pbf: PbfWriter): void {
  for (const number of numbers) pbf.writeVarint(number);
}

function writeConstant([name, { shape, data }]: readonly [string, Constant], pbf: PbfWriter): void {
  pbf.writeMessage(1, writeVarints, shape);
  pbf.writeVarintField(2, data instanceof Float64Array ? ELEMENT_TYPES.double : ELEMENT_TYPES.int64);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, bytesOf(data));
}

function writeValue({ name, type, shape, description }: OnnxValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, writeType, { type, shape });
  pbf.writeStringField(3, description);
}

function writeType(value: Pick<OnnxValue, 'type' | 'shape'>, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeTensorType, value);
}

function writeTensorType({ type, shape }: Pick<OnnxValue, 'type' | 'shape'>, pbf: PbfWriter): void {
  pbf.writeVarintField(1, ELEMENT_TYPES[type]);
  pbf.writeMessage(2, writeShape, shape);
}

function writeShape(shape: OnnxValue['shape'], pbf: PbfWriter): void {
  for (const size of shape) pbf.writeMessage(1, writeSize, size);
}

function writeSize(size: number | string, pbf: PbfWriter): void {
  if (typeof size === 'number') pbf.writeVarintField(1, size);
  else pbf.writeStringField(2, size);
}

/** Numbers as they lie in memory: little-endian wherever Node runs. */
function bytesOf(numbers: Float32Array | Float64Array | BigInt64Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
