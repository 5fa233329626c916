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
  const rows = input.counts.flatMap((count, row) => (count > 0 ? [row] : []));
  return grow(rows, 0);

  function grow(rows: readonly number[], depth: number): ExactNode {
    const [gradient, count] = sums(rows);
    const leaf = { value: Math.fround(gradient / count) };
    if (depth === input.maxDepth) return leaf;
    let best: Cut | undefined;
    let [bestTop, bestBottom] = [BigInt(gradient) ** 2n, BigInt(count)];
    for (const cut of candidates(rows)) {
      const [gl, nl] = sums(cut.left);
      const [gr, nr] = sums(cut.right);
      if (nl < input.minSamplesLeaf || nr < input.minSamplesLeaf) continue;
      const top = BigInt(gl) ** 2n * BigInt(nr) + BigInt(gr) ** 2n * BigInt(nl);
      const bottom = BigInt(nl) * BigInt(nr);
      if (top * bestBottom <= bestTop * bottom) continue;
      [best, bestTop, bestBottom] = [cut, top, bottom];
    }
    if (best === undefined) return leaf;
    const { feature, threshold, missingRight, left, right } = best;
    return { feature, threshold, missingRight, left: grow(left, depth + 1), right: grow(right, depth + 1) };
  }

  function* candidates(rows: readonly number[]): Generator<Cut> {
    for (const [feature, column] of input.columns.entries()) {
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
