import type { Engine } from './engine.ts';
import { PRICE_COLUMNS, SERIES_COLUMNS, type Tables } from './schema.ts';

/** How long to wait for a connection, be it for the server or for another query to be done with one. */
const CONNECT_MS = 30_000;
/** A writer keeps the lock of a series for one upsert. */
const LOCK_MS = 60_000;
/** At most so many at a time. */
export const CONNECTIONS = 10;
/** The type of `bigint` columns and counts, which are times and small numbers here: exact as doubles. */
const INT8 = 20;

/** Opens a PostgreSQL database by its address. */
export async function openPostgres(url: string): Promise<Engine> {
  const [{ default: pg }, { CompiledQuery, Kysely, PostgresDialect, sql }] = await Promise.all([
    import('pg'),
    import('kysely'),
  ]);
  const types = new pg.TypeOverrides();
  types.setTypeParser(INT8, Number);
  const pool = new pg.Pool({
    application_name: 'pavio',
    connectionTimeoutMillis: CONNECT_MS,
    max: CONNECTIONS,
    // A process that has nothing else to do ends.
    allowExitOnIdle: true,
    keepAlive: true,
    connectionString: url,
    types,
  });
  // A connection that is lost while nobody waits for its answer is replaced by the next use: no reason to end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    const { rows } = await pool.query<{ server_version: string }>('show server_version');
    const [version = ''] = rows[0]?.server_version.split(' ') ?? [];
    const dialect = new PostgresDialect({
      pool,
      // By a statement: poolers in front of a server refuse it among the parameters of a connection.
      onCreateConnection: async (connection) => {
        await connection.executeQuery(CompiledQuery.raw(`set lock_timeout = ${LOCK_MS}`));
      },
    });
    return {
      kysely: new Kysely<Tables>({ dialect }),
      server: `PostgreSQL ${version}`,
      batch: 5000,
      // Arrays: three times as fast as a list of values.
      rowsOf: (series, rows) => {
        const columns = PRICE_COLUMNS.map((column) => {
          const type = sql.raw(column === 'ts' ? 'bigint[]' : 'double precision[]');
          return sql`${rows.map((row) => row[column])}::${type}`;
        });
        const ofSeries = SERIES_COLUMNS.map((column) => sql`${series[column]}`);
        return sql`select ${sql.join(ofSeries)}, candles.* from unnest(${sql.join(columns)}) as candles`;
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}
