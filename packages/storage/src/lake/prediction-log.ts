import {
  type Forecast,
  type ForecastFilter,
  forecastSchema,
  mapConcurrently,
  type ObjectStore,
  type PredictionLog,
} from '@pavio/core';
import { decodeJson, encodeJson } from '../json.ts';
import { checkTicker } from './candle-key.ts';

const READS_AT_ONCE = 8;

/**
 * Forecasts as JSON documents in an object store, `predictions/<interval>/<SYMBOL>/<target time>/<version>.json`: the key
 * makes a repeated forecast the same object. Target times are written so that they sort (`20261122T000000Z`).
 */
export function lakePredictionLog(store: ObjectStore): PredictionLog {
  return new LakePredictionLog(store);
}

class LakePredictionLog implements PredictionLog {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async append(forecast: Forecast): Promise<void> {
    const { interval, symbol, targetTime, version } = forecast;
    checkTicker(symbol);
    const key = `predictions/${interval}/${symbol}/${sortableTime(targetTime)}/${version}.json`;
    await this.#store.putIfAbsent(key, encodeJson(forecastSchema.parse(forecast)));
  }

  async list({ symbol, interval, limit = Infinity }: ForecastFilter): Promise<Forecast[]> {
    checkTicker(symbol);
    const keys: string[] = [];
    for await (const { key } of this.#store.list(`predictions/${interval}/${symbol}/`)) {
      if (key.endsWith('.json')) keys.push(key);
    }
    const newest = keys.slice(Math.max(0, keys.length - limit));
    const forecasts = await mapConcurrently(newest, READS_AT_ONCE, async (key) => {
      const object = await this.#store.get(key);
      return object && decodeJson(object.body, forecastSchema, `${this.#store.url}/${key}`, 'internal');
    });
    return forecasts.filter((forecast) => forecast !== undefined);
  }
}

/** ISO 8601's basic form: it sorts by time, and no file system minds it. */
function sortableTime(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}
