import type { TrainingSet } from '../training-set.ts';
import type { EnsembleBuilder } from './builder.ts';
import type { TreeGrower } from './grower.ts';

/**
 * Gives the leaves of the newest tree other values and adds them to the scores of all rows. Rows come in their own order,
 * so that the values depend on nothing but the tree.
 *
 * @param grower keeps its leaves, and has drawn no row more than once
 * @param valueOf a leaf's value, from residuals and weights of its drawn rows, which it may reorder
 */
export function refitLeaves(
  builder: EnsembleBuilder,
  grower: TreeGrower,
  { target, weight }: TrainingSet,
  score: Float64Array,
  valueOf: (residuals: Float64Array, weights: Float64Array) => number,
): void {
  const { leaves, counts } = grower;
  const root = builder.root(builder.trees - 1);
  for (const [leaf, rows] of rowsByLeaf(leaves, counts)) {
    const residuals = Float64Array.from(rows, (row) => target[row]! - score[row]!);
    const weights = Float64Array.from(rows, (row) => weight[row]!);
    builder.setLeaf(root + leaf, valueOf(residuals, weights));
  }
  for (let row = 0; row < leaves.length; row++) score[row]! += builder.leafValue(root + leaves[row]!);
}

/** The drawn rows of each leaf, by counting. */
function* rowsByLeaf(leaves: Int32Array, counts: Int32Array): Generator<[leaf: number, rows: Int32Array]> {
  const ends = new Int32Array(leaves.reduce((most, leaf) => Math.max(most, leaf), 0) + 1);
  for (let row = 0; row < leaves.length; row++) if (counts[row] !== 0) ends[leaves[row]!]! += 1;
  for (let leaf = 1; leaf < ends.length; leaf++) ends[leaf]! += ends[leaf - 1]!;
  const rows = new Int32Array(ends.at(-1)!);
  const next = Int32Array.from(ends, (_, leaf) => ends[leaf - 1] ?? 0);
  for (let row = 0; row < leaves.length; row++) if (counts[row] !== 0) rows[next[leaves[row]!]!++] = row;
  for (const [leaf, end] of ends.entries()) {
    const start = ends[leaf - 1] ?? 0;
    if (end > start) yield [leaf, rows.subarray(start, end)];
  }
}
