/** A share of successes with its confidence interval. */
export interface Proportion {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Trials. */
  readonly n: number;
}

/** Standard normal quantile of 0.975. */
const Z_95 = 1.959963984540054;

/**
 * Wilson's 95 % score interval (Wilson 1927): it holds its coverage for small n and never leaves [0, 1]. Without trials
 * the value is NaN and the interval is [0, 1].
 */
export function wilsonInterval(successes: number, n: number): Proportion {
  if (n === 0) return { value: Number.NaN, low: 0, high: 1, n };
  const value = successes / n;
  const z2 = Z_95 ** 2;
  const centre = (value + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z_95 / (1 + z2 / n)) * Math.sqrt((value * (1 - value)) / n + z2 / (4 * n * n));
  return { value, low: Math.max(0, centre - half), high: Math.min(1, centre + half), n };
}
