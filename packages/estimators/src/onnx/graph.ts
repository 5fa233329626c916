import { modelKind } from '@pavio/core';
import { LinearFunction } from '../linear/model.ts';
import type { FittedModel } from '../model.ts';
import { linkOf, scorerOf } from '../model-file.ts';
import type { TensorFile } from '../safetensors.ts';
import { linearScore } from './linear-score.ts';
import { type Constant, ELEMENT_TYPES, type OnnxGraph, type OnnxNode, type OnnxValue } from './model-proto.ts';
import { treeScore } from './tree-score.ts';

/** Nodes and constants that make `score`, float64 [N, 1], of `features`. */
export interface ScoreGraph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: Readonly<Record<string, Constant>>;
}

const VALUE = 'log return of the next candle: ln(next close / last close)';
const PROBABILITY = 'probability that the next candle closes above the last close';

/** What the model computes, from its input to its outputs; in float64 but for the trees. */
export function graphOf({ name, columns }: Pick<FittedModel, 'name' | 'columns'>, file: TensorFile): OnnxGraph {
  const scorer = scorerOf(file);
  const score = scorer instanceof LinearFunction ? linearScore(scorer.arrays) : treeScore(scorer.arrays);
  const isClassifier = modelKind(name) === 'classifier';
  const finish = isClassifier ? classifierOutputs(linkOf(name)) : REGRESSOR_OUTPUTS;
  return {
    name,
    description: isClassifier ? PROBABILITY : VALUE,
    nodes: [...score.nodes, ...finish.nodes],
    constants: { ...score.constants, flat: { shape: [1], data: BigInt64Array.of(-1n) }, ...finish.constants },
    inputs: [
      { name: 'features', type: 'float', shape: ['N', columns], description: 'one row a candle, NaN where missing' },
    ],
    outputs: finish.outputs,
  };
}

interface Outputs extends ScoreGraph {
  readonly outputs: readonly OnnxValue[];
}

const REGRESSOR_OUTPUTS: Outputs = {
  nodes: output('score', 'float', 'value'),
  constants: {},
  outputs: [{ name: 'value', type: 'float', shape: ['N'], description: VALUE }],
};

/** Log odds become probabilities; means of leaves are clamped, as they may miss 0 or 1 by a rounding error. */
function classifierOutputs(link: 'identity' | 'logistic'): Outputs {
  const probability: OnnxNode =
    link === 'logistic'
      ? { operator: 'Sigmoid', inputs: ['score'], outputs: ['exact'] }
      : { operator: 'Clip', inputs: ['score', 'never', 'always'], outputs: ['exact'] };
  return {
    nodes: [
      probability,
      { operator: 'Greater', inputs: ['exact', 'half'], outputs: ['is_above'] },
      ...output('exact', 'float', 'probability'),
      ...output('is_above', 'int64', 'label'),
    ],
    constants: {
      half: scalar(0.5),
      ...(link === 'logistic' ? {} : { never: scalar(0), always: scalar(1) }),
    },
    outputs: [
      { name: 'probability', type: 'float', shape: ['N'], description: PROBABILITY },
      { name: 'label', type: 'int64', shape: ['N'], description: '1 where the probability is above one half, else 0' },
    ],
  };
}

/** [N, 1] of one type to [N] of another. */
function output(from: string, type: 'float' | 'int64', name: string): OnnxNode[] {
  return [
    { operator: 'Cast', inputs: [from], outputs: [`${name}_column`], attributes: { to: ELEMENT_TYPES[type] } },
    { operator: 'Reshape', inputs: [`${name}_column`, 'flat'], outputs: [name] },
  ];
}

export function scalar(value: number): Constant {
  return { shape: [], data: Float64Array.of(value) };
}
