import { intervalMs, isoTime, MODEL_NAMES, type ModelForecast, type ModelName } from '@pavio/core';
import {
  type AssetForecasts,
  FORECAST_STATUSES,
  type ModelOutcome,
  type ScoredForecast,
  type TrackRecord,
} from '@pavio/prediction';
import { z } from 'zod';
import { seriesOf, seriesShape } from './assets.ts';
import { kindSchema, modelAnswer, modelShape } from './forecast.ts';
import { timeSchema } from './time.ts';

export const historyAnswerSchema = z.lazy(() => {
  const count = z.int().nonnegative();
  const price = z.number().positive();

  const shareSchema = z
    .object({ share: z.number(), low: z.number(), high: z.number(), n: count })
    .nullable()
    .meta({ description: 'A share of n trials with its 95 % Wilson interval; null without trials' });

  const trackSchema = z.object({
    modelo: z.enum(MODEL_NAMES),
    tipo: kindSchema,
    avaliadas: count.meta({ description: 'Forecasts that could be held against what happened' }),
    directional: shareSchema,
    mae: z.number().nullable().meta({ description: 'Regressors: mean absolute error of the close, in the quote' }),
    mae_naive: z.number().nullable().meta({ description: 'The same of the forecast that the price stays' }),
    coverage: z.record(z.string(), shareSchema).meta({ description: 'Regressors: how often intervals held, by level' }),
  });

  const outcomeSchema = z.object({
    ...modelShape,
    erro: z.number().nullable().meta({ description: 'Regressors: forecast close minus actual close, in the quote' }),
    acertou: z.boolean().nullable().meta({
      description: 'Was the direction right? A price that stayed is no rise. Null where it is not known yet',
    }),
    dentro: z
      .record(z.string(), z.boolean())
      .nullable()
      .meta({ description: 'Regressors: did the actual close lie within the interval of each level?' }),
  });

  const forecastSchema = z.object({
    status: z.enum(FORECAST_STATUSES).meta({
      description:
        'scored: counted. pending: the candle has not closed. missing: it has, but is not stored. late: made after the candle had closed, so not counted',
    }),
    timestamp: timeSchema('When the forecast was made'),
    release: z.string().meta({ description: 'Version of the models that made it' }),
    last_close: price.meta({ description: 'Close that was forecast from' }),
    target_candle_time: timeSchema('Open time of the candle that was forecast'),
    target_close_time: timeSchema('When it closes'),
    actual_close: price.nullable().meta({ description: 'What really happened; null while it is not known' }),
    modelos: z.partialRecord(z.enum(MODEL_NAMES), outcomeSchema),
  });

  return z
    .object({
      ...seriesShape(),
      total: count.meta({ description: 'Candles that were forecast' }),
      avaliadas: count.meta({ description: 'How many of them could be held against what happened' }),
      pendentes: count.meta({ description: 'How many have not closed' }),
      rises: shareSchema.meta({ description: 'Share of rises: what always saying "up" would have got right' }),
      modelos: z.partialRecord(z.enum(MODEL_NAMES), trackSchema).meta({ description: 'How good each model was' }),
      previsoes: z.array(forecastSchema).meta({ description: 'One a candle, the newest first' }),
    })
    .meta({ id: 'History', description: 'Forecasts that were made of an asset, and what really happened.' });
});

type HistoryAnswer = z.infer<typeof historyAnswerSchema>;
type ScoredAnswer = HistoryAnswer['previsoes'][number];

export function historyAnswer(history: AssetForecasts): HistoryAnswer {
  const { forecasts, scored, rises, models } = history;
  return {
    ...seriesOf(history),
    total: forecasts.length,
    avaliadas: scored,
    pendentes: forecasts.filter(({ status }) => status === 'pending').length,
    rises: shareAnswer(rises),
    modelos: Object.fromEntries(
      Array.from(models, ([name, record]) => [name, trackAnswer(name, record, forecasts)] as const),
    ),
    previsoes: forecasts.map(scoredAnswer),
  };
}

function trackAnswer(
  name: ModelName,
  { scored, directional, meanError, naiveMeanError, coverage }: TrackRecord,
  forecasts: readonly ScoredForecast[],
): NonNullable<HistoryAnswer['modelos'][ModelName]> {
  const { kind } = forecasts.find(({ models }) => models.has(name))!.models.get(name)!.forecast;
  return {
    modelo: name,
    tipo: kind,
    avaliadas: scored,
    directional: shareAnswer(directional),
    mae: known(meanError),
    mae_naive: known(naiveMeanError),
    coverage: Object.fromEntries(Array.from(coverage, ([level, held]) => [level, shareAnswer(held)])),
  };
}

function scoredAnswer({ forecast, status, actualClose, models }: ScoredForecast): ScoredAnswer {
  return {
    status,
    timestamp: isoTime(forecast.madeAt),
    release: forecast.version,
    last_close: forecast.lastClose,
    target_candle_time: isoTime(forecast.targetTime),
    target_close_time: isoTime(forecast.targetTime + intervalMs(forecast.interval)),
    actual_close: actualClose ?? null,
    modelos: Object.fromEntries(Array.from(models, ([name, outcome]) => [name, outcomeAnswer(name, outcome)])),
  };
}

function outcomeAnswer(
  name: ModelName,
  { forecast, error, isRight, held }: ModelOutcome,
): NonNullable<ScoredAnswer['modelos'][ModelName]> {
  return {
    ...modelAnswer(name, forecast satisfies ModelForecast),
    erro: error ?? null,
    acertou: isRight ?? null,
    dentro: held ?? null,
  };
}

function shareAnswer({ value, low, high, n }: TrackRecord['directional']): HistoryAnswer['rises'] {
  return n === 0 ? null : { share: value, low, high, n };
}

/** JSON has no NaN. */
function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
