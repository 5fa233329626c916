import {
  type CandleSeries,
  type Clock,
  type Forecast,
  type IntervalMethod,
  intervalMs,
  lastClosedOpen,
  MODEL_NAMES,
  type ModelForecast,
  type ModelName,
  type ReleasedModel,
  type ReleaseManifest,
  type SeriesKey,
} from '@pavio/core';
import { calibrate, type LoadedRelease } from '@pavio/estimators';
import { latestRow } from '@pavio/features';

export interface ForecastInput {
  readonly release: LoadedRelease;
  readonly key: SeriesKey;
  /** Closed candles of the asset, ascending, at least as many as the features remember; the last one is forecast from. */
  readonly series: CandleSeries;
  readonly isSimulated: boolean;
  readonly clock: Clock;
}

/**
 * The next candle of an asset, from the newest closed one.
 *
 * @throws PavioError `no_candles`, `not_enough_data` when the newest candle has not all inputs.
 */
export function forecastAsset({ release, key, series, isSimulated, clock }: ForecastInput): Forecast {
  const row = latestRow(series, key.interval, key.symbol);
  const { manifest, models } = release;
  const volatility = row.values.get(manifest.volatilityColumn) ?? Number.NaN;
  const forecasts = MODEL_NAMES.map((name) => {
    const output = models[name].predictRow(row.inputs);
    return [
      name,
      describe(manifest, name, { output, volatility, symbol: key.symbol, time: row.time, lastClose: row.close }),
    ] as const;
  });
  const now = clock.now();
  return {
    symbol: key.symbol,
    quote: key.quote,
    source: key.source,
    isSimulated,
    interval: key.interval,
    lastTime: row.time,
    lastClose: row.close,
    targetTime: row.time + intervalMs(key.interval),
    madeAt: now,
    isStale: row.time < lastClosedOpen(now, key.interval),
    version: manifest.version,
    models: Object.fromEntries(forecasts) as Forecast['models'],
  };
}

/** What a forecast is made from. */
interface Origin {
  /** Of the model: log return, or probability of a rise. */
  readonly output: number;
  readonly volatility: number;
  readonly symbol: string;
  /** Open time of the newest closed candle. */
  readonly time: number;
  readonly lastClose: number;
}

/** A model's output as a forecast of the next close or direction. */
function describe(manifest: ReleaseManifest, name: ModelName, origin: Origin): ModelForecast {
  const { output, volatility, symbol, lastClose } = origin;
  const model = manifest.models[name];
  const score = model.evaluation.assets[symbol] ?? model.evaluation.overall;
  const common = { kind: model.kind, version: manifest.version, verdict: score.verdict, skill: score.skill };
  if (model.kind === 'classifier') {
    const probability = calibrate(model.calibration?.calibrator, output);
    return { ...common, probability, direction: probability > 0.5 ? 1 : 0 };
  }

  const closeAt = (logReturn: number) => lastClose * Math.exp(logReturn);
  const { intervalMethod, radii } = chooseRadii(manifest, model, origin.time);
  const intervals = Object.entries(radii)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([level, radius]) => {
      const reach = radius * volatility;
      return [level, { low: closeAt(output - reach), high: closeAt(output + reach) }] as const;
    });
  return {
    ...common,
    logReturn: output,
    close: closeAt(output),
    direction: output > 0 ? 1 : 0,
    ...(intervals.length > 0 ? { intervals: Object.fromEntries(intervals), intervalMethod } : {}),
  };
}

/**
 * Adaptive radii were judged renewed with every candle, plain ones kept for as long as a fold: a release that has seen all
 * candles but the one that is forecast from serves the first, an older one the second.
 */
function chooseRadii(
  { training, interval }: ReleaseManifest,
  { intervals, adaptiveIntervals }: ReleasedModel,
  time: number,
): { intervalMethod: IntervalMethod; radii: Readonly<Record<string, number>> } {
  const isRenewed = time - Date.parse(training.to) <= intervalMs(interval);
  return adaptiveIntervals !== undefined && isRenewed
    ? { intervalMethod: 'adaptive', radii: adaptiveIntervals }
    : { intervalMethod: 'plain', radii: intervals };
}
