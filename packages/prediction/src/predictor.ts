import type { Forecast, PavioError, ReleaseManifest } from '@pavio/core';

/** What the predictor has in its hands. */
export interface PredictorState {
  /** The release that serves; undefined until one could be loaded. */
  readonly release: ReleaseManifest | undefined;
  /** When it was loaded, UTC milliseconds. */
  readonly loadedAt: number | undefined;
  /** Trainings do not replace it. */
  readonly isPinned: boolean;
  /** Why the newest release does not serve: the last good one goes on serving. Undefined when all is well. */
  readonly problem: PavioError | undefined;
}

export interface ServedAsset {
  readonly symbol: string;
  readonly quote: string;
  readonly source: string;
  readonly isSimulated: boolean;
  /** Open times of the first and last stored candle; undefined for the simulated asset, which is made on demand. */
  readonly first: number | undefined;
  readonly last: number | undefined;
}

/** Forecasts from the live release and the newest closed candles. */
export interface Predictor {
  readonly state: PredictorState;
  /**
   * Loads the live release if it is another one than that in hand. A release that cannot be used (damaged file, other
   * feature set) changes nothing but `state.problem`.
   *
   * @returns whether another release serves now.
   */
  refresh(): Promise<boolean>;
  /** As `refresh`, but loads again whatever is live and throws what is wrong with it (`no_models`, `bad_model` ...). */
  reload(): Promise<ReleaseManifest>;
  /**
   * The next candle of an asset in any accepted spelling; the forecast is logged.
   *
   * @throws PavioError `no_models`, `unknown_symbol`, `bad_input`, `no_candles`, `not_enough_data`.
   */
  forecast(asset: string): Promise<Forecast>;
  /** What can be forecast. */
  assets(): Promise<ServedAsset[]>;
}
