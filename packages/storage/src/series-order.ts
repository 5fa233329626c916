import { INTERVAL_NAMES, type SeriesKey } from '@pavio/core';

/** Orders series by source, interval (shortest first), symbol, quote; texts by their UTF-16 code units. */
export function bySeries(a: SeriesKey, b: SeriesKey): number {
  const text = (one: string, other: string) => Number(one > other) - Number(one < other);
  return (
    text(a.source, b.source) ||
    INTERVAL_NAMES.indexOf(a.interval) - INTERVAL_NAMES.indexOf(b.interval) ||
    text(a.symbol, b.symbol) ||
    text(a.quote, b.quote)
  );
}
