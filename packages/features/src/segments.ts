import { assertSeries, type CandleSeries, type Interval, intervalMs, PavioError, seriesLength } from '@pavio/core';

/** Rows `from` to `to` (exclusive) of a series, without a gap. */
export interface Segment {
  readonly from: number;
  readonly to: number;
}

/** Cuts a series wherever a candle is missing. */
export function segmentsOf({ time }: Pick<CandleSeries, 'time'>, interval: Interval): Segment[] {
  const step = intervalMs(interval);
  const segments: Segment[] = [];
  let from = 0;
  for (let row = 1; row <= time.length; row++) {
    if (row < time.length && follows(time, row, step)) continue;
    segments.push({ from, to: row });
    from = row;
  }
  return time.length === 0 ? [] : segments;
}

/** First row of the unbroken stretch that ends with the last candle, looking back at most `most` rows. */
export function lastStretch(series: CandleSeries, interval: Interval, most: number): number {
  const { time } = series;
  const step = intervalMs(interval);
  const earliest = Math.max(0, time.length - most);
  let row = Math.max(0, time.length - 1);
  while (row > earliest && follows(time, row, step)) row--;
  return row;
}

function follows(time: Float64Array, row: number, step: number): boolean {
  const distance = time[row]! - time[row - 1]!;
  return distance === step;
}

/**
 * Prices, and volumes but for 0, lie between these. No market has others, and squares and ratios of what lies there, and
 * sums of them, stay far from where numbers of 64 bits run out (1e-308 and 1e308): no feature can overflow.
 */
const SMALLEST = 1e-30;
const LARGEST = 1e30;

/**
 * @throws PavioError `bad_candles` unless the series is ascending on the grid of its interval, every price a number from
 * 1e-30 to 1e30, every volume 0 or such a number, and no high below its low. The open may lie outside of [low, high]; the
 * quote volume may be missing.
 */
export function assertCandles(series: CandleSeries, interval: Interval, name: string): void {
  assertSeries(series, intervalMs(interval), name);
  const { open, high, low, close, volume } = series;
  const rows = seriesLength(series);
  for (let row = 0; row < rows; row++) {
    const traded = volume[row]!;
    // Negated, so that NaN is caught as well.
    const isGood =
      open[row]! >= SMALLEST &&
      low[row]! >= SMALLEST &&
      close[row]! >= SMALLEST &&
      high[row]! >= low[row]! &&
      open[row]! <= LARGEST &&
      high[row]! <= LARGEST &&
      close[row]! <= LARGEST &&
      (traded === 0 || traded >= SMALLEST) &&
      traded <= LARGEST;
    if (!isGood) throw badCandle(series, row, name);
  }
}

function badCandle(series: CandleSeries, row: number, name: string): PavioError {
  const cells = (['open', 'high', 'low', 'close', 'volume'] as const).map(
    (column) => `${column} ${series[column][row]}`,
  );
  const time = series.time[row]!;
  return new PavioError(
    'bad_candles',
    `${name}: the candle at ${new Date(time).toISOString()} is impossible: ${cells.join(', ')}.`,
    {
      remedy:
        `Prices must be from ${SMALLEST} to ${LARGEST.toExponential()}, volumes the same or 0, and the high not below the low. ` +
        'Crawl or import the candle again.',
      details: { row, time },
    },
  );
}
