import type { CandleStore, PredictionLog, TrainingRunLog } from '@pavio/core';
import { parseDatabaseUrl } from './address.ts';
import { sqlCandleStore } from './candle-store.ts';
import { Database } from './database.ts';
import { sqlPredictionLog } from './prediction-log.ts';
import { sqlTrainingRunLog } from './training-run-log.ts';

/** Candles, forecasts and records of trainings in a database. */
export interface SqlDatabase {
  /** Its address without the password. */
  readonly name: string;
  readonly candles: CandleStore;
  readonly predictions: PredictionLog;
  readonly runs: TrainingRunLog;
  /** Which server it is and what is in it; takes the lock of writers on the way, to see whether it may be written. */
  status(): Promise<DatabaseStatus>;
  /** Ends its connections; the next use opens new ones. */
  close(): Promise<void>;
}

export interface DatabaseStatus {
  /** As `PostgreSQL 18.4`. */
  readonly server: string;
  readonly series: number;
  readonly candles: number;
  readonly predictions: number;
  readonly runs: number;
}

/**
 * The database that an address means: `sqlite:pavio.db`, `file:pavio.db` or a path that ends with `.db`;
 * `postgres://user:password@host:5432/name`. Opening touches nothing: its first use connects and makes the tables, or brings
 * them up to date. Only then the libraries are loaded.
 *
 * @throws PavioError `bad_config` for any other address.
 */
export function openDatabase(url: string): SqlDatabase {
  const database = new Database(parseDatabaseUrl(url));
  return {
    name: database.name,
    candles: sqlCandleStore(database),
    predictions: sqlPredictionLog(database),
    runs: sqlTrainingRunLog(database),
    status: () => readStatus(database),
    close: () => database.close(),
  };
}

function readStatus(database: Database): Promise<DatabaseStatus> {
  return database.run('write', async ({ kysely, server }) => {
    const rows = (table: 'series' | 'prices' | 'predictions' | 'training_runs') =>
      kysely
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number>().as('rows'))
        .executeTakeFirstOrThrow();
    await kysely.transaction().execute((transaction) =>
      transaction
        .updateTable('series')
        .set((eb) => ({ tag: eb.ref('tag') }))
        .where('source', '=', '')
        .execute(),
    );
    const [series, prices, predictions, runs] = await Promise.all(
      (['series', 'prices', 'predictions', 'training_runs'] as const).map(rows),
    );
    return {
      server,
      series: series?.rows ?? 0,
      candles: prices?.rows ?? 0,
      predictions: predictions?.rows ?? 0,
      runs: runs?.rows ?? 0,
    };
  });
}
