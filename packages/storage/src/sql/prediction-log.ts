import { type Forecast, type ForecastFilter, forecastSchema, type PredictionLog } from '@pavio/core';
import { decodeJson } from '../json.ts';
import { checkTicker } from '../lake/candle-key.ts';
import type { Database } from './database.ts';

/** Forecasts in the table `predictions`, as JSON beside what they are found by. */
export function sqlPredictionLog(database: Database): PredictionLog {
  return new SqlPredictionLog(database);
}

class SqlPredictionLog implements PredictionLog {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async append(forecast: Forecast): Promise<void> {
    const { interval, symbol, targetTime, version } = forecast;
    checkTicker(symbol);
    const row = {
      symbol,
      interval,
      target_time: targetTime,
      version,
      forecast: JSON.stringify(forecastSchema.parse(forecast)),
    };
    await this.#database.run(`store a forecast of ${symbol}`, ({ kysely }) =>
      kysely
        .insertInto('predictions')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    );
  }

  async list({ symbol, interval, limit = Infinity }: ForecastFilter): Promise<Forecast[]> {
    checkTicker(symbol);
    return this.#database.run(`read forecasts of ${symbol}`, async ({ kysely }) => {
      const newest = await kysely
        .selectFrom('predictions')
        .select(['target_time', 'version', 'forecast'])
        .where((eb) => eb.and({ symbol, interval }))
        .orderBy('target_time', 'desc')
        .orderBy('version', 'desc')
        .$if(limit !== Infinity, (query) => query.limit(limit))
        .execute();
      return newest.toReversed().map((row) => {
        const name = `${this.#database.name} predictions ${symbol} ${interval} ${row.target_time} ${row.version}`;
        return decodeJson(Buffer.from(row.forecast), forecastSchema, name, 'internal');
      });
    });
  }
}
