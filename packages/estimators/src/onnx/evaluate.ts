import { PavioError } from '@pavio/core';
import { sigmoid } from '../tree/losses.ts';
import { ELEMENT_TYPES } from './model-proto.ts';
import type { ReadGraph, ReadNode } from './read-graph.ts';

type Numbers = readonly number[];
type Operator = (inputs: readonly Numbers[], attributes: ReadNode['attributes']) => Numbers;

/**
 * All that the graph computes of one row, by name. Truth is 1 and falsehood 0. What the operators mean:
 * https://github.com/onnx/onnx/blob/main/docs/Operators.md
 *
 * @throws PavioError `bad_model` for an operator or a value that is not there.
 */
export function evaluate({ nodes, constants }: ReadGraph, row: Float32Array): ReadonlyMap<string, Numbers> {
  const values = new Map<string, Numbers>([...constants, ['features', [...row]]]);
  for (const { operator, inputs, outputs, attributes } of nodes) {
    const given = inputs.map((name) => values.get(name) ?? refuse(`has no value "${name}"`));
    const compute = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
    values.set(outputs[0] ?? '', (compute ?? refuse(`has the operator "${operator}"`))(given, attributes));
  }
  return values;
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  Add: pairwise((a, b) => a + b),
  Sub: pairwise((a, b) => a - b),
  Mul: pairwise((a, b) => a * b),
  Equal: pairwise((a, b) => (a === b ? 1 : 0)),
  Greater: pairwise((a, b) => (a > b ? 1 : 0)),
  Where: ([condition, a, b]) => condition!.map((holds, i) => (holds === 1 ? at(a!, i) : at(b!, i))),
  MatMul: ([a, b]) => [a!.reduce((sum, value, i) => sum + value * b![i]!, 0)],
  Clip: ([x, low, high]) => x!.map((value) => Math.min(high![0]!, Math.max(low![0]!, value))),
  Sigmoid: ([x]) => x!.map(sigmoid),
  Reshape: ([x]) => x!,
  Cast: ([x], attributes) => (attributes.get('to')?.[0] === ELEMENT_TYPES.float ? x!.map(Math.fround) : x!),
  TreeEnsembleRegressor: ([x], attributes) => [sumLeaves(x!, attributes)],
};

function pairwise(combine: (a: number, b: number) => number): Operator {
  return ([a, b]) => a!.map((value, i) => combine(value, at(b!, i)));
}

/** A single number stands for as many as needed. */
function at(values: Numbers, i: number): number {
  return values.length === 1 ? values[0]! : values[i]!;
}

function sumLeaves(row: Numbers, attributes: ReadNode['attributes']): number {
  const of = (name: string) => attributes.get(name) ?? refuse(`has trees without ${name}`);
  const [trees, numbers, modes] = [of('nodes_treeids'), of('nodes_nodeids'), of('nodes_modes')];
  const [features, thresholds] = [of('nodes_featureids'), of('nodes_values')] as [Numbers, Numbers];
  const [whenTrue, whenFalse] = [of('nodes_truenodeids'), of('nodes_falsenodeids')] as [Numbers, Numbers];
  const missingIsTrue = of('nodes_missing_value_tracks_true');
  const values = of('target_weights') as Numbers;
  let sum = 0;
  let leaf = 0;
  for (let root = 0; root < trees.length; ) {
    let node = root;
    for (let steps = 0; modes[node] === 'BRANCH_LEQ' && steps < trees.length; steps++) {
      const x = row[features[node]!]!;
      const isTrue = x <= thresholds[node]! || (x !== x && missingIsTrue[node] === 1);
      node = root + (isTrue ? whenTrue : whenFalse)[node]!;
    }
    let end = root;
    let found: number | undefined;
    for (; end < trees.length && trees[end] === trees[root]; end++) {
      if (numbers[end] !== end - root) refuse(`numbers node ${end} otherwise`);
      if (modes[end] !== 'LEAF') continue;
      if (end === node) found = values[leaf];
      leaf++;
    }
    sum = Math.fround(sum + (found ?? refuse(`has a path to node ${node}, which is no leaf of its tree`)));
    root = end;
  }
  return sum;
}

function refuse(problem: string): never {
  throw new PavioError('bad_model', `The ONNX file ${problem}.`);
}
