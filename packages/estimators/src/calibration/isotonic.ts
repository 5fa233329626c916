import type { Calibrator } from '@pavio/core';

type Isotonic = Extract<Calibrator, { method: 'isotonic' }>;

/**
 * Isotonic calibration (Zadrozny and Elkan 2002): the non-decreasing function of the probability with the smallest
 * squared error, by pooling adjacent violators (Ayer et al. 1955), straight between its blocks as in scikit-learn. A
 * block of rows that all fell or all rose would be served as certainty; Platt's (1999) targets are the bounds instead,
 * `1 / (n0 + 2)` and `(n1 + 1) / (n1 + 2)` of n0 falls and n1 rises.
 *
 * @param actual 0 or 1, at least one row
 */
export function fitIsotonic(probability: Float64Array, actual: Float64Array): Isotonic {
  const order = Int32Array.from(probability.keys()).sort((a, b) => probability[a]! - probability[b]! || a - b);
  const blocks: Block[] = [];
  for (const row of order) {
    const p = probability[row]!;
    const last = blocks.at(-1);
    // Rows of one probability are one block from the start.
    if (last !== undefined && last.to === p && last.from === p) {
      last.sum += actual[row]!;
      last.rows++;
    } else {
      pool(blocks);
      blocks.push({ from: p, to: p, sum: actual[row]!, rows: 1 });
    }
  }
  pool(blocks);

  const rises = actual.reduce((sum, y) => sum + y, 0);
  const low = 1 / (actual.length - rises + 2);
  const high = (rises + 1) / (rises + 2);
  const knots = blocks.flatMap(({ from, to, sum, rows }) => {
    const y = Math.min(high, Math.max(low, sum / rows));
    return from === to
      ? [{ x: from, y }]
      : [
          { x: from, y },
          { x: to, y },
        ];
  });
  return { method: 'isotonic', x: knots.map(({ x }) => x), y: knots.map(({ y }) => y) };
}

/** Rows of adjacent probabilities with one value. */
interface Block {
  readonly from: number;
  to: number;
  sum: number;
  rows: number;
}

/** Joins the last block with those before it until their values ascend. */
function pool(blocks: Block[]): void {
  for (;;) {
    const [before, last] = [blocks.at(-2), blocks.at(-1)];
    if (before === undefined || last === undefined || before.sum * last.rows < last.sum * before.rows) return;
    before.to = last.to;
    before.sum += last.sum;
    before.rows += last.rows;
    blocks.pop();
  }
}

/** The value between the knots around a probability; outside of them that of the nearest. */
export function interpolate({ x, y }: Isotonic, probability: number): number {
  const right = x.findIndex((knot) => knot >= probability);
  if (right < 0) return y.at(-1)!;
  if (right === 0 || x[right] === probability) return y[right]!;
  const share = (probability - x[right - 1]!) / (x[right]! - x[right - 1]!);
  return y[right - 1]! + share * (y[right]! - y[right - 1]!);
}
