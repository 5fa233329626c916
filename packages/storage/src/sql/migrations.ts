import { PavioError } from '@pavio/core';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { SERIES_COLUMNS, type Tables } from './schema.ts';

/** By name, in their order. One that was released is never changed: what is to be different is another one. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-candles-predictions-trainings': {
    async up({ schema }) {
      await schema
        .createTable('prices')
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('symbol', 'text', (column) => column.notNull())
        .addColumn('quote', 'text', (column) => column.notNull())
        .addColumn('interval', 'text', (column) => column.notNull())
        .addColumn('ts', 'bigint', (column) => column.notNull())
        .addColumn('open', 'double precision', (column) => column.notNull())
        .addColumn('high', 'double precision', (column) => column.notNull())
        .addColumn('low', 'double precision', (column) => column.notNull())
        .addColumn('close', 'double precision', (column) => column.notNull())
        .addColumn('volume', 'double precision', (column) => column.notNull())
        .addColumn('quote_volume', 'double precision')
        .addUniqueConstraint('prices_of_series', [...SERIES_COLUMNS, 'ts'])
        .execute();
      await schema.createIndex('prices_by_symbol').on('prices').columns(['symbol', 'ts desc']).execute();
      await schema
        .createTable('series')
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('symbol', 'text', (column) => column.notNull())
        .addColumn('quote', 'text', (column) => column.notNull())
        .addColumn('interval', 'text', (column) => column.notNull())
        .addColumn('tag', 'text', (column) => column.notNull())
        .addUniqueConstraint('series_once', [...SERIES_COLUMNS])
        .execute();
      await schema
        .createTable('predictions')
        .addColumn('symbol', 'text', (column) => column.notNull())
        .addColumn('interval', 'text', (column) => column.notNull())
        .addColumn('target_time', 'bigint', (column) => column.notNull())
        .addColumn('version', 'text', (column) => column.notNull())
        .addColumn('forecast', 'text', (column) => column.notNull())
        .addUniqueConstraint('predictions_once', ['symbol', 'interval', 'target_time', 'version'])
        .execute();
      await schema
        .createTable('training_runs')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('started_at', 'bigint', (column) => column.notNull())
        .addColumn('run', 'text', (column) => column.notNull())
        .execute();
      await schema.createIndex('training_runs_by_time').on('training_runs').column('started_at').execute();
    },
  },
};

/**
 * Brings the tables up to date. Safe for several processes at once: PostgreSQL takes an advisory lock, SQLite its write
 * lock, and each migration is there whole or not at all.
 *
 * @throws PavioError `bad_config` for a database that a newer Pavio has changed; what the database throws.
 */
export async function migrate(kysely: Kysely<Tables>, name: string): Promise<void> {
  const { Migrator } = await import('kysely/migration');
  const migrator = new Migrator({ db: kysely, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const unknown = error instanceof Error && /executed migration (\S+) is missing/.exec(error.message)?.[1];
  if (!unknown) throw error;
  throw new PavioError('bad_config', `The database ${name} is of a newer Pavio: it has ${unknown}.`, {
    remedy: 'Update Pavio, or use another database.',
    cause: error,
  });
}
