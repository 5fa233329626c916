import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { DatabaseConnection } from 'kysely';
import type { Engine } from './engine.ts';
import { PRICE_COLUMNS, SERIES_COLUMNS, type Tables } from './schema.ts';

/**
 * Opens a SQLite file, and creates it where there is none. Readers and a writer do not wait for each other (WAL); two
 * writers do, outside of here: a connection that waited itself would also stop the one in its own thread that it waits for.
 */
export async function openSqlite(file: string): Promise<Engine> {
  const [{ default: Sqlite }, { CompiledQuery, Kysely, SqliteAdapter, SqliteDialect, SqliteDriver, sql }] =
    await Promise.all([import('better-sqlite3'), import('kysely')]);

  class Driver extends SqliteDriver {
    /** Takes the write lock first: a transaction that reads and then wants it may find that it read what is old. */
    override async beginTransaction(connection: DatabaseConnection): Promise<void> {
      await connection.executeQuery(CompiledQuery.raw('begin immediate'));
    }
  }

  class Adapter extends SqliteAdapter {
    /** Kysely has no use for it, but a migration that is killed must leave nothing behind. */
    override get supportsTransactionalDdl(): boolean {
      return true;
    }
  }

  class Dialect extends SqliteDialect {
    override createDriver() {
      return new Driver({ database });
    }

    override createAdapter() {
      return new Adapter();
    }
  }

  await mkdir(path.dirname(file), { recursive: true });
  const database = new Sqlite(file, { timeout: 0 });
  try {
    if (database.pragma('journal_mode', { simple: true }) !== 'wal') database.pragma('journal_mode = WAL');
    const kysely = new Kysely<Tables>({ dialect: new Dialect({ database }) });
    const version = String(database.prepare('select sqlite_version()').pluck().get());
    return {
      kysely,
      server: `SQLite ${version}`,
      batch: 500,
      rowsOf: (series, rows) => {
        const ofSeries = SERIES_COLUMNS.map((column) => series[column]);
        const values = rows.map((row) => sql`(${sql.join(PRICE_COLUMNS.map((column) => row[column]))})`);
        // Without "where", SQLite takes the "on" of "on conflict" for that of a join.
        return sql`select ${sql.join(ofSeries)}, candles.* from (values ${sql.join(values)}) as candles where true`;
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
