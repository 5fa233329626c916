import type { Random } from '../src/random.ts';

/**
 * The slow plain tree that the histogram tree is checked against: every cut of every feature is tried by summing its rows
 * anew, and compared in exact integer arithmetic. Targets and counts are whole numbers.
 */
export interface ExactTreeInput {
  /** Columns of raw values, NaN for missing. */
  readonly columns: readonly Float32Array[];
  /** count * target of each row. */
  readonly gradients: readonly number[];
  /** How often each row counts; 0 leaves it out. */
  readonly counts: readonly number[];
  readonly minSamplesLeaf: number;
  readonly maxDepth: number;
  /** Features are drawn anew for each node, and on until one of them can split; otherwise all are looked at. */
  readonly draw?: { readonly featuresPerNode: number; readonly random: Random };
}

export type ExactNode =
  | { readonly value: number }
  | {
      readonly feature: number;
      readonly threshold: number;
      readonly missingRight: boolean;
      readonly left: ExactNode;
      readonly right: ExactNode;
    };

interface Cut {
  readonly feature: number;
  readonly threshold: number;
  readonly missingRight: boolean;
  readonly left: readonly number[];
  readonly right: readonly number[];
}

export function growExactTree(input: ExactTreeInput): ExactNode {
  const everywhere = input.columns.map((column) => cutsOf(column));
  const { featuresPerNode, random } = input.draw ?? { featuresPerNode: input.columns.length, random: undefined };
  // Drawing goes on from the order that the node before has left.
  const features = input.columns.map((_, feature) => feature);
  const all = input.counts.flatMap((count, row) => (count > 0 ? [row] : []));
  return grow(all, 0, findCut(all, 0));

  /** Children draw the smaller one first; then all below the larger one is grown, and all below the smaller one. */
  function grow(rows: readonly number[], depth: number, cut: Cut | undefined): ExactNode {
    if (cut === undefined) {
      const [gradient, count] = sums(rows);
      return { value: Math.fround(gradient / count) };
    }
    const { feature, threshold, missingRight, left, right } = cut;
    const [small, large] = left.length <= right.length ? [left, right] : [right, left];
    const [smallCut, largeCut] = [findCut(small, depth + 1), findCut(large, depth + 1)];
    const largeNode = grow(large, depth + 1, largeCut);
    const smallNode = grow(small, depth + 1, smallCut);
    const [leftNode, rightNode] = small === left ? [smallNode, largeNode] : [largeNode, smallNode];
    return { feature, threshold, missingRight, left: leftNode, right: rightNode };
  }

  function findCut(rows: readonly number[], depth: number): Cut | undefined {
    const [gradient, count] = sums(rows);
    if (depth === input.maxDepth || rows.length < 2 || count < 2 * input.minSamplesLeaf) return undefined;
    let best: Cut | undefined;
    let [bestTop, bestBottom] = [BigInt(gradient) ** 2n, BigInt(count)];
    for (let drawn = 0; drawn < features.length && (drawn < featuresPerNode || best === undefined); drawn++) {
      for (const cut of candidates(drawFeature(drawn), rows)) {
        const [gl, nl] = sums(cut.left);
        const [gr, nr] = sums(cut.right);
        if (nl < input.minSamplesLeaf || nr < input.minSamplesLeaf) continue;
        const top = BigInt(gl) ** 2n * BigInt(nr) + BigInt(gr) ** 2n * BigInt(nl);
        const bottom = BigInt(nl) * BigInt(nr);
        if (top * bestBottom <= bestTop * bottom) continue;
        [best, bestTop, bestBottom] = [cut, top, bottom];
      }
    }
    return best && { ...best, threshold: centred(best) };
  }

  /** The middle of the thresholds that part the rows alike; where only missing ones go right, the one that was found. */
  function centred({ feature, threshold, left, right }: Cut): number {
    const values = (rows: readonly number[]) => {
      return rows.map((row) => input.columns[feature]![row] as number).filter((value) => !Number.isNaN(value));
    };
    const [below, above] = [Math.max(...values(left)), Math.min(...values(right))];
    if (above === Infinity) return threshold;
    const alike = everywhere[feature]!.filter((cut) => cut >= below && cut < above);
    return alike[(alike.length - 1) >> 1] as number;
  }

  function drawFeature(drawn: number): number {
    if (random === undefined) return drawn;
    const other = drawn + random.integer(features.length - drawn);
    const feature = features[other] as number;
    features[other] = features[drawn] as number;
    features[drawn] = feature;
    return feature;
  }

  function* candidates(feature: number, rows: readonly number[]): Generator<Cut> {
    const column = input.columns[feature] as Float32Array;
    const missing = rows.filter((row) => Number.isNaN(column[row]));
    const present = rows.filter((row) => !Number.isNaN(column[row]));
    const thresholds = everywhere[feature] as number[];
    for (const missingRight of [true, false]) {
      for (const threshold of missingRight ? [...thresholds, Infinity] : thresholds) {
        const below = present.filter((row) => (column[row] as number) <= threshold);
        const above = present.filter((row) => (column[row] as number) > threshold);
        if (missing.length === 0) {
          const largerIsRight = above.length > below.length;
          if (missingRight) yield { feature, threshold, missingRight: largerIsRight, left: below, right: above };
        } else if (missingRight) {
          yield { feature, threshold, missingRight, left: below, right: [...above, ...missing] };
        } else if (above.length > 0) {
          yield { feature, threshold, missingRight, left: [...below, ...missing], right: above };
        }
      }
    }
  }

  function sums(rows: readonly number[]): [number, number] {
    let gradient = 0;
    let count = 0;
    for (const row of rows) {
      gradient += input.gradients[row] as number;
      count += input.counts[row] as number;
    }
    return [gradient, count];
  }
}

export function predictExact(tree: ExactNode, row: Float32Array): number {
  let node = tree;
  while ('left' in node) {
    const value = row[node.feature] as number;
    const right: boolean = Number.isNaN(value) ? node.missingRight : value > node.threshold;
    node = right ? node.right : node.left;
  }
  return node.value;
}

/** Middles between neighbouring distinct values. */
function cutsOf(column: Float32Array): number[] {
  const distinct = [...new Set(column)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return distinct.slice(1).map((value, i) => Math.fround(((distinct[i] as number) + value) / 2));
}
