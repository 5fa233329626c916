import type { Interval } from './interval.ts';

/** What a set of features is: enough to refuse numbers that come from another one. */
export interface FeatureSetInfo {
  readonly name: string;
  /** SHA-256 (hex) over the declarations: names, formulas, parameters, in order. */
  readonly hash: string;
  /** All feature columns, in order. */
  readonly columns: readonly string[];
  /** Those that models see, in the order models see them. */
  readonly inputs: readonly string[];
}

/**
 * Features of many assets: one row an asset and candle, grouped by asset and ascending in time inside each. Values are
 * float64; NaN where a feature is not defined (warm-up, gap).
 */
export interface FeatureTable {
  readonly source: string;
  readonly quote: string;
  readonly interval: Interval;
  readonly featureSet: FeatureSetInfo;
  /** Distinct symbols; `symbol` indexes into it. */
  readonly symbols: readonly string[];
  /** Index of each row's symbol. */
  readonly symbol: Int32Array;
  /** Open time of each row's candle, UTC milliseconds. */
  readonly time: Float64Array;
  /** Close of each row's candle: what targets are computed from. */
  readonly close: Float64Array;
  /** One column a feature, under the names of `featureSet.columns`. */
  readonly columns: ReadonlyMap<string, Float64Array>;
}

/** Dated feature files and the newest one. */
export interface FeatureStore {
  /**
   * Stores under the day of `now` (UTC) and as latest. Returns the key of the dated file.
   * Storing a table equal to the latest changes nothing.
   */
  write(table: FeatureTable, now: number): Promise<string>;
  /** The latest table, all columns or only those named; undefined where there is none. */
  latest(options?: { readonly columns?: readonly string[] }): Promise<FeatureTable | undefined>;
}
