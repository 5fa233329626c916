import type { Forecast, ModelForecast } from '@pavio/core';
import { wilsonInterval } from '@pavio/estimators';
import { describe, expect, it } from 'vitest';
import { scoreForecasts } from '../src/index.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);

/** The forecast, made on `day` + 1 from the candle of `day`, of the candle of `day` + 1. */
function forecast(day: number, lastClose: number, close: number, changes: Partial<Forecast> = {}): Forecast {
  const common = { version: '20260101-0000', verdict: 'no_edge', skill: null } as const;
  const intervals = { 0.5: { low: close - 1, high: close + 1 }, 0.95: { low: close - 20, high: close + 20 } };
  const regressor: ModelForecast = {
    ...common,
    kind: 'regressor',
    logReturn: Math.log(close / lastClose),
    close,
    direction: close > lastClose ? 1 : 0,
    intervals,
  };
  const probability = close > lastClose ? 0.6 : 0.4;
  const classifier: ModelForecast = {
    ...common,
    kind: 'classifier',
    probability,
    direction: close > lastClose ? 1 : 0,
  };
  return {
    symbol: 'BTC',
    quote: 'USD',
    source: 'simulated',
    isSimulated: true,
    interval: '1d',
    lastTime: START + day * DAY,
    lastClose,
    targetTime: START + (day + 1) * DAY,
    madeAt: START + (day + 1) * DAY + 60_000,
    isStale: false,
    version: '20260101-0000',
    models: { regressor_lin: regressor, classifier_log: classifier } as unknown as Forecast['models'],
    ...changes,
  };
}

/** Closes by day. */
function closesOf(...closes: readonly number[]): Map<number, number> {
  return new Map(closes.map((close, day) => [START + day * DAY, close]));
}

const LATER = START + 100 * DAY;

it('holds a forecast against the close of its candle', () => {
  const { forecasts, scored } = scoreForecasts([forecast(0, 100, 104)], closesOf(100, 103.5), LATER);
  expect(scored).toBe(1);
  expect(forecasts[0]).toMatchObject({ status: 'scored', actualClose: 103.5 });
  expect(forecasts[0]!.models.get('regressor_lin')).toMatchObject({
    error: 0.5,
    isRight: true,
    held: { 0.5: true, 0.95: true },
  });
  expect(forecasts[0]!.models.get('classifier_log')).toMatchObject({
    error: undefined,
    isRight: true,
    held: undefined,
  });
});

it('adds up how good each model was, beside the forecast that the price stays', () => {
  // Forecast 104, 98, 110, 99; it came 102 (right, outside 50 %), 101 (wrong, outside), 90 (wrong, at the edge of 95 %), 80.
  const made = [forecast(0, 100, 104), forecast(1, 100, 98), forecast(2, 100, 110), forecast(3, 100, 99)];
  const { models, rises, scored } = scoreForecasts(made, closesOf(100, 102, 101, 90, 80), LATER);
  expect(scored).toBe(4);
  expect(rises).toEqual(wilsonInterval(2, 4));
  const regressor = models.get('regressor_lin')!;
  expect(regressor).toMatchObject({ scored: 4, directional: wilsonInterval(2, 4) });
  expect(regressor.meanError).toBeCloseTo((2 + 3 + 20 + 19) / 4, 12);
  expect(regressor.naiveMeanError).toBeCloseTo((2 + 1 + 10 + 20) / 4, 12);
  expect([...regressor.coverage]).toEqual([
    ['0.5', wilsonInterval(0, 4)],
    ['0.95', wilsonInterval(4, 4)],
  ]);
  expect(models.get('classifier_log')).toMatchObject({
    scored: 4,
    directional: wilsonInterval(2, 4),
    meanError: Number.NaN,
    coverage: new Map(),
  });
});

it('counts a price that stayed as no rise, for all models, as training does', () => {
  const made = [forecast(0, 100, 104), forecast(1, 100, 98)];
  const { forecasts, models, rises } = scoreForecasts(made, closesOf(100, 100, 100), LATER);
  for (const name of ['regressor_lin', 'classifier_log'] as const) {
    // The newest first: "down" was right, "up" was not.
    expect(forecasts.map((one) => one.models.get(name)!.isRight)).toEqual([true, false]);
    expect(models.get(name)!.directional).toEqual(wilsonInterval(1, 2));
  }
  expect(rises).toEqual(wilsonInterval(0, 2));
});

describe('does not count', () => {
  it('what has not closed, although a candle of that time is there', () => {
    const made = forecast(0, 100, 104);
    const justBefore = made.targetTime + DAY - 1;
    const { forecasts, scored } = scoreForecasts([made], closesOf(100, 103), justBefore);
    expect(forecasts[0]).toMatchObject({ status: 'pending', actualClose: undefined });
    expect(scored).toBe(0);
    expect(scoreForecasts([made], closesOf(100, 103), justBefore + 1).scored).toBe(1);
  });

  it('what has closed and is not stored', () => {
    const { forecasts, scored } = scoreForecasts([forecast(0, 100, 104)], closesOf(100), LATER);
    expect(forecasts[0]).toMatchObject({ status: 'missing', actualClose: undefined });
    expect(scored).toBe(0);
  });

  it('what was made when its candle had closed', () => {
    const late = forecast(0, 100, 104, { madeAt: START + 2 * DAY });
    const { forecasts, models } = scoreForecasts([late], closesOf(100, 103), LATER);
    expect(forecasts[0]).toMatchObject({ status: 'late', actualClose: 103 });
    expect(forecasts[0]!.models.get('regressor_lin')).toMatchObject({ error: undefined, isRight: undefined });
    expect(models.get('regressor_lin')!.scored).toBe(0);
  });
});

it('counts a candle once: with the last forecast that was made before it closed', () => {
  const first = forecast(0, 100, 104);
  const second = forecast(0, 100, 99, { madeAt: first.madeAt + 1, version: '20260101-0001' });
  const late = forecast(0, 100, 103, { madeAt: START + 5 * DAY, version: '20260105-0000' });
  const { forecasts, scored } = scoreForecasts([late, second, first], closesOf(100, 103), LATER);
  expect(scored).toBe(1);
  expect(forecasts.map(({ forecast }) => forecast.version)).toEqual(['20260101-0001']);
});

it('gives the newest candle first, and no figures where there is nothing', () => {
  const made = [forecast(1, 100, 101), forecast(3, 100, 101), forecast(2, 100, 101)];
  const { forecasts } = scoreForecasts(made, closesOf(), LATER);
  expect(forecasts.map(({ forecast }) => forecast.targetTime)).toEqual([4, 3, 2].map((day) => START + day * DAY));
  const none = scoreForecasts([], new Map(), LATER);
  expect(none).toMatchObject({ forecasts: [], scored: 0, models: new Map() });
  expect(none.rises.value).toBeNaN();
});
