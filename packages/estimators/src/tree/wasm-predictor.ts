import type { Matrix } from '../matrix.ts';
import type { TreeArrays } from './ensemble.ts';
import { instantiateKernel, type Kernel } from './kernel.ts';

/** As in `kernel/predict.h`. */
const FEATURE_BITS = 10;
const LINK_SHIFT = FEATURE_BITS + 1;
const LANES = 8;

/** Rows that go through all trees before the next ones do. */
const BLOCK = 1024;

/** Can the compiled predictor hold these trees? It has ten bits for a feature and 21 for the way to a child. */
export function fitsPredictor({ columns, roots, feature }: TreeArrays): boolean {
  if (columns > 2 ** FEATURE_BITS) return false;
  return roots.every((root, tree) => (roots[tree + 1] ?? feature.length) - root < 2 ** (32 - LINK_SHIFT));
}

/** Sums of the leaves that each row falls into, tree by tree: `kernel/predict.h`. */
export function sumLeaves(arrays: TreeArrays, matrix: Matrix, rows: Int32Array): Float64Array {
  const { columns, roots } = arrays;
  const kernel = instantiateKernel();
  const block = Math.min(BLOCK, Math.ceil(rows.length / LANES) * LANES);
  const table = kernel.create_predictor(arrays.feature.length, block, columns);
  const { buffer } = kernel.memory;
  const [nodesAt, leavesAt, rowsAt, sumsAt] = new Uint32Array(buffer, table, 4) as unknown as number[];
  writeNodes(arrays, kernel, nodesAt!, leavesAt!);
  const cells = new Float32Array(buffer, rowsAt, block * columns);
  const sums = new Float64Array(buffer, sumsAt, block);
  const out = new Float64Array(rows.length);
  for (let start = 0; start < rows.length; start += block) {
    const size = Math.min(block, rows.length - start);
    for (let c = 0; c < columns; c++) {
      const column = c * matrix.rows;
      for (let i = 0; i < size; i++) cells[i * columns + c] = matrix.data[column + rows[start + i]!]!;
    }
    sums.fill(0);
    // The lanes behind the last row walk the cells that are left there, to no effect.
    const lanes = Math.ceil(size / LANES) * LANES;
    for (const root of roots) kernel.add_tree(root, lanes, columns);
    out.set(sums.subarray(0, size), start);
  }
  return out;
}

function writeNodes(arrays: TreeArrays, kernel: Kernel, nodesAt: number, leavesAt: number): void {
  const { feature, split, left, missingRight } = arrays;
  const count = feature.length;
  const splits = new Float32Array(kernel.memory.buffer, nodesAt, 2 * count);
  const links = new Uint32Array(kernel.memory.buffer, nodesAt, 2 * count);
  const leaves = new Float32Array(kernel.memory.buffer, leavesAt, count);
  for (let node = 0; node < count; node++) {
    const f = feature[node]!;
    if (f < 0) {
      // No value is greater, so that a row stays where it is.
      splits[2 * node] = Infinity;
      links[2 * node + 1] = 0;
      leaves[node] = split[node]!;
    } else {
      splits[2 * node] = split[node]!;
      links[2 * node + 1] = (((left[node]! - node) << LINK_SHIFT) | (missingRight[node]! << FEATURE_BITS) | f) >>> 0;
    }
  }
}
