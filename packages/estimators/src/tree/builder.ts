import { type BinnedMatrix, MISSING_BIN } from './binning.ts';
import { LEAF, type TreeArrays } from './ensemble.ts';
import type { Split } from './splitter.ts';

/** One tree, an entry a node; its root is node 0. */
export interface GrownTree {
  readonly feature: Int16Array;
  readonly bin: Uint8Array;
  readonly left: Int32Array;
  readonly missingRight: Uint8Array;
  /** Of leaves. */
  readonly value: Float32Array;
  readonly gain: Float64Array;
}

/** Trees as they are grown: the nodes' bins and gains beside what prediction needs. */
export class EnsembleBuilder {
  readonly #thresholds: readonly Float32Array[];
  readonly #roots: number[] = [];
  #nodes = 0;
  #feature = new Int16Array(1024);
  #split = new Float32Array(1024);
  #left = new Int32Array(1024);
  #missingRight = new Uint8Array(1024);
  #bin = new Uint8Array(1024);
  #gain = new Float64Array(1024);

  /** @param thresholds of the binned features that the trees are grown on */
  constructor(thresholds: readonly Float32Array[]) {
    this.#thresholds = thresholds;
  }

  get trees(): number {
    return this.#roots.length;
  }

  /** The first node of a tree; its others follow. */
  root(tree: number): number {
    return this.#roots[tree]!;
  }

  /** Starts a tree and returns its root, a leaf of value 0. */
  addTree(): number {
    const root = this.#addNodes(1);
    this.#roots.push(root);
    return root;
  }

  setLeaf(node: number, value: number): void {
    this.#split[node] = value;
  }

  /** The value of a leaf, as the float32 that is stored. */
  leafValue(node: number): number {
    return this.#split[node]!;
  }

  /** Turns a leaf into a split and returns its left child; the right one follows it. */
  splitLeaf(node: number, split: Split, missingRight: boolean): number {
    const left = this.#addNodes(2);
    this.#feature[node] = split.feature;
    this.#split[node] = this.#thresholds[split.feature]![split.bin] ?? Infinity;
    this.#bin[node] = split.bin;
    this.#missingRight[node] = missingRight ? 1 : 0;
    this.#left[node] = left;
    this.#gain[node] = split.gain;
    return left;
  }

  /** Adds a tree that was grown elsewhere; its nodes are numbered from 0. */
  appendTree(tree: GrownTree): void {
    const first = this.addTree();
    const count = tree.feature.length;
    this.#addNodes(count - 1);
    this.#feature.set(tree.feature, first);
    this.#missingRight.set(tree.missingRight, first);
    this.#bin.set(tree.bin, first);
    this.#gain.set(tree.gain, first);
    this.#split.set(tree.value, first);
    for (let i = 0; i < count; i++) {
      const feature = tree.feature[i]!;
      if (feature === LEAF) continue;
      this.#left[first + i] = first + tree.left[i]!;
      this.#split[first + i] = this.#thresholds[feature]![tree.bin[i]!] ?? Infinity;
    }
  }

  /** The leaf below this root that a row of the matrix that the tree was grown on ends in. */
  leafOf(root: number, binned: BinnedMatrix, row: number): number {
    let node = root;
    for (let f = this.#feature[node]!; f >= 0; f = this.#feature[node]!) {
      const bin = binned.bins[f]![row]!;
      const right = bin === MISSING_BIN ? this.#missingRight[node] === 1 : bin > this.#bin[node]!;
      node = this.#left[node]! + (right ? 1 : 0);
    }
    return node;
  }

  /** The first `trees` trees as they predict. */
  build(options: { base: number; scale: number; trees?: number }): TreeArrays {
    const trees = options.trees ?? this.#roots.length;
    const nodes = this.#roots[trees] ?? this.#nodes;
    return {
      columns: this.#thresholds.length,
      base: options.base,
      scale: options.scale,
      roots: Int32Array.from(this.#roots.slice(0, trees)),
      feature: this.#feature.slice(0, nodes),
      split: this.#split.slice(0, nodes),
      left: this.#left.slice(0, nodes),
      missingRight: this.#missingRight.slice(0, nodes),
    };
  }

  /** Loss reduction a feature, for each of the first `trees` trees. */
  gains(trees = this.#roots.length): Float64Array[] {
    return this.#roots.slice(0, trees).map((root, tree) => {
      const gains = new Float64Array(this.#thresholds.length);
      const end = this.#roots[tree + 1] ?? this.#nodes;
      for (let node = root; node < end; node++) {
        if (this.#feature[node] !== LEAF) gains[this.#feature[node]!]! += this.#gain[node]!;
      }
      return gains;
    });
  }

  #addNodes(count: number): number {
    const first = this.#nodes;
    this.#nodes += count;
    if (this.#nodes > this.#feature.length) {
      const capacity = Math.max(this.#nodes, this.#feature.length * 2);
      this.#feature = grown(this.#feature, new Int16Array(capacity));
      this.#split = grown(this.#split, new Float32Array(capacity));
      this.#left = grown(this.#left, new Int32Array(capacity));
      this.#missingRight = grown(this.#missingRight, new Uint8Array(capacity));
      this.#bin = grown(this.#bin, new Uint8Array(capacity));
      this.#gain = grown(this.#gain, new Float64Array(capacity));
    }
    this.#feature.fill(LEAF, first, this.#nodes);
    return first;
  }
}

function grown<A extends Int16Array | Int32Array | Uint8Array | Float32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
