import { z } from 'zod';
import { INTERVAL_METHODS } from './coverage.ts';
import { INTERVAL_NAMES } from './interval.ts';
import { MODEL_NAMES, VERDICTS } from './model.ts';

const time = z.int().nonnegative();
const price = z.number().positive();

const modelForecastSchema = z.object({
  kind: z.enum(['regressor', 'classifier']),
  version: z.string(),
  /** Log return of the target candle; regressors only. */
  logReturn: z.number().optional(),
  /** Close of the target candle, `lastClose * exp(logReturn)`; regressors only. */
  close: price.optional(),
  /** Probability that the target candle closes above the last close, calibrated; classifiers only. */
  probability: z.number().min(0).max(1).optional(),
  /** The direction forecast: 1 up, 0 not up. */
  direction: z.union([z.literal(0), z.literal(1)]),
  /** Bounds of the close, by level (`0.8`), narrowest level first; regressors only, absent with too few residuals. */
  intervals: z.record(z.string(), z.object({ low: price, high: price })).optional(),
  /** How the intervals were made; absent where there are none. */
  intervalMethod: z.enum(INTERVAL_METHODS).optional(),
  verdict: z.enum(VERDICTS),
  /** Skill of the model on this asset out of sample, where it was measured. */
  skill: z.number().nullable(),
});

/** What all models say about the next candle of one asset. */
export const forecastSchema = z.object({
  symbol: z.string(),
  quote: z.string(),
  source: z.string(),
  isSimulated: z.boolean(),
  interval: z.enum(INTERVAL_NAMES),
  /** Open time and close of the newest closed candle: what is forecast FROM. */
  lastTime: time,
  lastClose: price,
  /** Open time of the candle that is forecast. */
  targetTime: time,
  madeAt: time,
  /** A newer candle has closed than the newest one stored: crawl to forecast from that. */
  isStale: z.boolean(),
  /** Version of the release. */
  version: z.string(),
  models: z.record(z.enum(MODEL_NAMES), modelForecastSchema),
});

export type Forecast = z.infer<typeof forecastSchema>;
export type ModelForecast = z.infer<typeof modelForecastSchema>;
