import { BINS, type BinnedMatrix } from './binning.ts';

/**
 * What the rows of a tree are summed up by. A tree fits `gradients / hessians` by weighted least squares: for a forest
 * they are `weight * target` and `weight`, for boosting the Newton terms of its loss.
 */
export interface RowTerms {
  /** One a row of the binned matrix. */
  readonly gradients: Float64Array;
  /** One a row; absent when the hessian of a row is its count. */
  readonly hessians: Float64Array | undefined;
  /** How often the row was drawn: 1 without bootstrap. */
  readonly counts: Float64Array;
}

/**
 * Histograms of sums over the rows of a node. Memory layout: for each feature 256 cells, for each cell `stride` numbers:
 * gradient, hessian, count (stride 3), or gradient, count (stride 2, where hessian and count are one).
 * So the hessian is always at 1 and the count at `stride - 1`.
 */
export class HistogramBuilder {
  readonly stride: 2 | 3;
  readonly size: number;
  readonly #bins: readonly Uint8Array[];
  readonly #terms: RowTerms;
  // The terms of the node's rows in the node's order, so that each feature reads them one after another.
  readonly #gradients: Float64Array;
  readonly #hessians: Float64Array;
  readonly #counts: Float64Array;

  constructor(binned: BinnedMatrix, terms: RowTerms) {
    this.stride = terms.hessians === undefined ? 2 : 3;
    this.size = binned.bins.length * BINS * this.stride;
    this.#bins = binned.bins;
    this.#terms = terms;
    this.#gradients = new Float64Array(binned.rows);
    this.#hessians = new Float64Array(terms.hessians === undefined ? 0 : binned.rows);
    this.#counts = new Float64Array(binned.rows);
  }

  /** Makes the rows `rows[start .. end)` the current node and returns its sums. */
  select(rows: Int32Array, start: number, end: number): { gradient: number; hessian: number; count: number } {
    const { gradients, hessians, counts } = this.#terms;
    let gradient = 0;
    let hessian = 0;
    let count = 0;
    for (let i = start; i < end; i++) {
      const row = rows[i]!;
      const g = gradients[row]!;
      const n = counts[row]!;
      this.#gradients[i] = g;
      this.#counts[i] = n;
      gradient += g;
      count += n;
    }
    if (hessians === undefined) return { gradient, hessian: count, count };
    for (let i = start; i < end; i++) {
      const h = hessians[rows[i]!]!;
      this.#hessians[i] = h;
      hessian += h;
    }
    return { gradient, hessian, count };
  }

  /** Adds the selected rows to the histogram of one feature, which begins at `offset`. */
  addFeature(feature: number, rows: Int32Array, start: number, end: number, into: Float64Array, offset: number): void {
    const bins = this.#bins[feature]!;
    if (this.stride === 2) addPairs(bins, rows, start, end, this.#gradients, this.#counts, into, offset);
    else addTriples(bins, rows, start, end, this.#gradients, this.#hessians, this.#counts, into, offset);
  }

  /** Histograms of all features over the selected rows; `into` is overwritten. */
  build(rows: Int32Array, start: number, end: number, into: Float64Array): void {
    into.fill(0);
    const width = BINS * this.stride;
    for (let f = 0; f < this.#bins.length; f++) this.addFeature(f, rows, start, end, into, f * width);
  }
}

/** `parent -= child`: what is left is the histogram of the other child, at a fraction of the cost of counting its rows. */
export function subtractHistogram(parent: Float64Array, child: Float64Array): void {
  for (let i = 0; i < parent.length; i++) parent[i]! -= child[i]!;
}

function addPairs(
  bins: Uint8Array,
  rows: Int32Array,
  start: number,
  end: number,
  gradients: Float64Array,
  counts: Float64Array,
  into: Float64Array,
  offset: number,
): void {
  for (let i = start; i < end; i++) {
    const cell = offset + (bins[rows[i]!]! << 1);
    into[cell]! += gradients[i]!;
    into[cell + 1]! += counts[i]!;
  }
}

function addTriples(
  bins: Uint8Array,
  rows: Int32Array,
  start: number,
  end: number,
  gradients: Float64Array,
  hessians: Float64Array,
  counts: Float64Array,
  into: Float64Array,
  offset: number,
): void {
  for (let i = start; i < end; i++) {
    const cell = offset + bins[rows[i]!]! * 3;
    into[cell]! += gradients[i]!;
    into[cell + 1]! += hessians[i]!;
    into[cell + 2]! += counts[i]!;
  }
}
