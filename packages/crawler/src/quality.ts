import {
  allocateSeries,
  CANDLE_COLUMNS,
  type CandleSeries,
  type Interval,
  intervalMs,
  isClosed,
  isoTime,
  PavioError,
  seriesLength,
} from '@pavio/core';

/** What is done about rows that are not fit to be stored, and why. Everything is counted. */
export const QUALITY_RULES = {
  open: 'dropped: the candle is not closed yet',
  outside: 'dropped: outside of what was asked for',
  zero: 'dropped: a price of 0 is padding, not a trade (a volume of 0 is legal)',
  impossible: 'dropped: high below low, close outside of them, or something negative',
  duplicate: 'dropped: a later row has the same time',
  unordered: 'sorted: earlier than the row before it',
} as const;

export type QualityRule = keyof typeof QUALITY_RULES;
export type QualityCounts = Readonly<Record<QualityRule, number>>;

/** A dropped row that no source should have sent. */
export interface QualityExample {
  /** UTC milliseconds. */
  readonly time: number;
  readonly problem: string;
}

export interface CheckedCandles {
  /** Ascending, without duplicates, fit to be stored. */
  readonly series: CandleSeries;
  readonly counts: QualityCounts;
  /** The first rows that were impossible. */
  readonly examples: readonly QualityExample[];
}

export interface QualityOptions {
  /** Names the candles in messages. */
  readonly name: string;
  readonly interval: Interval;
  /** Which candles are closed follows from this, UTC milliseconds. */
  readonly now: number;
  /** First and last open time asked for, inclusive. */
  readonly from?: number;
  readonly to?: number;
  /** The line of a row, where the rows come from a file. */
  readonly lineOf?: (row: number) => number;
}

/** No candle is older than Bitcoin's first block, and none that is meant is from the next century: other units are. */
const EARLIEST = Date.UTC(2009, 0, 3);
const LATEST = Date.UTC(2100, 0, 1);
/** Relative difference that float64 arithmetic at the provider explains. */
const ROUNDING = 1e-9;
export const MOST_EXAMPLES = 5;

/**
 * Makes rows of unknown quality fit to be stored. The open may lie outside of [low, high]: CryptoCompare's is the close
 * before. Nothing is ever changed or filled in.
 *
 * @throws PavioError `bad_candles` (with `details.row`) where the rows as a whole cannot be trusted: a time in another unit
 * or off the interval's grid, a number that is not finite (only quoteVolume may be NaN).
 */
export function checkCandles(rows: CandleSeries, options: QualityOptions): CheckedCandles {
  const { interval, now, from = -Infinity, to = Infinity } = options;
  const counts = noCounts();
  const examples: QualityExample[] = [];
  const kept: number[] = [];
  for (let row = 0; row < seriesLength(rows); row++) {
    refuseUntrusted(rows, row, options);
    const time = rows.time[row] as number;
    if (row > 0 && time < (rows.time[row - 1] as number)) counts.unordered++;
    const problem = impossibility(rows, row);
    if (!isClosed(time, interval, now)) counts.open++;
    else if (time < from || time > to) counts.outside++;
    else if (hasZeroPrice(rows, row)) counts.zero++;
    else if (problem !== undefined) {
      counts.impossible++;
      if (examples.length < MOST_EXAMPLES) examples.push({ time, problem });
    } else kept.push(row);
  }
  const series = latestOfEach(rows, kept);
  counts.duplicate = kept.length - seriesLength(series);
  return { series, counts, examples };
}

export function noCounts(): Record<QualityRule, number> {
  return { open: 0, outside: 0, zero: 0, impossible: 0, duplicate: 0, unordered: 0 };
}

export function addCounts(a: QualityCounts, b: QualityCounts): QualityCounts {
  const sum = noCounts();
  for (const rule of Object.keys(sum) as QualityRule[]) sum[rule] = a[rule] + b[rule];
  return sum;
}

function refuseUntrusted(rows: CandleSeries, row: number, { name, interval, lineOf }: QualityOptions): void {
  const time = rows.time[row] as number;
  const line = lineOf?.(row);
  const place = line === undefined ? `row ${row + 1}` : `line ${line}`;
  const refuse = (problem: string) =>
    new PavioError('bad_candles', `${name}: ${place} ${problem}. None of these candles were stored.`, {
      details: { row, time, ...(line !== undefined && { line }) },
    });
  if (!(time >= EARLIEST && time < LATEST)) {
    throw refuse(`has the time ${time}, which cannot be milliseconds since 1970`);
  }
  if (time % intervalMs(interval) !== 0) {
    throw refuse(`opens at ${isoTime(time)}, where no candle of ${interval} opens`);
  }
  for (const column of CANDLE_COLUMNS) {
    const value = rows[column][row] as number;
    const isUnsaid = column === 'quoteVolume' && Number.isNaN(value);
    if (!Number.isFinite(value) && !isUnsaid) throw refuse(`(${isoTime(time)}) has ${value} as its ${column}`);
  }
}

function hasZeroPrice({ open, high, low, close }: CandleSeries, row: number): boolean {
  return open[row] === 0 || high[row] === 0 || low[row] === 0 || close[row] === 0;
}

function impossibility(rows: CandleSeries, row: number): string | undefined {
  const high = rows.high[row] as number;
  const low = rows.low[row] as number;
  const close = rows.close[row] as number;
  const slack = ROUNDING * Math.abs(high);
  const negative = CANDLE_COLUMNS.find((column) => (rows[column][row] as number) < 0);
  if (negative !== undefined) return `${negative} is ${rows[negative][row]}`;
  if (high < low - slack) return `high ${high} is below low ${low}`;
  if (close > high + slack || close < low - slack) return `close ${close} is outside of ${low} to ${high}`;
  return undefined;
}

/** The rows of these numbers in the order of time; of several with one time the last one. */
function latestOfEach(rows: CandleSeries, kept: readonly number[]): CandleSeries {
  const { time } = rows;
  const timeOf = (row: number | undefined) => (row === undefined ? undefined : time[row]);
  const isAscending = kept.every(
    (row, index) => index === 0 || (time[row] as number) > (timeOf(kept[index - 1]) as number),
  );
  if (isAscending && kept.length === time.length) return rows;
  const sorted = kept.toSorted((a, b) => (time[a] as number) - (time[b] as number) || a - b);
  const chosen = sorted.filter((row, index) => timeOf(sorted[index + 1]) !== time[row]);
  const series = allocateSeries(chosen.length);
  for (const column of CANDLE_COLUMNS) {
    for (const [index, row] of chosen.entries()) series[column][index] = rows[column][row] as number;
  }
  return series;
}
