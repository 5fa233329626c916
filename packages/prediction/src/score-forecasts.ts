import { type Forecast, intervalMs, type ModelForecast, type ModelName } from '@pavio/core';
import { type Proportion, wilsonInterval } from '@pavio/estimators';

/**
 * What became of a forecast. `pending`: its candle has not closed. `missing`: it has, but is not stored. `late`: made after
 * its candle had closed, so that it proves nothing. Only `scored` ones count.
 */
export const FORECAST_STATUSES = ['scored', 'pending', 'missing', 'late'] as const;
export type ForecastStatus = (typeof FORECAST_STATUSES)[number];

/** One model's forecast against what happened. */
export interface ModelOutcome {
  readonly forecast: ModelForecast;
  /** Forecast minus actual close, in the quote. Scored regressors only. */
  readonly error: number | undefined;
  /** Was the direction right? Up is a close above the last one, as in training, everything else is not. Undefined where not scored. */
  readonly isRight: boolean | undefined;
  /** Did the actual close lie within the interval of each level (`0.8`)? Scored ones with intervals only. */
  readonly held: Readonly<Record<string, boolean>> | undefined;
}

export interface ScoredForecast {
  readonly forecast: Forecast;
  readonly status: ForecastStatus;
  /** Close of the target candle, where it is stored. */
  readonly actualClose: number | undefined;
  readonly models: ReadonlyMap<ModelName, ModelOutcome>;
}

/**
 * How good one model was, over all of its scored forecasts, whatever its version. It is of one series, which has one
 * forecast a candle time: no rows of one time share their luck, so its shares have Wilson's interval as it is.
 */
export interface TrackRecord {
  readonly scored: number;
  /** Share of directions that were right, with its 95 % Wilson interval. */
  readonly directional: Proportion;
  /** Mean absolute error of the forecast close, in the quote; NaN for classifiers and where nothing is scored. */
  readonly meanError: number;
  /** The same of the forecast that the price stays, on the same candles. */
  readonly naiveMeanError: number;
  /** How often the intervals of each level held, with its 95 % Wilson interval. */
  readonly coverage: ReadonlyMap<string, Proportion>;
}

/** Forecasts of one series held against its candles. */
export interface TrackRecords {
  /** One a target candle, the newest first. */
  readonly forecasts: readonly ScoredForecast[];
  readonly scored: number;
  /** Share of the scored candles that closed above the last close: what always saying "up" would have got right. */
  readonly rises: Proportion;
  readonly models: ReadonlyMap<ModelName, TrackRecord>;
}

/**
 * Holds forecasts against what happened. Of several forecasts of one candle, as different releases make them, the last one
 * that was made before the candle closed counts.
 *
 * @param forecasts of one series, in any order
 * @param closes closes of the stored candles of the series by open time
 * @param now UTC milliseconds
 */
export function scoreForecasts(
  forecasts: readonly Forecast[],
  closes: ReadonlyMap<number, number>,
  now: number,
): TrackRecords {
  const chosen = [...Map.groupBy(forecasts, ({ targetTime }) => targetTime).values()].map(lastInTime);
  const scored = chosen
    .sort((a, b) => b.targetTime - a.targetTime)
    .map((forecast) => scoreForecast(forecast, closes.get(forecast.targetTime), now));
  const counted = scored.filter(({ status }) => status === 'scored');
  const names = new Set(scored.flatMap(({ models }) => [...models.keys()]));
  const rises = counted.filter(({ forecast, actualClose }) => actualClose! > forecast.lastClose);
  return {
    forecasts: scored,
    scored: counted.length,
    rises: wilsonInterval(rises.length, counted.length),
    models: new Map(Array.from(names, (name) => [name, trackRecord(counted, name)])),
  };
}

function closeTime({ targetTime, interval }: Forecast): number {
  return targetTime + intervalMs(interval);
}

function lastInTime(forecasts: readonly Forecast[]): Forecast {
  const byTime = forecasts.toSorted((a, b) => a.madeAt - b.madeAt);
  return byTime.findLast((forecast) => forecast.madeAt < closeTime(forecast)) ?? byTime[0]!;
}

function scoreForecast(forecast: Forecast, close: number | undefined, now: number): ScoredForecast {
  const isClosed = closeTime(forecast) <= now;
  const actualClose = isClosed ? close : undefined;
  const status =
    forecast.madeAt >= closeTime(forecast)
      ? 'late'
      : !isClosed
        ? 'pending'
        : actualClose === undefined
          ? 'missing'
          : 'scored';
  const models = Object.entries(forecast.models) as [ModelName, ModelForecast][];
  const outcome = (model: ModelForecast): ModelOutcome =>
    status === 'scored' && actualClose !== undefined
      ? scoreModel(model, forecast.lastClose, actualClose)
      : { forecast: model, error: undefined, isRight: undefined, held: undefined };
  return { forecast, status, actualClose, models: new Map(models.map(([name, model]) => [name, outcome(model)])) };
}

function scoreModel(model: ModelForecast, lastClose: number, actual: number): ModelOutcome {
  const { close, direction, intervals } = model;
  const bounds = Object.entries(intervals ?? {});
  return {
    forecast: model,
    error: close === undefined ? undefined : close - actual,
    isRight: actual > lastClose === (direction === 1),
    held:
      bounds.length === 0
        ? undefined
        : Object.fromEntries(bounds.map(([level, { low, high }]) => [level, low <= actual && actual <= high])),
  };
}

function trackRecord(counted: readonly ScoredForecast[], name: ModelName): TrackRecord {
  const outcomes = counted.flatMap((scored) => {
    const outcome = scored.models.get(name);
    return outcome === undefined ? [] : [{ ...outcome, move: scored.actualClose! - scored.forecast.lastClose }];
  });
  const errors = outcomes.filter(({ error }) => error !== undefined);
  const levels = new Set(outcomes.flatMap(({ held }) => Object.keys(held ?? {})));
  const covered = (level: string) => {
    const known = outcomes.filter(({ held }) => held?.[level] !== undefined);
    return wilsonInterval(known.filter(({ held }) => held?.[level] === true).length, known.length);
  };
  return {
    scored: outcomes.length,
    directional: wilsonInterval(outcomes.filter(({ isRight }) => isRight).length, outcomes.length),
    meanError: mean(errors.map(({ error }) => Math.abs(error!))),
    naiveMeanError: mean(errors.map(({ move }) => Math.abs(move))),
    coverage: new Map(
      [...levels].sort((a, b) => Number(a) - Number(b)).map((level) => [level, covered(level)] as const),
    ),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
