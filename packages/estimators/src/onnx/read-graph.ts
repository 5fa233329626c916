import { PbfReader } from 'pbf';

/** The graph of an ONNX file that `encodeModelProto` wrote: what is needed to follow it. */
export interface ReadGraph {
  readonly nodes: ReadNode[];
  readonly constants: Map<string, readonly number[]>;
}

export interface ReadNode {
  operator: string;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes: Map<string, readonly (number | string)[]>;
}

/** Field numbers as in model-proto.ts. */
export function readGraph(file: Uint8Array): ReadGraph {
  return new PbfReader(file).readFields(
    (tag, graph: ReadGraph, pbf) => {
      if (tag === 7) pbf.readMessage(readGraphField, graph);
    },
    { nodes: [], constants: new Map() },
  );
}

function readGraphField(tag: number, { nodes, constants }: ReadGraph, pbf: PbfReader): void {
  if (tag === 1) {
    nodes.push(pbf.readMessage(readNodeField, { operator: '', inputs: [], outputs: [], attributes: new Map() }));
  } else if (tag === 5) {
    const { name, isDouble, bytes } = pbf.readMessage(readConstantField, {
      name: '',
      isDouble: false,
      bytes: new Uint8Array(),
    });
    // A copy, because the numbers lie anywhere in the file.
    const { buffer } = Uint8Array.from(bytes);
    constants.set(name, isDouble ? [...new Float64Array(buffer)] : Array.from(new BigInt64Array(buffer), Number));
  }
}

function readNodeField(tag: number, node: ReadNode, pbf: PbfReader): void {
  if (tag === 1) node.inputs.push(pbf.readString());
  else if (tag === 2) node.outputs.push(pbf.readString());
  else if (tag === 4) node.operator = pbf.readString();
  else if (tag === 5) {
    const { name, values } = pbf.readMessage(readAttributeField, { name: '', values: [] });
    node.attributes.set(name, values);
  }
}

function readAttributeField(
  tag: number,
  attribute: { name: string; values: (number | string)[] },
  pbf: PbfReader,
): void {
  if (tag === 1) attribute.name = pbf.readString();
  else if (tag === 3) attribute.values.push(pbf.readVarint());
  else if (tag === 7) attribute.values = pbf.readPackedFloat();
  else if (tag === 8) attribute.values = pbf.readPackedVarint();
  else if (tag === 9) attribute.values.push(pbf.readString());
}

function readConstantField(
  tag: number,
  constant: { name: string; isDouble: boolean; bytes: Uint8Array },
  pbf: PbfReader,
): void {
  if (tag === 2) constant.isDouble = pbf.readVarint() === 11;
  else if (tag === 8) constant.name = pbf.readString();
  else if (tag === 9) constant.bytes = pbf.readBytes();
}
