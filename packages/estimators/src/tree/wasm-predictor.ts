import type { Matrix } from '../matrix.ts';
import type { TreeArrays } from './ensemble.ts';
import { instantiateKernel } from './kernel.ts';

/** As in `kernel/predict.h`. */
const LINK_SHIFT = 12;
const FEATURE_SHIFT = 2;
const CHUNK = 512;
const PITCH = CHUNK + 16;

/**
 * Rows that go through all trees before the next ones do, beside small trees: both stay in the second cache. Large trees
 * do not, and more rows at a time share what it costs to fetch a node.
 */
const SMALL_BLOCK = 1024;
const LARGE_BLOCK = 16_384;

/** Columns and the one behind them, from which leaves read. */
const MOST_COLUMNS = 2 ** (LINK_SHIFT - FEATURE_SHIFT) - 1;
const FARTHEST_CHILD = 2 ** (32 - LINK_SHIFT) - 1;

/** Can the compiled predictor hold these trees? It has ten bits for a feature and 20 for the way to a child. */
export function fitsPredictor({ columns, feature, left }: TreeArrays): boolean {
  if (columns > MOST_COLUMNS) return false;
  for (let node = 0; node < feature.length; node++) {
    if (((left[node]! - node) & ~(feature[node]! >> 31)) > FARTHEST_CHILD) return false;
  }
  return true;
}

/** Sums of the leaves that each row falls into, tree by tree: `kernel/predict.h`. */
export function sumLeaves(arrays: TreeArrays, matrix: Matrix, rows: Int32Array): Float64Array {
  const { columns, roots, feature } = arrays;
  const kernel = instantiateKernel();
  const block = blockOf(feature.length / Math.max(1, roots.length), rows.length);
  const table = kernel.create_predictor(feature.length, roots.length, columns, block);
  const { buffer } = kernel.memory;
  const [nodesAt, rootsAt, cellsAt, sumsAt] = new Uint32Array(buffer, table, 4) as unknown as number[];
  writeNodes(arrays, new Int32Array(buffer, nodesAt, 2 * feature.length));
  new Int32Array(buffer, rootsAt, roots.length).set(roots);
  const cells = new Float32Array(buffer, cellsAt, columns * PITCH);
  const sums = new Float64Array(buffer, sumsAt, block);
  const out = new Float64Array(rows.length);
  for (let start = 0; start < rows.length; start += block) {
    const size = Math.min(block, rows.length - start);
    for (let first = 0; first < size; first += CHUNK) {
      const chunk = rows.subarray(start + first, start + Math.min(size, first + CHUNK));
      copyRows(matrix, chunk, cells);
      kernel.take_chunk(first, chunk.length);
    }
    kernel.predict_block(size);
    out.set(sums.subarray(0, size), start);
  }
  return out;
}

/** Rows of a block: about as many as a tree has nodes. */
function blockOf(nodes: number, rows: number): number {
  const wanted = Math.min(LARGE_BLOCK, Math.max(SMALL_BLOCK, nodes));
  return Math.ceil(Math.min(wanted, rows) / CHUNK) * CHUNK;
}

/** Column by column, as the matrix has them. */
function copyRows({ data, rows, columns }: Matrix, chunk: Int32Array, cells: Float32Array): void {
  const [first = 0] = chunk;
  if (chunk.every((row, i) => row === first + i)) {
    for (let c = 0; c < columns; c++) {
      const column = c * rows + first;
      cells.set(data.subarray(column, column + chunk.length), c * PITCH);
    }
    return;
  }
  for (let c = 0; c < columns; c++) {
    const column = c * rows;
    for (let i = 0; i < chunk.length; i++) cells[c * PITCH + i] = data[column + chunk[i]!]!;
  }
}

/** Two words a node: key and link. Whether a node is a leaf cannot be guessed, so nothing branches on it. */
function writeNodes({ columns, feature, split, left, missingRight }: TreeArrays, words: Int32Array): void {
  const bits = new Int32Array(split.buffer, split.byteOffset, split.length);
  const leafLink = columns << FEATURE_SHIFT;
  for (let node = 0; node < feature.length; node++) {
    const f = feature[node]!;
    const inner = ~(f >> 31);
    const link = ((left[node]! - node) << LINK_SHIFT) | (f << FEATURE_SHIFT) | missingRight[node]!;
    words[2 * node] = keyOf(bits[node]!, inner);
    words[2 * node + 1] = (link & inner) | (leafLink & ~inner);
  }
}

/**
 * The bits of a float32 as a whole number that is ordered as the numbers are, where `inner` is -1, and as they are, where
 * it is 0; -0 is 0.
 */
function keyOf(bits: number, inner: number): number {
  return bits === -0x80000000 ? 0 : bits ^ ((bits >> 31) & 0x7fffffff & inner);
}
