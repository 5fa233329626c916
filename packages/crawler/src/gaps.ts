import { type CandleStore, intervalMs, type SeriesKey, type SeriesSpan, type TimeRange } from '@pavio/core';

/** Candles that are not there between two that are. */
export interface Gap {
  /** Open time of the first missing candle, UTC milliseconds. */
  readonly from: number;
  /** Open time of the last missing candle. */
  readonly to: number;
  /** How many are missing. */
  readonly candles: number;
}

/** What is stored of a series, and what is missing inside it. */
export interface Coverage {
  readonly first: number;
  readonly last: number;
  readonly stored: number;
  readonly gaps: readonly Gap[];
}

/** The gaps between ascending open times that are `step` milliseconds apart where nothing is missing. */
export function findGaps(time: Float64Array, step: number): Gap[] {
  const gaps: Gap[] = [];
  for (let row = 1; row < time.length; row++) {
    const before = time[row - 1] as number;
    const candles = Math.round(((time[row] as number) - before) / step) - 1;
    if (candles > 0) gaps.push({ from: before + step, to: before + candles * step, candles });
  }
  return gaps;
}

/**
 * The coverage of a stored series with this span; undefined where nothing is stored. Reads only what lies outside
 * `known`: nothing in a run that fetched nothing, one file in a run that fetched one candle.
 */
export async function surveySeries(
  candles: CandleStore,
  key: SeriesKey,
  span: SeriesSpan | undefined,
  known: Coverage | undefined,
): Promise<Coverage | undefined> {
  const step = intervalMs(key.interval);
  const survey = async (range?: TimeRange): Promise<Coverage | undefined> => {
    const { time } = await candles.read(key, range);
    const [first] = time;
    const last = time.at(-1);
    if (first === undefined || last === undefined) return undefined;
    return { first, last, stored: time.length, gaps: findGaps(time, step) };
  };
  if (span === undefined) return undefined;
  if (known === undefined || span.first > known.first || span.last < known.last) return survey();
  const older = span.first < known.first ? await survey({ from: span.first, to: known.first }) : undefined;
  const newer = span.last > known.last ? await survey({ from: known.last, to: span.last }) : undefined;
  return join(join(older, known), newer);
}

/** The coverage of two stretches where the last candle of the one is the first of the other. */
function join(older: Coverage | undefined, newer: Coverage | undefined): Coverage | undefined {
  if (older === undefined || newer === undefined) return older ?? newer;
  return {
    first: older.first,
    last: newer.last,
    stored: older.stored + newer.stored - 1,
    gaps: [...older.gaps, ...newer.gaps],
  };
}
