import { BINS, type BinnedMatrix } from './binning.ts';

/** What the rows of a tree are summed up by: whole numbers, over all draws of a row. */
export interface RowTerms {
  /** One a row of the binned matrix. */
  readonly gradients: Float64Array;
  /** One a row; absent when the hessian of a row is its count. */
  readonly hessians: Float64Array | undefined;
  /** How often the row was drawn. */
  readonly counts: Int32Array;
}

/**
 * Histograms of sums over the rows of a node. Memory layout: for each feature 256 cells, for each cell `stride`
 * numbers: gradient, hessian, count (stride 3), or gradient, count (stride 2, where hessian and count are one). So the
 * hessian is always at 1 and the count at `stride - 1`.
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

  /**
   * Adds the selected rows to the histograms of `count` features, `features[first .. first + count)`, which follow one
   * another in `into` from `offset` on.
   */
  add(
    features: Int32Array,
    first: number,
    count: number,
    rows: Int32Array,
    start: number,
    end: number,
    into: Float64Array,
    offset: number,
  ): void {
    const bins = this.#bins;
    const width = BINS * this.stride;
    const terms = { gradients: this.#gradients, hessians: this.#hessians, counts: this.#counts };
    const addFour = this.stride === 2 ? addFourPairs : addFourTriples;
    const addOne = this.stride === 2 ? addPairs : addTriples;
    let f = 0;
    for (; f + 4 <= count; f += 4) {
      const a = bins[features[first + f]!]!;
      const b = bins[features[first + f + 1]!]!;
      const c = bins[features[first + f + 2]!]!;
      const d = bins[features[first + f + 3]!]!;
      addFour(a, b, c, d, rows, start, end, terms, into, offset + f * width);
    }
    for (; f < count; f++) addOne(bins[features[first + f]!]!, rows, start, end, terms, into, offset + f * width);
  }
}

/**
 * `parent -= child`: what is left is the histogram of the other child, at a fraction of the cost of counting its rows.
 */
export function subtractHistogram(parent: Float64Array, child: Float64Array): void {
  for (let i = 0; i < parent.length; i++) parent[i]! -= child[i]!;
}

interface OrderedTerms {
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
  readonly counts: Float64Array;
}

function addPairs(
  bins: Uint8Array,
  rows: Int32Array,
  start: number,
  end: number,
  { gradients, counts }: OrderedTerms,
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
  { gradients, hessians, counts }: OrderedTerms,
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

/** Four features in one pass: each row's number and terms are read once (1.7 instead of 3.1 ns an update, measured). */
function addFourPairs(
  a: Uint8Array,
  b: Uint8Array,
  c: Uint8Array,
  d: Uint8Array,
  rows: Int32Array,
  start: number,
  end: number,
  { gradients, counts }: OrderedTerms,
  into: Float64Array,
  offset: number,
): void {
  const offsetB = offset + BINS * 2;
  const offsetC = offset + BINS * 4;
  const offsetD = offset + BINS * 6;
  for (let i = start; i < end; i++) {
    const row = rows[i]!;
    const gradient = gradients[i]!;
    const count = counts[i]!;
    const cellA = offset + (a[row]! << 1);
    into[cellA]! += gradient;
    into[cellA + 1]! += count;
    const cellB = offsetB + (b[row]! << 1);
    into[cellB]! += gradient;
    into[cellB + 1]! += count;
    const cellC = offsetC + (c[row]! << 1);
    into[cellC]! += gradient;
    into[cellC + 1]! += count;
    const cellD = offsetD + (d[row]! << 1);
    into[cellD]! += gradient;
    into[cellD + 1]! += count;
  }
}

function addFourTriples(
  a: Uint8Array,
  b: Uint8Array,
  c: Uint8Array,
  d: Uint8Array,
  rows: Int32Array,
  start: number,
  end: number,
  { gradients, hessians, counts }: OrderedTerms,
  into: Float64Array,
  offset: number,
): void {
  const offsetB = offset + BINS * 3;
  const offsetC = offset + BINS * 6;
  const offsetD = offset + BINS * 9;
  for (let i = start; i < end; i++) {
    const row = rows[i]!;
    const gradient = gradients[i]!;
    const hessian = hessians[i]!;
    const count = counts[i]!;
    const cellA = offset + a[row]! * 3;
    into[cellA]! += gradient;
    into[cellA + 1]! += hessian;
    into[cellA + 2]! += count;
    const cellB = offsetB + b[row]! * 3;
    into[cellB]! += gradient;
    into[cellB + 1]! += hessian;
    into[cellB + 2]! += count;
    const cellC = offsetC + c[row]! * 3;
    into[cellC]! += gradient;
    into[cellC + 1]! += hessian;
    into[cellC + 2]! += count;
    const cellD = offsetD + d[row]! * 3;
    into[cellD]! += gradient;
    into[cellD + 1]! += hessian;
    into[cellD + 2]! += count;
  }
}
