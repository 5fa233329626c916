import { CANDLE_COLUMNS, type CandleSeries, seriesLength, type UpsertSummary } from '@pavio/core';

/** What storing candles changes. */
export interface SeriesDifference extends UpsertSummary {
  /** Rows of the candles that are not stored, or with other values, ascending. */
  readonly rows: readonly number[];
}

/** How candles differ from what is stored; both ascending in time. */
export function differenceOf(stored: CandleSeries, candles: CandleSeries): SeriesDifference {
  const rows: number[] = [];
  let inserted = 0;
  let at = 0;
  for (let row = 0; row < seriesLength(candles); row++) {
    const time = candles.time[row] as number;
    while ((stored.time[at] ?? Infinity) < time) at++;
    if (stored.time[at] !== time) inserted++;
    else if (CANDLE_COLUMNS.every((column) => isSame(stored[column][at], candles[column][row]))) continue;
    rows.push(row);
  }
  return { rows, inserted, changed: rows.length - inserted };
}

function isSame(a: number | undefined, b: number | undefined): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}
