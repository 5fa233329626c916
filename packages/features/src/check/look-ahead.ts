import { type CandleSeries, type Interval, seriesLength, sliceRows } from '@pavio/core';
import { featureColumns } from '../compute.ts';
import type { Feature } from '../feature.ts';
import { type Findings, firstDifference } from './findings.ts';

/** A feature whose value in a row was another one before the candles after it were known. */
export interface LookAhead {
  readonly feature: string;
  /** Open time of the first such candle, UTC milliseconds. */
  readonly time: number;
  /** Its value with the later candles, and without. */
  readonly value: number;
  readonly withoutLater: number;
}

/** The history is cut at these shares of it, and just before its end. */
const SHARES = [1 / 3, 2 / 3];
const ROWS_BEFORE_END = [30, 5, 1];
/** And so many times inside short windows, because some leaks show only in some rows: a pattern that is rare. */
const WINDOWS = 40;
const ROWS_BEFORE_CUT = 300;
const ROWS_AFTER_CUT = 40;

/**
 * Proves for many rows t and every feature that `features(candles[0..t])` are, to the last bit, the rows up to t of
 * `features(candles)`. Gives the first difference of each feature that looks ahead. A feature is checked where it has a
 * value before one of the cuts.
 */
export function findLookAhead(
  series: CandleSeries,
  interval: Interval,
  features: readonly Feature[],
): Findings<LookAhead> {
  const rows = seriesLength(series);
  const found = new Map<string, LookAhead>();
  const checked = new Set<string>();
  const compare = (whole: CandleSeries, cuts: readonly number[]) => {
    const parts = cuts.map((cut) => featureColumns(sliceRows(whole, 0, cut), interval, features));
    for (const [feature, values] of featureColumns(whole, interval, features)) {
      for (const part of parts) {
        const [, past] = part.next().value as readonly [string, Float64Array];
        if (!checked.has(feature) && past.some((value) => !Number.isNaN(value))) checked.add(feature);
        const row = firstDifference(past, values);
        if (row === -1 || found.has(feature)) continue;
        found.set(feature, { feature, time: whole.time[row]!, value: values[row]!, withoutLater: past[row]! });
      }
    }
  };

  const cuts = [...SHARES.map((share) => Math.floor(share * rows)), ...ROWS_BEFORE_END.map((back) => rows - back)];
  compare(
    series,
    [...new Set(cuts)].filter((cut) => cut > 0),
  );
  for (let window = 1; window <= WINDOWS; window++) {
    const cut = Math.floor((window / (WINDOWS + 1)) * rows);
    // Of another length each, lest something periodic hides.
    const from = Math.max(0, cut - ROWS_BEFORE_CUT - window);
    if (cut > from) compare(sliceRows(series, from, Math.min(rows, cut + ROWS_AFTER_CUT)), [cut - from]);
  }
  return { problems: [...found.values()], checked: checked.size };
}
