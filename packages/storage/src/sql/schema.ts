/** What identifies a series, in every table that has to do with candles. */
export interface SeriesColumns {
  source: string;
  symbol: string;
  quote: string;
  interval: string;
}

/** The numbers of a candle, as core's `Candle`. */
export interface PriceColumns {
  /** Open time, UTC milliseconds. */
  ts: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** Null where the source does not say. */
  quote_volume: number | null;
}

export interface PriceRow extends SeriesColumns, PriceColumns {}

/** A series that has candles. Whoever writes candles of a series holds the lock of its row. */
export interface SeriesRow extends SeriesColumns {
  /** Another random text with every change of a candle. */
  tag: string;
}

export interface PredictionRow {
  symbol: string;
  interval: string;
  /** Open time of the candle that is forecast, UTC milliseconds. */
  target_time: number;
  version: string;
  /** The forecast as JSON. */
  forecast: string;
}

export interface TrainingRunRow {
  id: string;
  /** UTC milliseconds. */
  started_at: number;
  /** The run as JSON. */
  run: string;
}

export interface Tables {
  prices: PriceRow;
  series: SeriesRow;
  predictions: PredictionRow;
  training_runs: TrainingRunRow;
}

/** The columns that identify a series, and with `ts` a candle. */
export const SERIES_COLUMNS = ['source', 'symbol', 'quote', 'interval'] as const;
/** The numbers of a candle, in the order of `CANDLE_COLUMNS`. */
export const PRICE_COLUMNS = ['ts', 'open', 'high', 'low', 'close', 'volume', 'quote_volume'] as const;
