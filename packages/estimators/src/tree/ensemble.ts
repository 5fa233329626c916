import type { Matrix } from '../matrix.ts';
import { canRunKernel } from './kernel.ts';
import { fitsPredictor, sumLeaves } from './wasm-predictor.ts';

/** Feature number of a leaf. */
export const LEAF = -1;

/** Fewer rows are done before the compiled code has memory. */
const LEAST_COMPILED_ROWS = 64;
/** A row pays for copying so many nodes of each tree to where the compiled code reads them (measured). */
const NODES_PER_ROW = 25;

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
    const { base, scale } = this.arrays;
    const out = this.#isWorthCompiling(rows.length)
      ? sumLeaves(this.arrays, matrix, rows)
      : this.#sumRows(matrix, rows);
    for (let i = 0; i < out.length; i++) out[i] = base + scale * out[i]!;
    return out;
  }

  #isWorthCompiling(rows: number): boolean {
    const { roots, feature } = this.arrays;
    if (rows < LEAST_COMPILED_ROWS || rows * roots.length * NODES_PER_ROW < feature.length) return false;
    return canRunKernel() && fitsPredictor(this.arrays);
  }

  #sumRows(matrix: Matrix, rows: Int32Array): Float64Array {
    const { columns } = this.arrays;
    const row = new Float32Array(columns);
    return Float64Array.from(rows, (r) => {
      for (let c = 0; c < columns; c++) row[c] = matrix.data[c * matrix.rows + r]!;
      return this.#sum(row, 0, hasMissing(row, 0, columns));
    });
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
