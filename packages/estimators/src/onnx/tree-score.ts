import { PavioError } from '@pavio/core';
import { LEAF, type TreeArrays } from '../tree/ensemble.ts';
import type { ScoreGraph } from './graph.ts';
import { type Attribute, ELEMENT_TYPES } from './model-proto.ts';

/**
 * `base + scale * sum of leaves`. The leaves are summed by `TreeEnsembleRegressor` of ai.onnx.ml 1, which more readers
 * know than its successor: it takes and adds float32, so that a row finds the same leaves as with us. The rest is
 * float64. https://github.com/onnx/onnx/blob/main/docs/Operators-ml.md#aionnxmltreeensembleregressor
 */
export function treeScore(trees: TreeArrays): ScoreGraph {
  return {
    nodes: [
      {
        operator: 'TreeEnsembleRegressor',
        domain: 'ai.onnx.ml',
        inputs: ['features'],
        outputs: ['leaves'],
        attributes: treeAttributes(trees),
      },
      { operator: 'Cast', inputs: ['leaves'], outputs: ['sum'], attributes: { to: ELEMENT_TYPES.double } },
      { operator: 'Mul', inputs: ['sum', 'scale'], outputs: ['scaled'] },
      { operator: 'Add', inputs: ['scaled', 'base'], outputs: ['score'] },
    ],
    constants: {
      scale: { shape: [1], data: Float64Array.of(trees.scale) },
      base: { shape: [1], data: Float64Array.of(trees.base) },
    },
  };
}

/** One entry a node, one tree after another; then one a leaf with its value. Nodes are numbered within their tree. */
function treeAttributes({ roots, feature, split, left, missingRight }: TreeArrays): Record<string, Attribute> {
  const nodes = feature.length;
  const leaves = feature.reduce((count, f) => (f === LEAF ? count + 1 : count), 0);
  const treeOf = new Int32Array(nodes);
  const numberOf = new Int32Array(nodes);
  const features = new Int32Array(nodes);
  const thresholds = new Float32Array(nodes);
  const whenTrue = new Int32Array(nodes);
  const whenFalse = new Int32Array(nodes);
  const missingIsTrue = new Uint8Array(nodes);
  const leafTree = new Int32Array(leaves);
  const leafNumber = new Int32Array(leaves);
  const values = new Float32Array(leaves);
  let leaf = 0;
  for (let tree = 0; tree < roots.length; tree++) {
    const root = roots[tree]!;
    const end = roots[tree + 1] ?? nodes;
    if (end <= root || (tree === 0 && root !== 0)) refuse(tree);
    for (let node = root; node < end; node++) {
      treeOf[node] = tree;
      numberOf[node] = node - root;
      if (feature[node] === LEAF) {
        leafTree[leaf] = tree;
        leafNumber[leaf] = node - root;
        values[leaf++] = split[node]!;
        continue;
      }
      const child = left[node]! - root;
      if (root + child + 1 >= end) refuse(tree);
      features[node] = feature[node]!;
      thresholds[node] = split[node]!;
      whenTrue[node] = child;
      whenFalse[node] = child + 1;
      missingIsTrue[node] = missingRight[node] === 1 ? 0 : 1;
    }
  }
  return {
    n_targets: 1,
    nodes_treeids: treeOf,
    nodes_nodeids: numberOf,
    nodes_featureids: features,
    nodes_modes: Array.from(feature, (f) => (f === LEAF ? 'LEAF' : 'BRANCH_LEQ')),
    nodes_values: thresholds,
    nodes_truenodeids: whenTrue,
    nodes_falsenodeids: whenFalse,
    nodes_missing_value_tracks_true: missingIsTrue,
    target_treeids: leafTree,
    target_nodeids: leafNumber,
    target_ids: new Uint8Array(leaves),
    target_weights: values,
  };
}

function refuse(tree: number): never {
  throw new PavioError('bad_model', `Tree ${tree} cannot be written as ONNX: its nodes do not follow one another.`);
}
