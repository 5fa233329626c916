import { columnAfter } from './column.ts';

/** What the order of a window's values says, one value a row. */
export interface OrderStatistics {
  /** Middle value; mean of the two middle ones where the window is even. */
  readonly median: Float64Array;
  /** Median of `|x - median|` over the window: MAD, not scaled. */
  readonly mad: Float64Array;
  /** Third quartile minus first quartile. */
  readonly iqr: Float64Array;
  /** Robust z-score of the newest value, see `robustScore`. */
  readonly score: Float64Array;
}

/** MAD times this estimates the standard deviation of a normal distribution: 1 / (3rd quartile of N(0, 1)). */
const MAD_TO_SIGMA = 1.482602218505602;
/** Mean absolute deviation times this does the same: sqrt(pi / 2). */
const MEAN_DEVIATION_TO_SIGMA = 1.2533141373155001;

/**
 * Median, MAD, interquartile range and robust z-score of the last `window` values.
 *
 * The window is kept sorted: each row replaces the oldest value by the newest, shifting only what lies between them. The
 * distances to the median grow to both sides of it, so their median is found among two sorted sequences, beginning where
 * it was in the row before.
 *
 * Conventions: pandas `rolling(w).median()` and `rolling(w).quantile(q)` with linear interpolation (rank `q * (w - 1)`).
 * First defined row: `window - 1`.
 */
export function rollingOrder(x: Float64Array, window: number): OrderStatistics {
  const rows = x.length;
  const median = columnAfter(window - 1, rows);
  const mad = columnAfter(window - 1, rows);
  const iqr = columnAfter(window - 1, rows);
  const score = columnAfter(window - 1, rows);
  if (rows < window) return { median, mad, iqr, score };

  const sorted = x.slice(0, window).sort();
  const odd = window % 2;
  const middle = (window - odd) / 2;
  const distances = new MedianDistance(window);
  const [first, third] = [new Rank(0.25, window), new Rank(0.75, window)];
  for (let t = window - 1; t < rows; t++) {
    if (t >= window) replace(sorted, x[t - window]!, x[t]!);
    const center = odd === 1 ? sorted[middle]! : midpoint(sorted[middle - 1]!, sorted[middle]!);
    const spread = distances.of(sorted, center);
    median[t] = center;
    mad[t] = spread;
    iqr[t] = third.of(sorted) - first.of(sorted);
    score[t] = robustScore(x[t]! - center, spread, sorted, center);
  }
  return { median, mad, iqr, score };
}

/**
 * `(x - median) / (1.4826 MAD)`. Where more than half of the window is one value the MAD is zero, and the mean absolute
 * deviation takes its place: `(x - median) / (1.2533 mean|x - median|)` (Iglewicz and Hoaglin 1993, "How to detect and
 * handle outliers"; the fallback is that of IBM SPSS' modified z-score). Zero where all values are equal.
 */
function robustScore(distance: number, mad: number, values: Float64Array, center: number): number {
  if (distance === 0) return 0;
  if (mad > 0) return distance / (MAD_TO_SIGMA * mad);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]! - center);
  return distance / (MEAN_DEVIATION_TO_SIGMA * (sum / values.length));
}

/**
 * Takes one `leaving` value out of the sorted window and puts `entering` in. Walking to it is faster than bisection for
 * windows of tens of values, because the steps are predictable.
 */
function replace(sorted: Float64Array, leaving: number, entering: number): void {
  let at = 0;
  while (sorted[at]! < leaving) at++;
  if (entering > leaving) {
    const last = sorted.length - 1;
    while (at < last && sorted[at + 1]! < entering) {
      sorted[at] = sorted[at + 1]!;
      at++;
    }
  } else {
    while (at > 0 && sorted[at - 1]! > entering) {
      sorted[at] = sorted[at - 1]!;
      at--;
    }
  }
  sorted[at] = entering;
}

/** Value of rank `q * (length - 1)` of sorted values, interpolated between its neighbours. */
class Rank {
  readonly #below: number;
  readonly #share: number;

  constructor(q: number, length: number) {
    const rank = q * (length - 1);
    this.#below = Math.floor(rank);
    this.#share = rank - this.#below;
  }

  of(sorted: Float64Array): number {
    const value = sorted[this.#below]!;
    return this.#share === 0 ? value : value + this.#share * (sorted[this.#below + 1]! - value);
  }
}

/**
 * Median of `|value - center|`, for the median `center` of sorted values. Those below the middle give distances that grow
 * downwards, the others distances that grow upwards; of the `half` smallest distances so many (`#taken`) are of the first
 * kind. From one window to the next that number hardly moves, so it is found by walking from the last one.
 */
class MedianDistance {
  readonly #isOdd: boolean;
  readonly #split: number;
  readonly #half: number;
  #taken = 0;

  constructor(length: number) {
    this.#isOdd = length % 2 === 1;
    this.#split = Math.floor(length / 2);
    this.#half = length - this.#split;
  }

  of(sorted: Float64Array, center: number): number {
    const split = this.#split;
    const half = this.#half;
    let taken = this.#taken;
    while (taken < split && center - sorted[split - 1 - taken]! < sorted[split + half - taken - 1]! - center) taken++;
    while (taken > 0 && center - sorted[split - taken]! >= sorted[split + half - taken]! - center) taken--;
    this.#taken = taken;
    const below = taken > 0 ? center - sorted[split - taken]! : 0;
    const above = taken < half ? sorted[split + half - taken - 1]! - center : 0;
    const middle = below > above ? below : above;
    if (this.#isOdd) return middle;
    const nextBelow = taken < split ? center - sorted[split - 1 - taken]! : Infinity;
    const nextAbove = taken > 0 ? sorted[split + half - taken]! - center : Infinity;
    return midpoint(middle, nextBelow < nextAbove ? nextBelow : nextAbove);
  }
}

/** Mean of two values without overflow, exact where they are equal. */
function midpoint(a: number, b: number): number {
  return a + (b - a) / 2;
}
