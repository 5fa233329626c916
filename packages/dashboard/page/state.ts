import type { Format } from './format.ts';
import type { Asset, Candle, Forecast, History, ModelName, Models, Problem, Status, Training } from './wire.ts';
import type { Words } from './words.ts';

/** How things are said. */
export interface Voice {
  readonly words: Words;
  readonly format: Format;
}

/** What the server said about one asset; its candles and history where it is the chosen one. */
export interface Chosen {
  readonly symbol: string;
  /** What it depends on: with another key it has to be asked for again. */
  readonly key: string;
  readonly candles: readonly Candle[];
  readonly history: History | undefined;
  /** Why there is neither. */
  readonly problem: Problem | undefined;
}

/** The server did not do what was asked of it. */
export interface Trouble {
  /** What the server itself said is wrong; undefined where it did not answer at all. */
  readonly problem: Problem | undefined;
}

/** What the server said last. */
export interface Snapshot {
  readonly status: Status;
  readonly assets: readonly Asset[];
  readonly models: Models | undefined;
  /** Newest first. */
  readonly trainings: readonly Training[];
  readonly forecasts: ReadonlyMap<string, Forecast | Problem>;
  /** When, in milliseconds. */
  readonly at: number;
}

export const REGRESSORS = ['regressor_lin', 'regressor_gbr', 'regressor_rf'] as const satisfies readonly ModelName[];
export const MODEL_NAMES = [...REGRESSORS, 'classifier_log', 'classifier_rf'] as const satisfies readonly ModelName[];
export type Regressor = (typeof REGRESSORS)[number];

export const LEVELS = ['0.5', '0.8', '0.95'] as const;

export function isForecast(answer: Forecast | Problem | undefined): answer is Forecast {
  return answer !== undefined && 'modelos' in answer;
}

/** `0.8` -> `80`. */
export function percentOf(level: string): string {
  return String(Math.round(Number(level) * 100));
}
