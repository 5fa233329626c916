import {
  type CandleSeries,
  type Clock,
  type Forecast,
  intervalMs,
  lastClosedOpen,
  MODEL_NAMES,
  type ModelForecast,
  type ReleasedModel,
  type SeriesKey,
} from '@pavio/core';
import type { LoadedRelease } from '@pavio/estimators';
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
      describe(manifest.models[name], output, row.close, volatility, key.symbol, manifest.version),
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

/** A model's output (log return, or probability of a rise) as a forecast of the next close or direction. */
function describe(
  model: ReleasedModel,
  output: number,
  lastClose: number,
  volatility: number,
  symbol: string,
  version: string,
): ModelForecast {
  const score = model.evaluation.assets[symbol];
  const common = {
    kind: model.kind,
    version,
    verdict: (score ?? model.evaluation.overall).verdict,
    skill: (score ?? model.evaluation.overall).skill,
  };
  if (model.kind === 'classifier') return { ...common, probability: output, direction: output > 0.5 ? 1 : 0 };

  const closeAt = (logReturn: number) => lastClose * Math.exp(logReturn);
  const intervals = Object.entries(model.intervals)
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
    ...(intervals.length > 0 ? { intervals: Object.fromEntries(intervals) } : {}),
  };
}
