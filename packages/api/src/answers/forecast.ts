import {
  type Forecast,
  INTERVAL_METHODS,
  INTERVAL_NAMES,
  intervalMs,
  isoTime,
  MODEL_NAMES,
  type ModelForecast,
  type ModelName,
  VERDICTS,
} from '@pavio/core';
import { z } from 'zod';
import { timeSchema } from './time.ts';

const price = z.number().positive();

export const kindSchema = z.enum(['regressor', 'classifier']).meta({
  description: 'A regressor forecasts a price, a classifier a direction',
});

export const verdictSchema = z.enum(VERDICTS).meta({
  description:
    'What the evaluation concluded against the naive forecast (the price stays; the usual share of rises): better beyond chance, not better, or too few rows to tell',
});

export const skillSchema = z.number().nullable().meta({
  description: '1 - loss of the model / loss of the naive forecast, out of sample: above zero is better than naive',
});

/** What one model says. */
export const modelShape = {
  predicao: z.number().meta({
    description: 'Regressors: close of the target candle, in the quote. Classifiers: 1 for up, 0 for not up',
    examples: [64_210.5],
  }),
  modelo: z.enum(MODEL_NAMES).meta({ description: 'Name of the model' }),
  tipo: kindSchema,
  versao: z.string().meta({ description: 'Version of the model', examples: ['20261120-0200'] }),
  probabilidade: z.number().min(0).max(1).optional().meta({
    description: 'Classifiers: probability that the target candle closes above the last close, calibrated',
  }),
  direction: z.union([z.literal(0), z.literal(1)]).meta({ description: 'Direction forecast: 1 up, 0 not up' }),
  log_return: z.number().optional().meta({ description: 'Regressors: ln(forecast close / last close)' }),
  intervals: z
    .record(z.string(), z.object({ low: price, high: price }))
    .optional()
    .meta({
      description: 'Regressors: bounds of the close by level; absent where there are too few residuals to know them',
      examples: [{ '0.8': { low: 62_900.1, high: 65_410.7 } }],
    }),
  interval_method: z.enum(INTERVAL_METHODS).optional().meta({
    description: 'How the bounds were made: adaptive ones follow the market, plain ones serve where they could not',
  }),
  verdict: verdictSchema,
  skill: skillSchema,
};
const modelSchema = z.object(modelShape);

export const forecastAnswerSchema = z
  .object({
    ativo: z.string().meta({ description: 'The asset', examples: ['BTC'] }),
    timestamp: timeSchema('When the forecast was made'),
    modelos: z.partialRecord(z.enum(MODEL_NAMES), modelSchema).meta({ description: 'What each model says' }),
    total_modelos: z.int().nonnegative(),
    release: z.string().meta({ description: 'Version of the models that serve', examples: ['20261120-0200'] }),
    source: z.string().meta({ description: 'Where the candles come from', examples: ['binance'] }),
    simulated: z.boolean().meta({ description: 'True: the candles are made up, and so is every number here' }),
    stale: z.boolean().meta({ description: 'True: a newer candle has closed than the one forecast from' }),
    quote: z.string().meta({ description: 'What prices are in', examples: ['USDT'] }),
    interval: z.enum(INTERVAL_NAMES).meta({ description: 'Length of a candle' }),
    last_close: price.meta({ description: 'Close of the newest closed candle', examples: [64_000.1] }),
    last_candle_time: timeSchema('Open time of the newest closed candle: what is forecast from'),
    target_candle_time: timeSchema('Open time of the candle that is forecast'),
    target_close_time: timeSchema('When the candle that is forecast closes'),
  })
  .meta({ id: 'Forecast', description: 'What all models say about the next candle of an asset.' });

export type ForecastAnswer = z.infer<typeof forecastAnswerSchema>;

/** A forecast in the words of the wire. */
export function forecastAnswer(forecast: Forecast): ForecastAnswer {
  const models = Object.entries(forecast.models) as [ModelName, ModelForecast][];
  return {
    ativo: forecast.symbol,
    timestamp: isoTime(forecast.madeAt),
    modelos: Object.fromEntries(models.map(([name, model]) => [name, modelAnswer(name, model)])),
    total_modelos: models.length,
    release: forecast.version,
    source: forecast.source,
    simulated: forecast.isSimulated,
    stale: forecast.isStale,
    quote: forecast.quote,
    interval: forecast.interval,
    last_close: forecast.lastClose,
    last_candle_time: isoTime(forecast.lastTime),
    target_candle_time: isoTime(forecast.targetTime),
    target_close_time: isoTime(forecast.targetTime + intervalMs(forecast.interval)),
  };
}

export function modelAnswer(name: ModelName, model: ModelForecast): z.infer<typeof modelSchema> {
  return {
    predicao: model.close ?? model.direction,
    modelo: name,
    tipo: model.kind,
    versao: model.version,
    ...(model.probability === undefined ? {} : { probabilidade: model.probability }),
    direction: model.direction,
    ...(model.logReturn === undefined ? {} : { log_return: model.logReturn }),
    ...(model.intervals === undefined ? {} : { intervals: model.intervals }),
    ...(model.intervalMethod === undefined ? {} : { interval_method: model.intervalMethod }),
    verdict: model.verdict,
    skill: model.skill,
  };
}
