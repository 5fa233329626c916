import { type CandleStore, mergeSeries, PavioError, type PredictionLog, type SeriesKey } from '@pavio/core';
import { lakeCandleStore, lakePredictionLog } from '@pavio/storage';
import type { Console } from './console.ts';
import { formatCount } from './format.ts';
import type { Workspace } from './workspace.ts';

/** What came from the lake into the database. */
export interface TakeOverReport {
  readonly lake: string;
  readonly database: string;
  readonly series: readonly (SeriesKey & { readonly inserted: number })[];
  readonly forecasts: number;
}

/**
 * Series that the lake holds and the database does not: whoever sets DATABASE_URL for the first time, or moves to another
 * database, would lose sight of them. None where there is no database.
 */
export async function unseenSeries({ store, database }: Pick<Workspace, 'store' | 'database'>): Promise<SeriesKey[]> {
  if (database === undefined) return [];
  const seen = new Set((await database.candles.list()).map(nameOf));
  return (await lakeCandleStore(store).list()).filter((key) => !seen.has(nameOf(key)));
}

/** A sentence that names them and says what to run. */
export function describeUnseen(
  { store, database }: Pick<Workspace, 'store' | 'database'>,
  unseen: readonly SeriesKey[],
) {
  const names = unseen.slice(0, 3).map(nameOf).join(', ');
  return (
    `${store.url} holds candles that are NOT USED, because they are not in the database ${database?.name}: ` +
    `${formatCount(unseen.length)} series (${names}${unseen.length > 3 ? ' ...' : ''}). Take them over: pavio import --from-lake`
  );
}

/**
 * Copies candles and forecasts of the lake into the database, under the same source, quote and interval. What the database
 * has already stays as it is; run twice, it changes nothing.
 *
 * @throws PavioError `bad_usage` where there is no database; what the stores throw.
 */
export async function takeOverLake(
  { store, database }: Pick<Workspace, 'store' | 'database'>,
  console: Pick<Console, 'progress'>,
): Promise<TakeOverReport> {
  if (database === undefined) {
    throw new PavioError('bad_usage', 'There is no database to take the candles of the lake over into.', {
      remedy: 'Set DATABASE_URL or --database; without one the lake itself is used.',
    });
  }
  const candles = lakeCandleStore(store);
  const predictions = lakePredictionLog(store);
  const keys = await candles.list();
  const series = [];
  for (const [index, key] of keys.entries()) {
    series.push({ ...key, inserted: await copyCandles(key, candles, database.candles) });
    console.progress('import', index + 1, keys.length, nameOf(key));
  }
  const logs = new Map(keys.map(({ symbol, interval }) => [`${symbol} ${interval}`, { symbol, interval }]));
  let forecasts = 0;
  for (const log of logs.values()) forecasts += await copyForecasts(log, predictions, database.predictions);
  return { lake: store.url, database: database.name, series, forecasts };
}

/** For people. */
export function describeTakeOver({ lake, database, series, forecasts }: TakeOverReport): string {
  const inserted = series.reduce((sum, each) => sum + each.inserted, 0);
  return (
    `${formatCount(series.length)} series of ${lake} are in ${database}: ${formatCount(inserted)} candles were new there. ` +
    `${formatCount(forecasts)} forecasts are there, too. The lake keeps its own; they are not used while the database is set.`
  );
}

async function copyCandles(key: SeriesKey, from: CandleStore, to: CandleStore): Promise<number> {
  // What the database has was fetched later.
  const { inserted } = await to.upsert(key, mergeSeries(await from.read(key), await to.read(key)));
  return inserted;
}

async function copyForecasts(
  log: Pick<SeriesKey, 'symbol' | 'interval'>,
  from: PredictionLog,
  to: PredictionLog,
): Promise<number> {
  const forecasts = await from.list(log);
  for (const forecast of forecasts) await to.append(forecast);
  return forecasts.length;
}

function nameOf({ source, symbol, quote, interval }: SeriesKey): string {
  return `${source} ${symbol}-${quote} ${interval}`;
}
