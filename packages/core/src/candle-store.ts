import type { CandleSeries, SeriesKey } from './candle.ts';

export interface TimeRange {
  /** First open time, inclusive, UTC milliseconds. */
  readonly from?: number;
  /** Last open time, inclusive, UTC milliseconds. */
  readonly to?: number;
}

export interface UpsertSummary {
  /** Candles that were not there before. */
  readonly inserted: number;
  /** Candles that were there with other values. */
  readonly changed: number;
}

/** What is stored of a series at its two ends. */
export interface SeriesSpan {
  readonly first: number;
  readonly last: number;
}

/** Closed candles, one a (source, symbol, quote, interval, time). */
export interface CandleStore {
  /**
   * Inserts or replaces; a later write of the same candle wins, and writing the same again changes nothing. Pieces are
   * written outward from what is stored (later ones ascending, earlier ones descending), so an upsert that is killed
   * half-way never leaves a hole between old and new candles.
   *
   * @throws PavioError `bad_candles` for a series that is not ascending on the grid of its interval.
   */
  upsert(key: SeriesKey, candles: CandleSeries): Promise<UpsertSummary>;
  /** Ascending, without duplicates; empty where there is nothing. */
  read(key: SeriesKey, range?: TimeRange): Promise<CandleSeries>;
  /** First and last stored open time, at the cost of two small reads; undefined where there is nothing. */
  span(key: SeriesKey): Promise<SeriesSpan | undefined>;
  /** The series that exist, ordered by source, interval, symbol, quote. */
  list(filter?: Partial<SeriesKey>): Promise<SeriesKey[]>;
  /** A tag of the stored content of a series: changes if and only if a candle did. Undefined where there is nothing. */
  tag(key: SeriesKey): Promise<string | undefined>;
}
