import { PavioError } from '@pavio/core';

/**
 * Radius of a split-conformal interval: the `ceil((n + 1)(1 - alpha))`-th smallest of n absolute (scaled) residuals of
 * rows the model was not fitted on (Papadopoulos et al. 2002; Lei et al. 2018). The interval then covers a next
 * exchangeable row with probability of at least 1 - alpha. Undefined when n is too small for that: 19 rows are the
 * fewest for 95 %.
 * @throws PavioError `bad_input` when alpha is not between 0 and 1 or a score is NaN.
 */
export function conformalRadius(scores: Float64Array, alpha: number): number | undefined {
  if (!(alpha > 0 && alpha < 1)) throw new PavioError('bad_input', `alpha is ${alpha}, not between 0 and 1.`);
  assertScores(scores);
  const rank = conformalRank(scores.length, alpha);
  return rank > scores.length ? undefined : scores.toSorted()[rank - 1];
}

/** Which of n scores is the radius, from 1; above n where n is too small. */
export function conformalRank(n: number, alpha: number): number {
  // Products like 10 * (1 - 0.9) come out a rounding error above a whole number.
  return Math.ceil((n + 1) * (1 - alpha) - 1e-9);
}

export function assertScores(scores: Float64Array): void {
  if (scores.some((score) => Number.isNaN(score))) throw new PavioError('bad_input', 'A conformal score is NaN.');
}
