import { createHash } from 'node:crypto';
import {
  allocateSeries,
  assertSeries,
  type CandleSeries,
  type CandleStore,
  concatSeries,
  firstRowFrom,
  intervalMs,
  mapConcurrently,
  mergeSeries,
  type ObjectInfo,
  type ObjectStore,
  PavioError,
  type SeriesKey,
  type SeriesSpan,
  seriesLength,
  sliceRows,
  sliceTime,
  type TimeRange,
  type UpsertSummary,
} from '@pavio/core';
import { decodeCandleCsv, decodeCandleCsvEnds, encodeCandleCsv } from '../csv/candle-csv.ts';
import { differenceOf } from '../series-difference.ts';
import { bySeries } from '../series-order.ts';
import { parseCandleKey, periodEnd, periodOf, seriesPrefix } from './candle-key.ts';

/** Files read at once. */
const READS_AT_ONCE = 8;
/** Each lost race means that somebody else's write went through: so many in a row do not happen by chance. */
const MAX_RACES = 100;

/**
 * Candles as CSV files in an object store, a file a series and period: a year of daily candles, a month of hourly ones, a
 * day of minutes. An upsert reads and rewrites only the files whose candles change, each under the condition that nobody
 * changed it since it was read, so that two runs at once lose nothing.
 */
export function lakeCandleStore(store: ObjectStore): CandleStore {
  return new LakeCandleStore(store);
}

class LakeCandleStore implements CandleStore {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async upsert(key: SeriesKey, candles: CandleSeries): Promise<UpsertSummary> {
    const prefix = seriesPrefix(key);
    assertSeries(candles, intervalMs(key.interval), `Candles for ${prefix.slice(0, -1)}`);
    const pieces = splitPeriods(key, candles);
    if (pieces.length === 0) return { inserted: 0, changed: 0 };
    const files = await this.#files(key);
    let inserted = 0;
    let changed = 0;
    for (const { period, series } of outward(pieces, files[0]?.period)) {
      const summary = await this.#upsertFile(key, `${prefix}${period}.csv`, series);
      inserted += summary.inserted;
      changed += summary.changed;
    }
    return { inserted, changed };
  }

  async read(key: SeriesKey, range: TimeRange = {}): Promise<CandleSeries> {
    const { from = -Infinity, to = Infinity } = range;
    const files = (await this.#files(key)).filter(
      ({ period }) => periodEnd(period) > from && !(to < periodEnd(period) && isBefore(to, period, key)),
    );
    const parts = await mapConcurrently(files, READS_AT_ONCE, async ({ info }) => {
      const object = await this.#store.get(info.key);
      return object === undefined ? allocateSeries(0) : this.#decode(key, info.key, object.body);
    });
    return sliceTime(concatSeries(parts), from, to);
  }

  async span(key: SeriesKey): Promise<SeriesSpan | undefined> {
    const files = await this.#files(key);
    const ends = [files[0], files.at(-1)].filter((file) => file !== undefined);
    const times = await mapConcurrently(ends, 2, async ({ info }) => {
      const object = await this.#store.get(info.key);
      return object === undefined ? [] : [...decodeCandleCsvEnds(object.body, this.#nameOf(info.key)).time];
    });
    const all = times.flat();
    return all.length === 0 ? undefined : { first: Math.min(...all), last: Math.max(...all) };
  }

  async list(filter: Partial<SeriesKey> = {}): Promise<SeriesKey[]> {
    const found = new Map<string, SeriesKey>();
    for await (const { key } of this.#store.list(listPrefix(filter))) {
      const series = parseCandleKey(key)?.series;
      if (series !== undefined && matches(series, filter)) found.set(seriesPrefix(series), series);
    }
    return [...found.values()].sort(bySeries);
  }

  async tag(key: SeriesKey): Promise<string | undefined> {
    const files = await this.#files(key);
    if (files.length === 0) return undefined;
    const hash = createHash('sha256');
    for (const { info } of files) hash.update(`${info.key} ${info.etag}\n`);
    return hash.digest('hex');
  }

  async #upsertFile(key: SeriesKey, file: string, candles: CandleSeries): Promise<UpsertSummary> {
    for (let race = 0; race < MAX_RACES; race++) {
      const object = await this.#store.get(file);
      const stored = object === undefined ? allocateSeries(0) : this.#decode(key, file, object.body);
      const { inserted, changed } = differenceOf(stored, candles);
      if (inserted + changed === 0) return { inserted, changed };
      const body = encodeCandleCsv(mergeSeries(stored, candles));
      const result =
        object === undefined
          ? await this.#store.putIfAbsent(file, body)
          : await this.#store.putIfMatch(file, body, object.etag);
      if (result.stored) return { inserted, changed };
    }
    throw new PavioError('conflict', `Others kept changing ${this.#nameOf(file)} while candles were stored.`, {
      remedy: 'Let one crawl at a time write an asset.',
    });
  }

  #decode(key: SeriesKey, file: string, body: Uint8Array): CandleSeries {
    const name = this.#nameOf(file);
    const series = decodeCandleCsv(body, name);
    assertSeries(series, intervalMs(key.interval), name);
    const ends = seriesLength(series) === 0 ? [] : [series.time[0] as number, series.time.at(-1) as number];
    if (ends.some((time) => `${seriesPrefix(key)}${periodOf(time, key.interval)}.csv` !== file)) {
      throw new PavioError('bad_candles', `${name} has candles of another period than its name says.`, {
        remedy: 'Remove the file and crawl or import its candles again.',
        details: { file },
      });
    }
    return series;
  }

  /** The files of a series, oldest first. */
  async #files(key: SeriesKey): Promise<{ info: ObjectInfo; period: string }[]> {
    const files = [];
    for await (const info of this.#store.list(seriesPrefix(key))) {
      const file = parseCandleKey(info.key);
      if (file !== undefined) files.push({ info, period: file.period });
    }
    return files;
  }

  #nameOf(file: string): string {
    return `${this.#store.url}/${file}`;
  }
}

interface Piece {
  readonly period: string;
  readonly series: CandleSeries;
}

function splitPeriods(key: SeriesKey, candles: CandleSeries): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < seriesLength(candles); ) {
    const period = periodOf(candles.time[from] as number, key.interval);
    const to = firstRowFrom(candles.time, periodEnd(period));
    pieces.push({ period, series: sliceRows(candles, from, to) });
    from = to;
  }
  return pieces;
}

/** From the oldest stored period on ascending, then what is older descending: no write leaves a hole behind it. */
function outward(pieces: readonly Piece[], oldest: string | undefined): Piece[] {
  const split = oldest === undefined ? 0 : pieces.filter(({ period }) => period < oldest).length;
  return [...pieces.slice(split), ...pieces.slice(0, split).toReversed()];
}

function isBefore(time: number, period: string, { interval }: SeriesKey): boolean {
  return time < 0 || periodOf(time, interval) < period;
}

function listPrefix({ source, interval, symbol, quote }: Partial<SeriesKey>): string {
  if (source === undefined) return 'raw/';
  if (interval === undefined) return `raw/${source}/`;
  if (symbol === undefined) return `raw/${source}/${interval}/`;
  return `raw/${source}/${interval}/${symbol}-${quote ?? ''}`;
}

function matches(series: SeriesKey, filter: Partial<SeriesKey>): boolean {
  return (['source', 'interval', 'symbol', 'quote'] as const).every(
    (part) => filter[part] === undefined || filter[part] === series[part],
  );
}
