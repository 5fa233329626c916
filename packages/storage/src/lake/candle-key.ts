import { type Interval, isInterval, PavioError, type SeriesKey } from '@pavio/core';

/** How much time one file holds: each is small enough to be rewritten whole. */
const PERIOD_LENGTH: Record<Interval, 4 | 7 | 10> = {
  '1m': 10,
  '5m': 10,
  '15m': 10,
  '30m': 10,
  '1h': 7,
  '4h': 7,
  '1d': 4,
};

const SOURCE = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const TICKER = /^[A-Z0-9]{1,20}$/;
const FILE = /^raw\/([a-z0-9_-]+)\/(\w+)\/([A-Z0-9]+)-([A-Z0-9]+)\/(\d{4}(?:-\d\d){0,2})\.csv$/;

/** Where a lake keeps the candles of a series: `raw/<source>/<interval>/<SYMBOL>-<QUOTE>/<period>.csv`. */
export interface CandleFile {
  readonly series: SeriesKey;
  readonly period: string;
}

/** The beginning of the keys of a series' files. @throws PavioError `bad_input` for names that no key can have. */
export function seriesPrefix(series: SeriesKey): string {
  checkSeries(series);
  const { source, symbol, quote, interval } = series;
  return `raw/${source}/${interval}/${symbol}-${quote}/`;
}

/** What a key of the lake holds; undefined for one that is no candle file. */
export function parseCandleKey(key: string): CandleFile | undefined {
  const [, source = '', interval = '', symbol = '', quote = '', period = ''] = FILE.exec(key) ?? [];
  if (!isInterval(interval) || period.length !== PERIOD_LENGTH[interval]) return undefined;
  return { series: { source, symbol, quote, interval }, period };
}

/** The UTC year (`2026`), month (`2026-01`) or day (`2026-01-31`) that a time falls into; they sort as text. */
export function periodOf(time: number, interval: Interval): string {
  return new Date(time).toISOString().slice(0, PERIOD_LENGTH[interval]);
}

/** First millisecond of the period after this one. */
export function periodEnd(period: string): number {
  const [year = 0, month, day] = period.split('-').map(Number);
  if (month === undefined) return Date.UTC(year + 1, 0);
  return day === undefined ? Date.UTC(year, month) : Date.UTC(year, month - 1, day + 1);
}

/** @throws PavioError `bad_input` for names that no series can have, wherever it is stored. */
export function checkSeries({ source, symbol, quote }: SeriesKey): void {
  if (!SOURCE.test(source)) throw badName('market source', source, 'small letters, digits, "-" and "_"');
  checkTicker(symbol);
  checkTicker(quote);
}

/** @throws PavioError `bad_input` for a symbol that no key can have. */
export function checkTicker(symbol: string): void {
  if (!TICKER.test(symbol)) throw badName('ticker', symbol, 'capital letters and digits');
}

function badName(what: string, name: string, allowed: string): PavioError {
  return new PavioError('bad_input', `${JSON.stringify(name.slice(0, 40))} cannot be the name of a ${what}.`, {
    remedy: `Use ${allowed}.`,
  });
}
