import type { Forecast } from './forecast.ts';
import type { Interval } from './interval.ts';

export interface ForecastFilter {
  readonly symbol: string;
  readonly interval: Interval;
  /** At most so many, the newest targets. */
  readonly limit?: number;
}

/** Every forecast ever made, so that it can be held against the truth later. */
export interface PredictionLog {
  /** Keeps the first forecast of a (symbol, interval, target, version); the same again changes nothing. */
  append(forecast: Forecast): Promise<void>;
  /** Ascending by target time. */
  list(filter: ForecastFilter): Promise<Forecast[]>;
}
