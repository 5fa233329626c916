import { PavioError } from '@pavio/core';
import { sigmoid } from '../log-odds.ts';
import { ELEMENT_TYPES } from './model-proto.ts';
import type { ReadGraph, ReadNode } from './read-graph.ts';

type Numbers = readonly number[];
type Compute = (inputs: readonly Numbers[]) => Numbers;
type Attributes = ReadNode['attributes'];

/**
 * What computes all that the graph does of one row, by name. Truth is 1 and falsehood 0. What the operators mean:
 * https://github.com/onnx/onnx/blob/main/docs/Operators.md
 *
 * @throws PavioError `bad_model` for an operator or a value that is not there.
 */
export function evaluator({ nodes, constants }: ReadGraph): (row: Float32Array) => ReadonlyMap<string, Numbers> {
  const steps = nodes.map(({ operator, attributes, inputs, outputs: [output = ''] }) => {
    const create = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
    return { compute: (create ?? refuse(`has the operator "${operator}"`))(attributes), inputs, output };
  });
  return (row) => {
    const values = new Map<string, Numbers>([...constants, ['features', [...row]]]);
    for (const { compute, inputs, output } of steps) {
      values.set(output, compute(inputs.map((name) => values.get(name) ?? refuse(`has no value "${name}"`))));
    }
    return values;
  };
}

const OPERATORS: Readonly<Record<string, (attributes: Attributes) => Compute>> = {
  Add: pairwise((a, b) => a + b),
  Sub: pairwise((a, b) => a - b),
  Mul: pairwise((a, b) => a * b),
  Equal: pairwise((a, b) => (a === b ? 1 : 0)),
  Greater: pairwise((a, b) => (a > b ? 1 : 0)),
  Where:
    () =>
    ([condition, a, b]) =>
      condition!.map((holds, i) => (holds === 1 ? at(a!, i) : at(b!, i))),
  MatMul:
    () =>
    ([a, b]) => [a!.reduce((sum, value, i) => sum + value * b![i]!, 0)],
  Clip:
    () =>
    ([x, low, high]) =>
      x!.map((value) => Math.min(high![0]!, Math.max(low![0]!, value))),
  Sigmoid:
    () =>
    ([x]) =>
      x!.map(sigmoid),
  Reshape:
    () =>
    ([x]) =>
      x!,
  Cast:
    (attributes) =>
    ([x]) =>
      attributes.get('to')?.[0] === ELEMENT_TYPES.float ? x!.map(Math.fround) : x!,
  TreeEnsembleRegressor: sumOfLeaves,
};

function pairwise(combine: (a: number, b: number) => number): () => Compute {
  return () =>
    ([a, b]) =>
      a!.map((value, i) => combine(value, at(b!, i)));
}

/** A single number stands for as many as needed. */
function at(values: Numbers, i: number): number {
  return values.length === 1 ? values[0]! : values[i]!;
}

function sumOfLeaves(attributes: Attributes): Compute {
  const of = (name: string) => attributes.get(name) ?? refuse(`has trees without ${name}`);
  const [trees, numbers] = [of('nodes_treeids'), of('nodes_nodeids')] as [Numbers, Numbers];
  const modes = of('nodes_modes');
  const [features, thresholds] = [of('nodes_featureids'), of('nodes_values')] as [Numbers, Numbers];
  const [whenTrue, whenFalse] = [of('nodes_truenodeids'), of('nodes_falsenodeids')] as [Numbers, Numbers];
  const missingIsTrue = of('nodes_missing_value_tracks_true');
  const weights = of('target_weights') as Numbers;
  // A tree's nodes follow its root in the order of their numbers.
  const roots: number[] = [];
  for (let node = 0; node < numbers.length; node++) if (numbers[node] === 0) roots[trees[node]!] = node;
  const [leafTrees, leafNumbers] = [of('target_treeids'), of('target_nodeids')] as [Numbers, Numbers];
  const values = new Float64Array(numbers.length).fill(Number.NaN);
  for (let i = 0; i < weights.length; i++) values[roots[leafTrees[i]!]! + leafNumbers[i]!] = weights[i]!;
  return ([row]) => {
    let sum = 0;
    for (const root of roots) {
      let node = root;
      for (let steps = 0; modes[node] === 'BRANCH_LEQ' && steps < modes.length; steps++) {
        const x = row![features[node]!]!;
        const isTrue = x <= thresholds[node]! || (x !== x && missingIsTrue[node] === 1);
        node = root + (isTrue ? whenTrue : whenFalse)[node]!;
      }
      // NaN where the path does not end in a leaf.
      sum = Math.fround(sum + values[node]!);
    }
    return [sum];
  };
}

function refuse(problem: string): never {
  throw new PavioError('bad_model', `The ONNX file ${problem}.`);
}
