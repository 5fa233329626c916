import {
  type Candle,
  type CandleSeries,
  type Clock,
  candleAt,
  DEFAULT_ASSETS,
  type Interval,
  isClosed,
  seriesLength,
  sliceTime,
  type TimeRange,
} from '@pavio/core';
import { HISTORY_START, simulateCandles } from '@pavio/market';

/** Candles of a pair with open times in [from, to]; undefined where the pair is not traded. */
export type CandleTruth = (pair: TradedPair, interval: Interval, from: number, to: number) => CandleSeries | undefined;

export interface TradedPair {
  readonly symbol: string;
  readonly quote: string;
}

/** Disorder among the rows of an answer. Good clients are not impressed. */
export const QUIRKS = ['duplicate-rows', 'unordered-rows', 'extra-rows'] as const;
export type Quirk = (typeof QUIRKS)[number];

export interface ProviderMarketOptions {
  readonly clock: Clock;
  /** What is true about the market; without it every pair has the candles of `simulateCandles(symbol, ...)`. */
  readonly candles?: CandleTruth;
  /** First open time of every asset, or of each by symbol; without it 2015-01-01. CryptoCompare pads what is before with zeros. */
  readonly listedSince?: number | Readonly<Record<string, number>>;
  /** Times without candles, as in an outage. */
  readonly gaps?: readonly Required<TimeRange>[];
  /**
   * `duplicate-rows` sends the first row twice, `unordered-rows` the newest row first, `extra-rows` also the candle before the
   * window. In all answers.
   */
  readonly quirks?: readonly Quirk[];
  /** Assets by falling market capitalisation; the default ones without it. */
  readonly ranking?: readonly string[];
}

/** The market behind the wire formats. */
export interface ProviderMarket {
  readonly clock: Clock;
  /** First open time of the asset. */
  listedSince(symbol: string): number;
  /** Existing candles up to the open one, ascending; undefined where the pair is not traded. */
  candles: (pair: TradedPair, interval: Interval, from: number, to: number) => Candle[] | undefined;
  readonly quirks: readonly Quirk[];
  readonly ranking: readonly string[];
}

export function providerMarket(options: ProviderMarketOptions): ProviderMarket {
  const {
    clock,
    candles = simulatedTruth,
    listedSince = HISTORY_START,
    gaps = [],
    quirks = [],
    ranking = DEFAULT_ASSETS,
  } = options;
  const listing = (symbol: string) =>
    typeof listedSince === 'number' ? listedSince : (listedSince[symbol] ?? HISTORY_START);
  return {
    clock,
    quirks,
    ranking,
    listedSince: listing,
    candles(pair, interval, from, to) {
      const series = candles(pair, interval, Math.max(from, listing(pair.symbol)), Math.min(to, clock.now()));
      if (series === undefined) return undefined;
      return toCandles(series)
        .filter(({ time }) => gaps.every((gap) => time < gap.from || time > gap.to))
        .map((candle) => unfinished(candle, interval, clock.now()));
    },
  };
}

/** A candle that is still open, as it may look half-way: with another close, range and volume than it will have. */
function unfinished(candle: Candle, interval: Interval, now: number): Candle {
  if (isClosed(candle.time, interval, now)) return candle;
  const { time, open, volume } = candle;
  const close = (open + candle.close) / 2;
  const prices = { open, high: Math.max(open, close), low: Math.min(open, close), close };
  return { time, ...prices, volume: volume / 2, quoteVolume: candle.quoteVolume / 2 };
}

/** Applies the quirks to the rows of an answer, which are ascending. */
export function disorder<Row>(rows: readonly Row[], quirks: readonly Quirk[]): Row[] {
  const [first] = rows;
  if (first === undefined) return [];
  const doubled = quirks.includes('duplicate-rows') ? [first, ...rows] : [...rows];
  return quirks.includes('unordered-rows') ? [...doubled.slice(-1), ...doubled.slice(0, -1)] : doubled;
}

/**
 * A truth of given series, by `SYMBOL-QUOTE interval` ("BTC-USD 1d"); other pairs are not traded. Where the quote is left
 * out ("BTC 1d"), it holds for every quote.
 */
export function truthOf(series: Readonly<Record<string, CandleSeries>>): CandleTruth {
  return ({ symbol, quote }, interval, from, to) => {
    const whole = series[`${symbol}-${quote} ${interval}`] ?? series[`${symbol} ${interval}`];
    if (whole === undefined) return undefined;
    return sliceTime(whole, from, to);
  };
}

function simulatedTruth({ symbol }: TradedPair, interval: Interval, from: number, to: number): CandleSeries {
  return simulateCandles(symbol, interval, from, to);
}

function toCandles(series: CandleSeries): Candle[] {
  return Array.from({ length: seriesLength(series) }, (_, row) => candleAt(series, row));
}
