import { column } from './column.ts';
import { overWindows } from './kernel.ts';

/** What the order of a window's values says, one value a row. */
export interface OrderStatistics {
  /** Middle value; mean of the two middle ones where the window is even. */
  readonly median: Float64Array;
  /** Median of `|x - median|` over the window: MAD, not scaled. */
  readonly mad: Float64Array;
  /** Third quartile minus first quartile. */
  readonly iqr: Float64Array;
  /**
   * Robust z-score of the newest value: `(x - median) / (1.4826 MAD)`. Where more than half of the window is one value the
   * MAD is zero, and the mean absolute deviation takes its place: `(x - median) / (1.2533 mean|x - median|)` (Iglewicz and
   * Hoaglin 1993, "How to detect and handle outliers"; the fallback is that of IBM SPSS' modified z-score). Zero where all
   * values are equal.
   */
  readonly score: Float64Array;
}

/**
 * Median, MAD, interquartile range and robust z-score of the last `window` values: see `kernel/order.h`.
 *
 * Conventions: pandas `rolling(w).median()` and `rolling(w).quantile(q)` with linear interpolation (rank `q * (w - 1)`).
 * First defined row: `window - 1`.
 */
export function rollingOrder(x: Float64Array, window: number): OrderStatistics {
  const [median, mad, iqr, score] = [column(x.length), column(x.length), column(x.length), column(x.length)];
  const results = { 0: median, 1: mad, 2: iqr, 3: score };
  overWindows(x, window, 0, results, (kernel, rows) => kernel.order(rows, window));
  return { median, mad, iqr, score };
}
