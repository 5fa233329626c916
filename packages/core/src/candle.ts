import { PavioError } from './errors.ts';
import type { Interval } from './interval.ts';

/** One candle. `time` is its OPEN time in UTC milliseconds; prices are in quote units. */
export interface Candle {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Traded volume in base units (`volumefrom` on the wire). */
  readonly volume: number;
  /** Traded volume in quote units (`volumeto` on the wire); NaN where the source does not say. */
  readonly quoteVolume: number;
}

/** Whose candles: together with the time this identifies a candle. */
export interface SeriesKey {
  /** Name of the market source, or `import`. */
  readonly source: string;
  /** Base asset, as `BTC`. */
  readonly symbol: string;
  /** Quote asset, as `USD`. */
  readonly quote: string;
  readonly interval: Interval;
}

/** Names of the number columns of a series, in the order of the CSV form. */
export const CANDLE_COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume', 'quoteVolume'] as const;
export type CandleColumn = (typeof CANDLE_COLUMNS)[number];

/**
 * Candles of one series as columns of equal length, ascending in time without duplicates. This is the form in which
 * candles are stored and computed with; single `Candle` objects exist only where providers are read.
 */
export type CandleSeries = { readonly [column in CandleColumn]: Float64Array };

export function seriesLength(series: CandleSeries): number {
  return series.time.length;
}

/** An all-zero series of `length` rows, to be filled. */
export function allocateSeries(length: number): CandleSeries {
  return mapColumns(() => new Float64Array(length));
}

/** Columns from candle objects, in the order given. */
export function seriesOf(candles: readonly Candle[]): CandleSeries {
  return mapColumns((column) => Float64Array.from(candles, (candle) => candle[column]));
}

export function candleAt(series: CandleSeries, row: number): Candle {
  const cell = (column: CandleColumn) => series[column][row] as number;
  return {
    time: cell('time'),
    open: cell('open'),
    high: cell('high'),
    low: cell('low'),
    close: cell('close'),
    volume: cell('volume'),
    quoteVolume: cell('quoteVolume'),
  };
}

/** Rows `from` to `to` (exclusive) as views on the same memory: nothing is copied. */
export function sliceRows(series: CandleSeries, from: number, to: number = seriesLength(series)): CandleSeries {
  return mapColumns((column) => series[column].subarray(from, to));
}

/** Rows whose time lies in [from, to], both UTC milliseconds and inclusive, as views. */
export function sliceTime(series: CandleSeries, from = -Infinity, to = Infinity): CandleSeries {
  return sliceRows(series, firstRowFrom(series.time, from), firstRowFrom(series.time, to + 1));
}

/** The parts one after another. They must follow each other in time; `assertSeries` tells whether they did. */
export function concatSeries(parts: readonly CandleSeries[]): CandleSeries {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const length = parts.reduce((sum, part) => sum + seriesLength(part), 0);
  return mapColumns((column) => {
    const whole = new Float64Array(length);
    let offset = 0;
    for (const part of parts) {
      whole.set(part[column], offset);
      offset += part[column].length;
    }
    return whole;
  });
}

/** Union of two series by time; where both have a candle, `newer` wins. */
export function mergeSeries(older: CandleSeries, newer: CandleSeries): CandleSeries {
  if (seriesLength(older) === 0) return newer;
  if (seriesLength(newer) === 0) return older;
  const merged = allocateSeries(seriesLength(older) + seriesLength(newer));
  let length = 0;
  let a = 0;
  let b = 0;
  while (a < seriesLength(older) || b < seriesLength(newer)) {
    const ta = older.time[a] ?? Infinity;
    const tb = newer.time[b] ?? Infinity;
    const [from, row] = ta < tb ? [older, a] : [newer, b];
    for (const column of CANDLE_COLUMNS) merged[column][length] = from[column][row] as number;
    length++;
    if (ta <= tb) a++;
    if (tb <= ta) b++;
  }
  return sliceRows(merged, 0, length);
}

/**
 * @throws PavioError `bad_candles` unless columns have one length, times are whole multiples of the interval and strictly
 * ascending. Gaps are legal.
 */
export function assertSeries(series: CandleSeries, stepMs: number, name = 'The series'): void {
  const { time } = series;
  for (const column of CANDLE_COLUMNS) {
    if (series[column].length !== time.length) {
      throw new PavioError('bad_candles', `${name}: column "${column}" has another length than "time".`);
    }
  }
  for (let row = 0; row < time.length; row++) {
    const t = time[row] as number;
    // The same as `t % stepMs === 0`, several times faster.
    const isOnGrid = Math.floor(t / stepMs) * stepMs === t;
    if (isOnGrid && (row === 0 || t > (time[row - 1] as number))) continue;
    const problem = isOnGrid ? 'is not later than the one before it' : 'does not lie on the grid of its interval';
    throw new PavioError('bad_candles', `${name}: the candle of row ${row} (time ${t}) ${problem}.`, {
      remedy: 'Sort the candles by open time, one candle a time.',
      details: { row, time: t },
    });
  }
}

/** First row whose time is >= `from`, by bisection. */
export function firstRowFrom(time: Float64Array, from: number): number {
  let low = 0;
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((time[middle] as number) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mapColumns(make: (column: CandleColumn) => Float64Array): CandleSeries {
  return {
    time: make('time'),
    open: make('open'),
    high: make('high'),
    low: make('low'),
    close: make('close'),
    volume: make('volume'),
    quoteVolume: make('quoteVolume'),
  };
}
