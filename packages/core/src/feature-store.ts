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

/** Whose features a table holds, and which ones. */
export interface FeatureTableInfo {
  readonly source: string;
  readonly quote: string;
  readonly interval: Interval;
  readonly featureSet: FeatureSetInfo;
}

/**
 * Features of many assets: one row an asset and candle, grouped by asset and ascending in time inside each. Values are
 * float64; NaN where a feature is not defined (warm-up, gap).
 */
export interface FeatureTable extends FeatureTableInfo {
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

/** What is known of one asset's features without their rows. */
export interface AssetSummary {
  readonly symbol: string;
  /** Tag of what they were computed from: equal tags mean equal features. */
  readonly content: string;
  readonly rows: number;
  /** Rows with a value in every model input. */
  readonly completeRows: number;
  /** Places where candles are missing. */
  readonly gaps: number;
  /** Open times of the first and last candle, UTC milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** Features of one asset, ascending in time. */
export interface AssetFeatures {
  readonly summary: AssetSummary;
  readonly time: Float64Array;
  readonly close: Float64Array;
  /** Each column once, in the order of the set. A generator may make them one by one, so that they are never all there. */
  readonly columns: Iterable<readonly [name: string, values: Float64Array]>;
}

/**
 * Features of one asset in the form a store keeps them in, made as they are taken: they are never all in memory. Bytes and
 * layout are plain data, so that they can come from another thread.
 */
export interface EncodedFeatures {
  readonly summary: AssetSummary;
  /** To be taken once. A piece may be overwritten when the next one is asked for. */
  readonly bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Where in the bytes is what, when all have been taken. Known to the store alone. */
  readonly layout: () => unknown;
}

/** An asset whose features are in the latest table already, with this very summary. */
export interface KeptFeatures {
  readonly summary: AssetSummary;
}

/**
 * Turns features into what a store keeps.
 *
 * @throws PavioError `bad_features` when columns are missing or of unequal length; some are noticed only when it is their
 *   turn.
 */
export type EncodeFeatures = (features: AssetFeatures, info: FeatureTableInfo) => EncodedFeatures;

/** Dated feature files and the newest one. */
export interface FeatureStore {
  /** Loads the encoder. Encoding is half of the work of a table, so it is done where the features are computed. */
  encoder(): Promise<EncodeFeatures>;
  /** URL of the module that exports the encoder as `encodeFeatures`, for other threads. */
  readonly encoderModule: string;
  /**
   * Stores a table, asset by asset, under the day of `now` (UTC) and as latest: memory holds some columns of one asset at a
   * time, and nobody sees a part of a table. Returns the key of the dated file. Assets whose summary equals that of the latest table
   * may come as a summary alone; a table that has no other assets changes nothing.
   *
   * @throws PavioError `conflict` when another writer replaced the latest table whose assets are kept.
   */
  write(info: FeatureTableInfo, assets: AsyncIterable<EncodedFeatures | KeptFeatures>, now: number): Promise<string>;
  /** What the latest table is and holds, without its rows; undefined where there is none that can be read. */
  summary(): Promise<{ readonly info: FeatureTableInfo; readonly assets: readonly AssetSummary[] } | undefined>;
  /** The latest table, all columns or only those named; undefined where there is none. */
  latest(options?: { readonly columns?: readonly string[] }): Promise<FeatureTable | undefined>;
}
