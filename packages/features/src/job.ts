import {
  type CandleStore,
  type Clock,
  type FeatureStore,
  type Interval,
  isoTime,
  type Logger,
  lastClosedOpen,
  PavioError,
  type SeriesKey,
  seriesLength,
} from '@pavio/core';
import { featureSet } from './feature-set.ts';
import { type AssetCandles, completeRows, featureTable } from './feature-table.ts';
import { segmentsOf } from './segments.ts';

export interface FeatureJob {
  readonly candles: CandleStore;
  readonly features: FeatureStore;
  readonly source: string;
  readonly quote: string;
  readonly interval: Interval;
  /** Assets wanted, as `BTC`; all that have candles by default. */
  readonly symbols?: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly onProgress?: (progress: FeatureProgress) => void;
}

export interface FeatureProgress {
  readonly done: number;
  readonly total: number;
  readonly symbol: string;
}

export interface AssetReport {
  readonly symbol: string;
  readonly rows: number;
  /** Rows with a value in every model input. */
  readonly completeRows: number;
  /** Places where candles are missing. */
  readonly gaps: number;
  /** Open times of the first and last candle, UTC milliseconds. */
  readonly from: number;
  readonly to: number;
}

export interface FeatureReport {
  /** Key of the dated file. */
  readonly key: string;
  readonly assets: readonly AssetReport[];
  /** Assets with candles, but without one complete row: not in the table. */
  readonly tooShort: readonly { readonly symbol: string; readonly rows: number }[];
  /** Assets that were wanted and have no closed candle. */
  readonly missing: readonly string[];
  readonly rows: number;
  readonly completeRows: number;
  readonly from: number;
  readonly to: number;
  readonly columns: number;
  readonly inputs: number;
  readonly seconds: number;
}

/**
 * Computes the features of all stored assets from their closed candles and stores them as one table. Run again on the
 * same candles it stores the same.
 *
 * @throws PavioError `no_candles` when no wanted asset has any; `not_enough_data` when none has enough for one complete
 * row; `bad_candles`.
 */
export async function runFeatureJob(job: FeatureJob): Promise<FeatureReport> {
  const { features, source, quote, interval, clock, log, onProgress } = job;
  const started = clock.now();
  const set = featureSet(interval);
  const keys = await wantedSeries(job);

  const assets: AssetCandles[] = [];
  const tooShort: { symbol: string; rows: number }[] = [];
  const empty: string[] = [];
  for (const [index, key] of keys.entries()) {
    const candles = await job.candles.read(key, { to: lastClosedOpen(started, interval) });
    const rows = seriesLength(candles);
    const longest = Math.max(0, ...segmentsOf(candles, interval).map(({ from, to }) => to - from));
    if (longest > set.lookback) assets.push({ symbol: key.symbol, candles });
    else if (rows > 0) tooShort.push({ symbol: key.symbol, rows });
    else empty.push(key.symbol);
    onProgress?.({ done: index + 1, total: keys.length, symbol: key.symbol });
  }
  const missing = [...(job.symbols ?? []).filter((symbol) => !keys.some((key) => key.symbol === symbol)), ...empty];
  for (const { symbol, rows } of tooShort)
    log.warn({ symbol, rows, needed: set.lookback + 1 }, 'too few candles for features');
  for (const symbol of missing) log.warn({ symbol }, 'no closed candles');
  if (assets.length === 0) throw tooShort.length > 0 ? notEnough(set.lookback + 1, tooShort) : noCandles(job);

  const table = featureTable(assets, { source, quote, interval });
  const key = await features.write(table, clock.now());
  const reports = reportAssets(assets, table.columns, job.interval);
  const report: FeatureReport = {
    key,
    assets: reports,
    tooShort,
    missing,
    rows: table.time.length,
    completeRows: reports.reduce((sum, asset) => sum + asset.completeRows, 0),
    from: Math.min(...reports.map(({ from }) => from)),
    to: Math.max(...reports.map(({ to }) => to)),
    columns: set.columns.length,
    inputs: set.inputs.length,
    seconds: (clock.now() - started) / 1000,
  };
  const { rows, seconds, from, to } = report;
  log.info({ key, rows, assets: assets.length, from: isoTime(from), to: isoTime(to), seconds }, 'features stored');
  return report;
}

async function wantedSeries(job: FeatureJob): Promise<SeriesKey[]> {
  const { candles, source, quote, interval, symbols } = job;
  const stored = await candles.list({ source, quote, interval });
  return symbols === undefined ? stored : stored.filter(({ symbol }) => symbols.includes(symbol));
}

function reportAssets(
  assets: readonly AssetCandles[],
  columns: ReadonlyMap<string, Float64Array>,
  interval: Interval,
): AssetReport[] {
  const set = featureSet(interval);
  let offset = 0;
  return assets.map(({ symbol, candles }) => {
    const rows = seriesLength(candles);
    const start = offset;
    offset += rows;
    const own = new Map(Array.from(columns, ([name, values]) => [name, values.subarray(start, start + rows)]));
    return {
      symbol,
      rows,
      completeRows: completeRows(own, set),
      gaps: segmentsOf(candles, interval).length - 1,
      from: candles.time[0]!,
      to: candles.time[rows - 1]!,
    };
  });
}

function noCandles({ source, quote, interval, symbols }: FeatureJob): PavioError {
  const whose = symbols === undefined ? 'any asset' : symbols.join(', ');
  return new PavioError(
    'no_candles',
    `There are no closed ${interval} candles of ${whose} in ${quote} from ${source}.`,
    {
      remedy: 'Crawl some first (pavio crawl), or import them (pavio import PATH).',
      details: { source, quote, interval },
    },
  );
}

function notEnough(needed: number, assets: readonly { symbol: string; rows: number }[]): PavioError {
  const list = assets.map(({ symbol, rows }) => `${symbol} ${rows}`).join(', ');
  return new PavioError('not_enough_data', `The features need ${needed} candles without a gap; there are: ${list}.`, {
    remedy: 'Crawl more history.',
    details: { needed, assets },
  });
}
