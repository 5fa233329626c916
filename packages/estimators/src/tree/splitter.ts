import { BINS, type BinnedMatrix, MISSING_BIN } from './binning.ts';

/** Sums over the rows of a node. */
export interface NodeSums {
  readonly gradient: number;
  readonly hessian: number;
  /** Rows, counted as often as they were drawn. */
  readonly count: number;
}

export interface SplitRules {
  /** Fewest rows (counted as often as drawn) on either side. */
  readonly minSamplesLeaf: number;
  /** Ridge penalty on leaf values, added to the hessian. */
  readonly l2: number;
  /** A split must reduce the loss by more than this: it keeps rounding noise from splitting pure nodes. */
  readonly minGain: number;
  /** Less curvature than this on a side says nothing about its leaf value. */
  readonly minHessian: number;
}

/** The best split of a node: rows go left when their bin is at most `bin`, missing ones where `missingRight` says. */
export interface Split {
  readonly feature: number;
  readonly bin: number;
  /** Undefined where no value was missing, so that there was no direction to learn. */
  readonly missingRight: boolean | undefined;
  readonly gain: number;
}

const EVERY_BIN = Uint8Array.from({ length: BINS - 1 }, (_, bin) => bin);

/**
 * Finds the best split of one node over any number of features. The quality of a split is `GL^2 / (HL + l2) + GR^2 /
 * (HR + l2)` (Friedman 2001; Chen and Guestrin 2016, equation 7, doubled). Sums are of whole numbers and so exact: equal
 * partitions tie exactly, and the lowest feature wins.
 */
export class Splitter {
  readonly #rules: SplitRules;
  readonly #binCounts: Int32Array;
  readonly #stride: number;
  readonly #touched = new Uint8Array(BINS);
  #sums: NodeSums = { gradient: 0, hessian: 0, count: 0 };
  #feature = -1;
  #bin = 0;
  #missingRight: boolean | undefined;
  #best = 0;

  constructor(binned: BinnedMatrix, stride: number, rules: SplitRules) {
    this.#rules = rules;
    this.#stride = stride;
    this.#binCounts = Int32Array.from(binned.thresholds, (cuts) => cuts.length + 1);
  }

  /** Starts a node: every feature looked at from here on competes for its split. */
  begin(sums: NodeSums): void {
    this.#sums = sums;
    this.#feature = -1;
    this.#best = (sums.gradient * sums.gradient) / (sums.hessian + this.#rules.l2) + this.#rules.minGain;
  }

  get found(): boolean {
    return this.#feature >= 0;
  }

  /** The best split since `begin`, if any is worth it. */
  best(): Split | undefined {
    if (!this.found) return undefined;
    const { gradient, hessian } = this.#sums;
    const parent = (gradient * gradient) / (hessian + this.#rules.l2);
    return {
      feature: this.#feature,
      bin: this.#bin,
      missingRight: this.#missingRight,
      gain: this.#best - parent,
    };
  }

  /** Looks at one feature, whose histogram begins at `offset`. */
  scan(feature: number, histogram: Float64Array, offset: number): void {
    const bins = this.#binCounts[feature]!;
    const missing = histogram[offset + (MISSING_BIN + 1) * this.#stride - 1]! > 0;
    if (bins > 1 || missing) this.#scanBins(feature, histogram, offset, EVERY_BIN, bins, missing);
  }

  /**
   * Looks at one feature of a small node, reading and then clearing only the cells that its rows fell into: `bitmap`
   * has a bit for each of them.
   */
  scanSparse(feature: number, histogram: Float64Array, offset: number, bitmap: Int32Array): void {
    const missing = histogram[offset + (MISSING_BIN + 1) * this.#stride - 1]! > 0;
    let touched = 0;
    for (let word = 0; word < bitmap.length; word++) {
      let bits = bitmap[word]!;
      bitmap[word] = 0;
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        this.#touched[touched++] = word * 32 + bit;
      }
    }
    const valued = missing ? touched - 1 : touched;
    if (valued > 0 && touched > 1) this.#scanBins(feature, histogram, offset, this.#touched, valued, missing);
    for (let i = 0; i < touched; i++) {
      const cell = offset + this.#touched[i]! * this.#stride;
      histogram.fill(0, cell, cell + this.#stride);
    }
  }

  #scanBins(
    feature: number,
    histogram: Float64Array,
    offset: number,
    bins: Uint8Array,
    length: number,
    missing: boolean,
  ): void {
    if (!missing) {
      this.#scanFrom(feature, histogram, offset, bins, length, 0, 0, 0, undefined);
      return;
    }
    const cell = offset + MISSING_BIN * this.#stride;
    // Missing ones right: the last cut has all values left and only the missing ones right.
    this.#scanFrom(feature, histogram, offset, bins, length, 0, 0, 0, true);
    const missingHessian = histogram[cell + 1]!;
    const missingCount = histogram[cell + this.#stride - 1]!;
    this.#scanFrom(feature, histogram, offset, bins, length - 1, histogram[cell]!, missingHessian, missingCount, false);
  }

  /** Cuts after each of the bins in turn, the left side beginning with what is given. */
  #scanFrom(
    feature: number,
    histogram: Float64Array,
    offset: number,
    bins: Uint8Array,
    length: number,
    leftGradient: number,
    leftHessian: number,
    leftCount: number,
    missingRight: boolean | undefined,
  ): void {
    const { minSamplesLeaf, l2, minHessian } = this.#rules;
    const { gradient, hessian, count } = this.#sums;
    const stride = this.#stride;
    let best = this.#best;
    for (let i = 0; i < length; i++) {
      const cell = offset + bins[i]! * stride;
      const binCount = histogram[cell + stride - 1]!;
      if (binCount === 0) continue;
      leftGradient += histogram[cell]!;
      leftHessian += histogram[cell + 1]!;
      leftCount += binCount;
      if (leftCount < minSamplesLeaf) continue;
      if (count - leftCount < minSamplesLeaf) break;
      const rightGradient = gradient - leftGradient;
      const rightHessian = hessian - leftHessian;
      if (leftHessian < minHessian || rightHessian < minHessian) continue;
      const left = leftHessian + l2;
      const right = rightHessian + l2;
      const top = leftGradient * leftGradient * right + rightGradient * rightGradient * left;
      const bottom = left * right;
      const quality = top / bottom;
      if (quality <= best) continue;
      best = quality;
      this.#feature = feature;
      this.#bin = bins[i]!;
      this.#missingRight = missingRight;
    }
    this.#best = best;
  }
}
