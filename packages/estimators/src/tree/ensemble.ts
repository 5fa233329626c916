import type { Matrix } from '../matrix.ts';

/** Feature number of a leaf. */
export const LEAF = -1;

/**
 * Rows of a batch are taken in blocks of this size: a tree stays in the processor's cache while a block goes through
 * it.
 */
const BLOCK = 256;

/**
 * Trees as they predict, all in shared arrays with one entry a node. The children of node `i` are `left[i]` (feature <=
 * split) and `left[i] + 1` (feature > split), so a step is one addition. The prediction is `base + scale * sum of
 * leaves`.
 */
export interface TreeArrays {
  readonly columns: number;
  readonly base: number;
  readonly scale: number;
  /** First node of each tree. */
  readonly roots: Int32Array;
  /** Feature that the node asks for; -1 in leaves. */
  readonly feature: Int16Array;
  /** Threshold in inner nodes (+Infinity: only missing values go right), value in leaves. */
  readonly split: Float32Array;
  readonly left: Int32Array;
  /** 1 where a missing value goes right. */
  readonly missingRight: Uint8Array;
}

export class TreeEnsemble {
  readonly arrays: TreeArrays;

  constructor(arrays: TreeArrays) {
    this.arrays = arrays;
  }

  get columns(): number {
    return this.arrays.columns;
  }

  predictRow(row: Float32Array): number {
    const { base, scale, columns } = this.arrays;
    return base + scale * this.#sum(row, 0, hasMissing(row, 0, columns));
  }

  /** Values of the rows, in the order of `rows`. The same numbers, bit for bit, as `predictRow` gives. */
  predictRows(matrix: Matrix, rows: Int32Array): Float64Array {
    const { base, scale, columns } = this.arrays;
    const out = new Float64Array(rows.length);
    const block = new Float32Array(BLOCK * columns);
    const missing = new Uint8Array(BLOCK);
    for (let start = 0; start < rows.length; start += BLOCK) {
      const size = Math.min(BLOCK, rows.length - start);
      for (let c = 0; c < columns; c++) {
        const column = c * matrix.rows;
        for (let i = 0; i < size; i++) block[i * columns + c] = matrix.data[column + rows[start + i]!]!;
      }
      for (let i = 0; i < size; i++) missing[i] = hasMissing(block, i * columns, columns) ? 1 : 0;
      this.#addBlock(block, missing, size, out, start);
    }
    for (let i = 0; i < out.length; i++) out[i] = base + scale * out[i]!;
    return out;
  }

  #addBlock(block: Float32Array, missing: Uint8Array, size: number, out: Float64Array, start: number): void {
    const { roots, feature, split, left, columns } = this.arrays;
    for (const root of roots) {
      for (let i = 0; i < size; i++) {
        const offset = i * columns;
        if (missing[i] === 1) {
          out[start + i]! += this.#leaf(root, block, offset);
          continue;
        }
        let node = root;
        for (let f = feature[node]!; f >= 0; f = feature[node]!) {
          node = left[node]! + (block[offset + f]! > split[node]! ? 1 : 0);
        }
        out[start + i]! += split[node]!;
      }
    }
  }

  #sum(row: Float32Array, offset: number, missing: boolean): number {
    const { roots, feature, split, left } = this.arrays;
    let sum = 0;
    for (let t = 0; t < roots.length; t++) {
      let node = roots[t]!;
      if (missing) {
        sum += this.#leaf(node, row, offset);
        continue;
      }
      for (let f = feature[node]!; f >= 0; f = feature[node]!) {
        node = left[node]! + (row[offset + f]! > split[node]! ? 1 : 0);
      }
      sum += split[node]!;
    }
    return sum;
  }

  /** Leaf value of one tree for a row that may have missing values. */
  #leaf(root: number, row: Float32Array, offset: number): number {
    const { feature, split, left, missingRight } = this.arrays;
    let node = root;
    for (let f = feature[node]!; f >= 0; f = feature[node]!) {
      const value = row[offset + f]!;
      const right = value === value ? value > split[node]! : missingRight[node] === 1;
      node = left[node]! + (right ? 1 : 0);
    }
    return split[node]!;
  }
}

function hasMissing(row: Float32Array, offset: number, columns: number): boolean {
  for (let c = 0; c < columns; c++) if (row[offset + c] !== row[offset + c]) return true;
  return false;
}
