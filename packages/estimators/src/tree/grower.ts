import type { Random } from '../random.ts';

export interface GrowerOptions {
  /** Levels below the root. */
  readonly maxDepth: number;
  /** When finite, the leaf with the largest gain is split first, until there are so many. */
  readonly maxLeaves: number;
  /** Fewest rows (counted as often as drawn) on either side of a split. */
  readonly minSamplesLeaf: number;
  /** Features drawn anew for each node; all of them when it is their number. */
  readonly featuresPerNode: number;
  /** Ridge penalty on leaf values, added to the hessian. */
  readonly l2: number;
  /** A split must reduce the loss by more than this: it keeps rounding noise from splitting pure nodes. */
  readonly minGain: number;
  /** Leaf values are multiplied by this: the learning rate. */
  readonly shrinkage: number;
  /** Have rows hessians of their own? Else the hessian of a row is its count. */
  readonly hasHessians: boolean;
  /** Shall `score` follow the trees? */
  readonly keepsScore: boolean;
  /** Shall `leaves` say where the rows ended? */
  readonly keepsLeaves: boolean;
}

/**
 * Grows trees on binned features and adds them to an ensemble. A tree fits `gradients / hessians` by weighted least
 * squares: for a forest they are `weight * target` and `weight`, for boosting the Newton terms of its loss.
 */
export interface TreeGrower {
  /** One a row, of one draw of it. To be written before `quantise`. */
  readonly gradients: Float64Array;
  /** One a row, of one draw of it; empty when the rows have none of their own. */
  readonly hessians: Float64Array;
  /** How often each row was drawn for the next tree: 0 leaves it out. */
  readonly counts: Int32Array;
  /** Each tree adds its leaf values to these, for rows that were drawn and those that were not. */
  readonly score: Float64Array;
  /** The leaf of the last tree that each row, drawn or not, ended in: its node, the root being 0. */
  readonly leaves: Int32Array;
  /** Takes over gradients and hessians. `draws`: the most draws, over all rows, of a tree that is grown on them. */
  quantise(draws: number): void;
  /** Grows one tree on the rows that were drawn. False: it did not, as another grower goes on without this one. */
  grow(random: Random): boolean;
}

/** Less curvature than this on a side says nothing about its leaf value. */
export const MIN_HESSIAN = 1e-6;
