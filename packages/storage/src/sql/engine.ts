import type { Kysely, RawBuilder } from 'kysely';
import type { PriceColumns, SeriesColumns, Tables } from './schema.ts';

/** An open database, and the little in which the two dialects differ. */
export interface Engine {
  readonly kysely: Kysely<Tables>;
  /** As `PostgreSQL 18.4`. */
  readonly server: string;
  /** So many candles go into one statement. */
  readonly batch: number;
  /** Candles as what an `insert` takes rows from. */
  readonly rowsOf: (series: SeriesColumns, rows: readonly PriceColumns[]) => RawBuilder<unknown>;
}
