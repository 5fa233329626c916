import { randomUUID } from 'node:crypto';
import {
  allocateSeries,
  assertSeries,
  CANDLE_COLUMNS,
  type CandleColumn,
  type CandleSeries,
  type CandleStore,
  candleAt,
  concatSeries,
  type Interval,
  intervalMs,
  PavioError,
  type SeriesKey,
  type SeriesSpan,
  seriesLength,
  type TimeRange,
  type UpsertSummary,
} from '@pavio/core';
import type { Kysely } from 'kysely';
import { checkSeries } from '../lake/candle-key.ts';
import { differenceOf } from '../series-difference.ts';
import { bySeries } from '../series-order.ts';
import type { Database } from './database.ts';
import type { Engine } from './engine.ts';
import { PRICE_COLUMNS, type PriceColumns, SERIES_COLUMNS, type SeriesColumns, type Tables } from './schema.ts';

/** Rows become objects before they become columns: so many at a time. */
const READ_ROWS = 20_000;

type Connection = Kysely<Tables>;

/**
 * Candles in the table `prices`. An upsert is one transaction, which holds the lock of the series and writes only what
 * differs from what is stored: killed at any instant, or beside another one, it is there whole or not at all.
 */
export function sqlCandleStore(database: Database): CandleStore {
  return new SqlCandleStore(database);
}

class SqlCandleStore implements CandleStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async upsert(key: SeriesKey, candles: CandleSeries): Promise<UpsertSummary> {
    const series = columnsOf(key);
    const name = nameOf(key);
    assertSeries(candles, intervalMs(key.interval), `Candles for ${name}`);
    assertFinite(candles, name);
    if (seriesLength(candles) === 0) return { inserted: 0, changed: 0 };
    const range = { from: candles.time[0] as number, to: candles.time.at(-1) as number };
    return this.#database.run(`store candles of ${name}`, async (engine) => {
      const difference = async (db: Connection) => differenceOf(await readRange(db, series, range), candles);
      const expected = await difference(engine.kysely);
      // The usual case of a crawl that asks again for the newest candle: nothing is locked or written.
      if (expected.rows.length === 0) return { inserted: 0, changed: 0 };
      return engine.kysely.transaction().execute(async (transaction) => {
        await lockSeries(transaction, series);
        const { rows, inserted, changed } = await difference(transaction);
        await writeRows(engine, transaction, series, candles, rows);
        if (rows.length > 0) await changeTag(transaction, series);
        return { inserted, changed };
      });
    });
  }

  async read(key: SeriesKey, range: TimeRange = {}): Promise<CandleSeries> {
    const series = columnsOf(key);
    return this.#database.run(`read candles of ${nameOf(key)}`, ({ kysely }) => readRange(kysely, series, range));
  }

  async span(key: SeriesKey): Promise<SeriesSpan | undefined> {
    const series = columnsOf(key);
    return this.#database.run(`read candles of ${nameOf(key)}`, async ({ kysely }) => {
      const times = kysely
        .selectFrom('prices')
        .select('ts')
        .where((eb) => eb.and(series))
        .limit(1);
      const [first] = await times.orderBy('ts').execute();
      const [last] = await times.orderBy('ts', 'desc').execute();
      return first && last && { first: first.ts, last: last.ts };
    });
  }

  async list(filter: Partial<SeriesKey> = {}): Promise<SeriesKey[]> {
    return this.#database.run('list the series', async ({ kysely }) => {
      const wanted = SERIES_COLUMNS.filter((column) => filter[column] !== undefined);
      const found = await kysely
        .selectFrom('series')
        .select(SERIES_COLUMNS)
        .where((eb) => eb.and(wanted.map((column) => eb(column, '=', filter[column] as string))))
        .execute();
      return found.map((series) => ({ ...series, interval: series.interval as Interval })).sort(bySeries);
    });
  }

  async tag(key: SeriesKey): Promise<string | undefined> {
    const series = columnsOf(key);
    return this.#database.run(`read candles of ${nameOf(key)}`, async ({ kysely }) => {
      const found = kysely
        .selectFrom('series')
        .select('tag')
        .where((eb) => eb.and(series));
      return (await found.executeTakeFirst())?.tag;
    });
  }
}

/** The columns that identify a series. @throws PavioError `bad_input` for names that no series can have. */
function columnsOf(key: SeriesKey): SeriesColumns {
  checkSeries(key);
  const { source, symbol, quote, interval } = key;
  return { source, symbol, quote, interval };
}

function nameOf({ source, symbol, quote, interval }: SeriesKey): string {
  return `${symbol}-${quote} ${interval} of ${source}`;
}

/** Waits for other writers of the series, until the transaction ends. */
async function lockSeries(transaction: Connection, series: SeriesColumns): Promise<void> {
  await transaction
    .insertInto('series')
    .values({ ...series, tag: randomUUID() })
    .onConflict((conflict) =>
      conflict.columns([...SERIES_COLUMNS]).doUpdateSet((eb) => ({ tag: eb.ref('series.tag') })),
    )
    .execute();
}

async function changeTag(transaction: Connection, series: SeriesColumns): Promise<void> {
  await transaction
    .updateTable('series')
    .set({ tag: randomUUID() })
    .where((eb) => eb.and(series))
    .execute();
}

/** Inserts or replaces the candles of these rows. */
async function writeRows(
  { rowsOf, batch }: Engine,
  transaction: Connection,
  series: SeriesColumns,
  candles: CandleSeries,
  rows: readonly number[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += batch) {
    const prices = rows.slice(from, from + batch).map((row) => priceOf(candles, row));
    await transaction
      .insertInto('prices')
      .columns([...SERIES_COLUMNS, ...PRICE_COLUMNS])
      .expression(rowsOf(series, prices))
      .onConflict((conflict) =>
        conflict.columns([...SERIES_COLUMNS, 'ts']).doUpdateSet((eb) => ({
          open: eb.ref('excluded.open'),
          high: eb.ref('excluded.high'),
          low: eb.ref('excluded.low'),
          close: eb.ref('excluded.close'),
          volume: eb.ref('excluded.volume'),
          quote_volume: eb.ref('excluded.quote_volume'),
        })),
      )
      .execute();
  }
}

async function readRange(db: Connection, series: SeriesColumns, { from = -Infinity, to = Infinity }: TimeRange) {
  const parts: CandleSeries[] = [];
  const query = db
    .selectFrom('prices')
    .select(PRICE_COLUMNS)
    .where((eb) => eb.and(series))
    .where('ts', '<=', wholeTime(Math.floor(to)))
    .orderBy('ts')
    .limit(READ_ROWS);
  for (let next = wholeTime(Math.ceil(from)); ; ) {
    const rows = await query.where('ts', '>=', next).execute();
    if (rows.length > 0) parts.push(seriesOfRows(rows));
    if (rows.length < READ_ROWS) return parts.length === 0 ? allocateSeries(0) : concatSeries(parts);
    next = (rows.at(-1) as PriceColumns).ts + 1;
  }
}

/** A time that a bigint column can be compared with. */
function wholeTime(time: number): number {
  return Math.min(Math.max(time, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

function seriesOfRows(rows: readonly PriceColumns[]): CandleSeries {
  const series = allocateSeries(rows.length);
  for (const [index, row] of rows.entries()) {
    for (const [i, column] of PRICE_COLUMNS.entries()) {
      series[CANDLE_COLUMNS[i] as CandleColumn][index] = row[column] ?? Number.NaN;
    }
  }
  return series;
}

function priceOf(candles: CandleSeries, row: number): PriceColumns {
  const { time, quoteVolume, ...prices } = candleAt(candles, row);
  return { ts: time, ...prices, quote_volume: Number.isNaN(quoteVolume) ? null : quoteVolume };
}

/** What is no number has no place in a price: a missing quote volume alone is legal. */
function assertFinite(candles: CandleSeries, name: string): void {
  for (let row = 0; row < seriesLength(candles); row++) {
    const bad = CANDLE_COLUMNS.find((column) => !isStorable(column, candles[column][row] as number));
    if (bad === undefined) continue;
    throw new PavioError('bad_candles', `The candle of row ${row} of ${name} has no finite "${bad}".`, {
      remedy: 'Prices and volumes must be finite; only quoteVolume may be missing.',
      details: { row, time: candles.time[row] },
    });
  }
}

function isStorable(column: CandleColumn, value: number): boolean {
  return Number.isFinite(value) || (column === 'quoteVolume' && Number.isNaN(value));
}
