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
  return { ...scoreInterval(successes / n, n), n };
}

/**
 * Wilson's 95 % interval for trials that come in clusters and share their luck, as the assets of one day do: a hundred
 * rows of one day are hardly more evidence than one. The trials count for as many independent ones as would spread their
 * share equally (Kish 1965, the design effect; Dean and Pagano 2015, Evaluating confidence interval methods for binomial
 * proportions in clustered surveys), for their own number at most, and for the number of clusters where all or none of
 * them succeed.
 *
 * @param isSuccess one flag a trial
 * @param cluster of each trial: a time
 */
export function clusteredWilsonInterval(isSuccess: ArrayLike<boolean>, cluster: Float64Array): Proportion {
  const n = cluster.length;
  const clusters = new Map<number, { trials: number; successes: number }>();
  let successes = 0;
  for (let i = 0; i < n; i++) {
    const counts = clusters.get(cluster[i]!) ?? { trials: 0, successes: 0 };
    clusters.set(cluster[i]!, counts);
    counts.trials++;
    if (!isSuccess[i]) continue;
    counts.successes++;
    successes++;
  }
  const value = successes / n;
  let spread = 0;
  for (const counts of clusters.values()) spread += (counts.successes - value * counts.trials) ** 2;
  const variance = (spread / n ** 2) * (clusters.size / (clusters.size - 1));
  const design = variance / ((value * (1 - value)) / (n - 1));
  const isKnown = successes > 0 && successes < n && clusters.size > 1;
  const independent = isKnown ? n / Math.max(1, design) : clusters.size;
  return { ...scoreInterval(value, independent), n };
}

/** @param n trials, not necessarily a whole number */
function scoreInterval(value: number, n: number): Omit<Proportion, 'n'> {
  if (n === 0) return { value: Number.NaN, low: 0, high: 1 };
  const z2 = Z_95 ** 2;
  const centre = (value + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z_95 / (1 + z2 / n)) * Math.sqrt((value * (1 - value)) / n + z2 / (4 * n * n));
  return { value, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
