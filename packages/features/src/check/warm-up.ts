import { type CandleSeries, type Interval, seriesLength, sliceRows } from '@pavio/core';
import { featureColumns } from '../compute.ts';
import type { Feature } from '../feature.ts';
import { segmentsOf } from '../segments.ts';

/** A feature that does not keep what its declaration says. */
export interface BrokenWarmUp {
  readonly feature: string;
  /** What is wrong, as the end of a sentence about the feature. */
  readonly problem: string;
  /** Open time of the candle, UTC milliseconds. */
  readonly time: number;
}

/** Rows whose values from the declared memory are compared with those from the whole history, the newest among them. */
const COMPARED_ROWS = 5;
/** Of the value; and of what it is a difference of, where it cancels. */
const RELATIVE = 1e-9;
const OF_SCALE = 1e-12;

/**
 * Looks whether each feature has no value in its first `lookback` rows of a stretch; whether an input has a number in
 * every row after them; whether no value is infinite; and whether the declared memory gives the value of the whole
 * history. Gives the first problem of each feature.
 */
export function findBrokenWarmUp(
  series: CandleSeries,
  interval: Interval,
  features: readonly Feature[],
): BrokenWarmUp[] {
  const rows = seriesLength(series);
  const segments = segmentsOf(series, interval);
  const compared = Array.from({ length: COMPARED_ROWS }, (_, k) => rows - 1 - Math.floor((k * rows) / COMPARED_ROWS));
  const remembered = fromMemory(series, interval, features, compared);
  const scales = { price: maxOf(series.high), volume: maxOf(series.volume) };

  const found: BrokenWarmUp[] = [];
  let index = 0;
  for (const [name, values] of featureColumns(series, interval, features)) {
    const feature = features[index++]!;
    const broken = firstBroken(feature, values, segments);
    if (broken !== undefined) {
      found.push({ feature: name, problem: broken.problem, time: series.time[broken.row]! });
      continue;
    }
    const scale = feature.unit === 'price' || feature.unit === 'volume' ? scales[feature.unit] : 100;
    const row = compared.find((at) => {
      const value = remembered.get(name)?.get(at);
      const wanted = values[at]!;
      return (
        value !== undefined &&
        !(Math.abs(value - wanted) <= RELATIVE * Math.abs(wanted) + OF_SCALE * scale) &&
        !(Number.isNaN(value) && Number.isNaN(wanted))
      );
    });
    if (row === undefined) continue;
    const problem = `is ${remembered.get(name)!.get(row)} from its memory of ${feature.memory} candles and ${values[row]} from all`;
    found.push({ feature: name, problem, time: series.time[row]! });
  }
  return found;
}

function firstBroken(
  { lookback, isInput }: Feature,
  values: Float64Array,
  segments: readonly { readonly from: number; readonly to: number }[],
): { row: number; problem: string } | undefined {
  for (const { from, to } of segments) {
    for (let row = from; row < to; row++) {
      const value = values[row]!;
      const isEarly = row - from < lookback;
      if (isEarly && !Number.isNaN(value))
        return { row, problem: `has a value before its lookback of ${lookback} candles` };
      if (!isEarly && isInput && !Number.isFinite(Math.fround(value)))
        return { row, problem: `is ${value} for a model` };
      if (Math.abs(value) === Infinity) return { row, problem: 'is infinite' };
    }
  }
  return undefined;
}

/** The value of each feature that forgets, at each row that has so much history, computed from its memory alone. */
function fromMemory(
  series: CandleSeries,
  interval: Interval,
  features: readonly Feature[],
  rows: readonly number[],
): Map<string, Map<number, number>> {
  const found = new Map<string, Map<number, number>>(features.map(({ name }) => [name, new Map()]));
  for (const [memory, alike] of Map.groupBy(features, (feature) => feature.memory)) {
    for (const row of rows.filter((at) => memory <= at + 1)) {
      const window = sliceRows(series, row + 1 - memory, row + 1);
      for (const [name, values] of featureColumns(window, interval, alike)) found.get(name)!.set(row, values.at(-1)!);
    }
  }
  return found;
}

function maxOf(column: Float64Array): number {
  return column.reduce((max, value) => Math.max(max, value), 0);
}
