import type { Matrix } from '../matrix.ts';
import type { Random } from '../random.ts';
import { BINS, type BinnedMatrix, binMatrix, MISSING_BIN } from './binning.ts';
import type { EnsembleBuilder } from './builder.ts';
import { type GrowerOptions, MIN_HESSIAN, type TreeGrower } from './grower.ts';
import { HistogramBuilder, type RowTerms, subtractHistogram } from './histogram.ts';
import { chooseQuantisation, type Quantisation, quantise } from './quantise.ts';
import { type NodeSums, type Split, Splitter } from './splitter.ts';

interface OpenNode extends NodeSums {
  readonly node: number;
  readonly depth: number;
  readonly start: number;
  readonly end: number;
  readonly histogram: Float64Array | undefined;
  readonly split: Split;
}

/** From so many rows on, a node's histograms are kept so that one child's follow by subtraction (measured). */
const SUBTRACTION_ROWS = 256;
/** From so many rows on, clearing and reading all 256 cells is cheaper than remembering which were touched. */
const DENSE_ROWS = 192;
/** Features that are summed in one pass over the rows. */
const GROUP = 4;

/** The grower in plain TypeScript: what `WasmGrower` is held to, and what runs where there is no WebAssembly. */
export class PlainGrower implements TreeGrower {
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
  readonly counts: Int32Array;
  readonly score: Float64Array;
  readonly leaves: Int32Array;
  readonly #binned: BinnedMatrix;
  readonly #builder: EnsembleBuilder;
  readonly #options: GrowerOptions;
  readonly #terms: RowTerms;
  readonly #histograms: HistogramBuilder;
  /** Row numbers, which growing permutes so that the rows of a node lie together. */
  readonly #rows: Int32Array;
  readonly #right: Int32Array;
  readonly #features: Int32Array;
  readonly #scratch: Float64Array;
  readonly #bitmap = new Int32Array(BINS / 32);
  readonly #pool: Float64Array[] = [];
  #quantisation: Quantisation = { countBits: 0, gradientScale: 1, hessianScale: 1 };
  #splitter: Splitter;
  #closed = 0;

  constructor(
    matrix: Matrix,
    rows: Int32Array,
    thresholds: readonly Float32Array[],
    builder: EnsembleBuilder,
    options: GrowerOptions,
  ) {
    const n = rows.length;
    const { hasHessians, keepsScore, keepsLeaves } = options;
    this.#binned = binMatrix(matrix, rows, thresholds);
    this.#builder = builder;
    this.#options = options;
    this.gradients = new Float64Array(n);
    this.hessians = new Float64Array(hasHessians ? n : 0);
    this.counts = new Int32Array(n);
    this.score = new Float64Array(keepsScore ? n : 0);
    this.leaves = new Int32Array(keepsLeaves ? n : 0);
    this.#terms = {
      gradients: new Float64Array(n),
      hessians: hasHessians ? new Float64Array(n) : undefined,
      counts: this.counts,
    };
    this.#rows = new Int32Array(n);
    this.#histograms = new HistogramBuilder(this.#binned, this.#terms);
    this.#splitter = new Splitter(this.#binned, this.#histograms.stride, { ...options, minHessian: MIN_HESSIAN });
    this.#right = new Int32Array(n);
    this.#features = Int32Array.from({ length: matrix.columns }, (_, feature) => feature);
    this.#scratch = new Float64Array(GROUP * BINS * this.#histograms.stride);
  }

  quantise(draws: number): void {
    const { hasHessians, l2, minGain, minSamplesLeaf } = this.#options;
    const chosen = chooseQuantisation(this.gradients, hasHessians ? this.hessians : undefined, draws);
    const { gradientScale, hessianScale } = chosen;
    this.#quantisation = chosen;
    this.#splitter = new Splitter(this.#binned, this.#histograms.stride, {
      minSamplesLeaf,
      l2: l2 * hessianScale,
      minGain: (minGain * gradientScale ** 2) / hessianScale,
      minHessian: MIN_HESSIAN * hessianScale,
    });
  }

  grow(random: Random): boolean {
    const drawn = this.#draw();
    this.#closed = 0;
    // Drawing permutes this list: a tree must not depend on the trees grown before it.
    for (let f = 0; f < this.#features.length; f++) this.#features[f] = f;
    const root = this.#builder.addTree();
    const sums = this.#histograms.select(this.#rows, 0, drawn);
    const frontier: OpenNode[] = [];
    this.#open(frontier, root, 0, 0, drawn, sums, undefined, random);
    while (frontier.length > 0 && this.#closed + frontier.length < this.#options.maxLeaves) {
      this.#splitNode(frontier, this.#takeNext(frontier), random);
    }
    for (const node of frontier) {
      this.#release(node.histogram);
      this.#close(node.node, node.start, node.end);
    }
    const { keepsScore, keepsLeaves } = this.#options;
    if (!keepsScore && !keepsLeaves) return true;
    for (let row = 0; row < this.counts.length; row++) {
      if (this.counts[row] !== 0) continue;
      const leaf = this.#builder.leafOf(root, this.#binned, row);
      if (keepsScore) this.score[row]! += this.#builder.leafValue(leaf);
      if (keepsLeaves) this.leaves[row] = leaf - root;
    }
    return true;
  }

  /** Lists the rows that were drawn, and weighs their terms by how often. */
  #draw(): number {
    const { gradientScale, hessianScale } = this.#quantisation;
    const { gradients, hessians } = this.#terms;
    let drawn = 0;
    for (let row = 0; row < this.counts.length; row++) {
      const count = this.counts[row]!;
      if (count === 0) continue;
      this.#rows[drawn++] = row;
      gradients[row] = count * quantise(this.gradients[row]!, gradientScale);
      if (hessians !== undefined) hessians[row] = count * quantise(this.hessians[row]!, hessianScale);
    }
    return drawn;
  }

  #takeNext(frontier: OpenNode[]): OpenNode {
    let chosen = frontier.length - 1;
    if (Number.isFinite(this.#options.maxLeaves)) {
      for (let i = chosen; i >= 0; i--) {
        // Among equal gains the older node comes first.
        if (frontier[i]!.split.gain >= frontier[chosen]!.split.gain) chosen = i;
      }
    }
    return frontier.splice(chosen, 1)[0]!;
  }

  #splitNode(frontier: OpenNode[], parent: OpenNode, random: Random): void {
    const { start, end, split } = parent;
    const { middle, bin } = this.#partition(start, end, split);
    // Where no value was missing there was no direction to learn: missing ones then follow the larger side.
    const missingRight = split.missingRight ?? end - middle > middle - start;
    const { gradientScale, hessianScale } = this.#quantisation;
    const gain = split.gain * (hessianScale / gradientScale ** 2);
    const left = this.#builder.splitLeaf(parent.node, { ...split, bin, gain }, missingRight);
    const depth = parent.depth + 1;
    // Summing the smaller side is enough; the other side is the rest.
    const leftIsSmaller = middle - start <= end - middle;
    const [smallStart, smallEnd] = leftIsSmaller ? [start, middle] : [middle, end];
    const small = this.#histograms.select(this.#rows, smallStart, smallEnd);
    const large = {
      gradient: parent.gradient - small.gradient,
      hessian: parent.hessian - small.hessian,
      count: parent.count - small.count,
    };
    let smallHistogram: Float64Array | undefined;
    let largeHistogram: Float64Array | undefined;
    if (parent.histogram !== undefined) {
      if (this.#isOpen(depth, large) && end - start - (smallEnd - smallStart) >= SUBTRACTION_ROWS) {
        smallHistogram = this.#build(smallStart, smallEnd, this.#take());
        subtractHistogram(parent.histogram, smallHistogram);
        largeHistogram = parent.histogram;
      } else {
        this.#release(parent.histogram);
      }
    }
    const [smallNode, largeNode] = leftIsSmaller ? [left, left + 1] : [left + 1, left];
    const [largeStart, largeEnd] = leftIsSmaller ? [middle, end] : [start, middle];
    this.#open(frontier, smallNode, depth, smallStart, smallEnd, small, smallHistogram, random);
    if (largeHistogram === undefined && this.#isOpen(depth, large)) {
      this.#histograms.select(this.#rows, largeStart, largeEnd);
    }
    this.#open(frontier, largeNode, depth, largeStart, largeEnd, large, largeHistogram, random);
  }

  #isOpen(depth: number, sums: NodeSums): boolean {
    return depth < this.#options.maxDepth && sums.count >= 2 * this.#options.minSamplesLeaf;
  }

  /** Puts a node on the frontier if it can be split; else it is a leaf. Its rows are the selected ones. */
  #open(
    frontier: OpenNode[],
    node: number,
    depth: number,
    start: number,
    end: number,
    sums: NodeSums,
    known: Float64Array | undefined,
    random: Random,
  ): void {
    let histogram = known;
    let split: Split | undefined;
    if (end - start > 1 && this.#isOpen(depth, sums)) {
      this.#splitter.begin(sums);
      const usesAll = this.#options.featuresPerNode === this.#features.length;
      if (usesAll && histogram === undefined && end - start >= SUBTRACTION_ROWS) {
        histogram = this.#build(start, end, this.#take());
      }
      if (histogram !== undefined) this.#scanAll(histogram);
      else if (usesAll) this.#scanEach(start, end);
      else this.#scanDrawn(start, end, random);
      split = this.#splitter.best();
    }
    if (split === undefined) {
      this.#release(histogram);
      this.#close(node, start, end);
      return;
    }
    frontier.push({ ...sums, node, depth, start, end, histogram, split });
  }

  /** A leaf's value is a step on the exact sums, in the rows' order. */
  #close(node: number, start: number, end: number): void {
    const { shrinkage, l2, hasHessians, keepsScore, keepsLeaves } = this.#options;
    let gradient = 0;
    let hessian = 0;
    for (let i = start; i < end; i++) {
      const row = this.#rows[i]!;
      const count = this.counts[row]!;
      gradient += count * this.gradients[row]!;
      hessian += hasHessians ? count * this.hessians[row]! : count;
    }
    hessian += l2;
    this.#builder.setLeaf(node, hessian > 0 ? (shrinkage * gradient) / hessian : 0);
    this.#closed++;
    const value = this.#builder.leafValue(node);
    if (keepsScore) for (let i = start; i < end; i++) this.score[this.#rows[i]!]! += value;
    const leaf = node - this.#builder.root(this.#builder.trees - 1);
    if (keepsLeaves) for (let i = start; i < end; i++) this.leaves[this.#rows[i]!] = leaf;
  }

  /** Histograms of all features over the selected rows; `into` is overwritten. */
  #build(start: number, end: number, into: Float64Array): Float64Array {
    into.fill(0);
    this.#histograms.add(this.#features, 0, this.#features.length, this.#rows, start, end, into, 0);
    return into;
  }

  #scanAll(histogram: Float64Array): void {
    const width = BINS * this.#histograms.stride;
    for (const feature of this.#features) this.#splitter.scan(feature, histogram, feature * width);
  }

  /** All features of a node too small for histograms worth keeping. */
  #scanEach(start: number, end: number): void {
    for (let first = 0; first < this.#features.length; first += GROUP) {
      this.#scanGroup(first, Math.min(GROUP, this.#features.length - first), start, end);
    }
  }

  /** Draws features for the node; when none of them can split, drawing goes on until one can. */
  #scanDrawn(start: number, end: number, random: Random): void {
    const { featuresPerNode } = this.#options;
    const features = this.#features;
    let drawn = 0;
    while (drawn < features.length) {
      if (drawn >= featuresPerNode && this.#splitter.found) return;
      const group = drawn + GROUP <= featuresPerNode ? GROUP : 1;
      for (let i = drawn; i < drawn + group; i++) {
        const other = i + random.integer(features.length - i);
        const feature = features[other]!;
        features[other] = features[i]!;
        features[i] = feature;
      }
      this.#scanGroup(drawn, group, start, end);
      drawn += group;
    }
  }

  /** Looks at `features[first .. first + count)`, through scratch histograms that are left cleared. */
  #scanGroup(first: number, count: number, start: number, end: number): void {
    const scratch = this.#scratch;
    const width = BINS * this.#histograms.stride;
    this.#histograms.add(this.#features, first, count, this.#rows, start, end, scratch, 0);
    if (end - start >= DENSE_ROWS) {
      for (let i = 0; i < count; i++) this.#splitter.scan(this.#features[first + i]!, scratch, i * width);
      scratch.fill(0, 0, count * width);
      return;
    }
    for (let i = 0; i < count; i++) {
      const feature = this.#features[first + i]!;
      const bins = this.#binned.bins[feature]!;
      for (let r = start; r < end; r++) {
        const bin = bins[this.#rows[r]!]!;
        this.#bitmap[bin >> 5]! |= 1 << (bin & 31);
      }
      this.#splitter.scanSparse(feature, scratch, i * width, this.#bitmap);
    }
  }

  /**
   * Moves the rows that go left before those that go right, keeping their order; returns where the right ones begin, and
   * the cut centred among the bins between the two sides that no row is in.
   */
  #partition(start: number, end: number, split: Split): { middle: number; bin: number } {
    const bins = this.#binned.bins[split.feature]!;
    const rows = this.#rows;
    const right = this.#right;
    const { bin: cut, missingRight } = split;
    let middle = start;
    let moved = 0;
    let highestLeft = 0;
    let lowestRight = MISSING_BIN;
    for (let i = start; i < end; i++) {
      const row = rows[i]!;
      const bin = bins[row]!;
      if (bin === MISSING_BIN ? missingRight : bin > cut) {
        right[moved++] = row;
        lowestRight = Math.min(lowestRight, bin);
      } else {
        rows[middle++] = row;
        if (bin !== MISSING_BIN) highestLeft = Math.max(highestLeft, bin);
      }
    }
    rows.set(right.subarray(0, moved), middle);
    return { middle, bin: lowestRight === MISSING_BIN ? cut : (highestLeft + lowestRight - 1) >> 1 };
  }

  #take(): Float64Array {
    return this.#pool.pop() ?? new Float64Array(this.#histograms.size);
  }

  #release(histogram: Float64Array | undefined): void {
    if (histogram !== undefined) this.#pool.push(histogram);
  }
}
