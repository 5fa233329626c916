import { type CandleSeries, type Interval, intervalMs, PavioError, seriesLength } from '@pavio/core';
import type { Feature } from '../feature.ts';
import { featureSet } from '../feature-set.ts';
import { assertCandles, segmentsOf } from '../segments.ts';
import { NOTHING_CHECKED } from './findings.ts';
import { findLookAhead, type LookAhead } from './look-ahead.ts';
import { type CarriedOver, findCarriedOver } from './other-assets.ts';
import { type BrokenWarmUp, findBrokenWarmUp } from './warm-up.ts';

/** What was found out about one asset's candles and features. */
export interface AssetCheck {
  readonly symbol: string;
  readonly rows: number;
  /** Open times of the first and last candle, UTC milliseconds; absent where there are none. */
  readonly from?: number;
  readonly to?: number;
  /** Places where candles are missing, and how many are. */
  readonly gaps: number;
  readonly missingCandles: number;
  /** Candles in which nothing was traded. */
  readonly withoutVolume: number;
  /** Candles that close where the one before did: many of them in a row are a feed that stands still. */
  readonly longestStandstill: number;
  /** Candles that moved by more than 20 of their usual moves: flash prints, or a wrong unit. */
  readonly jumps: number;
  /** Why the candles cannot be used at all. */
  readonly badCandles?: string;
  /** Features that see the future. */
  readonly lookAhead: readonly LookAhead[];
  /** Features that do not keep their declared warm-up, memory or range. */
  readonly warmUp: readonly BrokenWarmUp[];
  /** Features that depend on the asset that was computed before. */
  readonly carriedOver: readonly CarriedOver[];
  /** How many features the candles were enough to check for each of the three. */
  readonly checked: { readonly lookAhead: number; readonly warmUp: number; readonly carriedOver: number };
}

export interface CheckOptions {
  /** Features to check; those of the interval by default. */
  readonly features?: readonly Feature[];
  /** Candles of another asset, which is computed before; where it has none, the asset's own turned round stand in. */
  readonly other?: CandleSeries;
}

/** Usual moves (median of absolute returns) above which a move is a jump. */
const JUMP = 20;

/**
 * Checks one asset: its candles, and on them that no feature looks ahead, each keeps its declaration, and none depends on
 * another asset. Nothing is taken from the tests of the features: what is proven is proven on these candles.
 *
 */
export function checkAsset(
  symbol: string,
  series: CandleSeries,
  interval: Interval,
  options: CheckOptions = {},
): AssetCheck {
  const { features = featureSet(interval).features, other } = options;
  const rows = seriesLength(series);
  const badCandles = whyUnusable(series, interval, symbol);
  const isUsable = rows > 0 && badCandles === undefined;
  const before = isUsableOther(other, interval) ? other : turnedRound(series);

  const lookAhead = isUsable ? findLookAhead(series, interval, features) : NOTHING_CHECKED;
  const warmUp = isUsable ? findBrokenWarmUp(series, interval, features) : NOTHING_CHECKED;
  const carriedOver = isUsable ? findCarriedOver(series, before, interval, features) : NOTHING_CHECKED;
  return {
    symbol,
    rows,
    ...qualityOf(series, interval),
    ...(badCandles === undefined ? {} : { badCandles }),
    lookAhead: lookAhead.problems,
    warmUp: warmUp.problems,
    carriedOver: carriedOver.problems,
    checked: { lookAhead: lookAhead.checked, warmUp: warmUp.checked, carriedOver: carriedOver.checked },
  };
}

/** Was nothing found wrong? Gaps, jumps and candles without volume are the market's, not an error. */
export function isClean({ badCandles, lookAhead, warmUp, carriedOver }: AssetCheck): boolean {
  return badCandles === undefined && [lookAhead, warmUp, carriedOver].every((problems) => problems.length === 0);
}

function isUsableOther(other: CandleSeries | undefined, interval: Interval): other is CandleSeries {
  return other !== undefined && seriesLength(other) > 0 && whyUnusable(other, interval, 'It') === undefined;
}

/** The same candles, the last one first, at the same times. */
function turnedRound(series: CandleSeries): CandleSeries {
  const { open, high, low, close, volume } = series;
  return {
    ...series,
    open: open.toReversed(),
    high: high.toReversed(),
    low: low.toReversed(),
    close: close.toReversed(),
    volume: volume.toReversed(),
  };
}

function whyUnusable(series: CandleSeries, interval: Interval, name: string): string | undefined {
  try {
    assertCandles(series, interval, name);
  } catch (error) {
    if (error instanceof PavioError) return error.message;
    throw error;
  }
  return undefined;
}

function qualityOf(series: CandleSeries, interval: Interval) {
  const { time, close, volume } = series;
  const rows = time.length;
  const span = rows === 0 ? {} : { from: time[0]!, to: time[rows - 1]! };
  const expected = rows === 0 ? 0 : (time[rows - 1]! - time[0]!) / intervalMs(interval) + 1;
  let still = 0;
  let longestStandstill = 0;
  for (let row = 1; row < rows; row++) {
    still = close[row] === close[row - 1] ? still + 1 : 0;
    longestStandstill = Math.max(longestStandstill, still);
  }
  return {
    ...span,
    gaps: Math.max(0, segmentsOf(series, interval).length - 1),
    missingCandles: Math.max(0, expected - rows),
    withoutVolume: volume.reduce((count, value) => count + (value === 0 ? 1 : 0), 0),
    longestStandstill,
    jumps: jumpsOf(close),
  };
}

function jumpsOf(close: Float64Array): number {
  const moves = new Float64Array(Math.max(0, close.length - 1));
  for (let row = 0; row < moves.length; row++) moves[row] = Math.abs(Math.log(close[row + 1]! / close[row]!));
  const usual = moves.slice().sort()[moves.length >> 1] ?? 0;
  return usual > 0 ? moves.reduce((count, move) => count + (move > JUMP * usual ? 1 : 0), 0) : 0;
}
