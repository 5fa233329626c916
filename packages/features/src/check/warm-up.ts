import { type CandleSeries, type Interval, seriesLength, sliceRows } from '@pavio/core';
import { featureColumns } from '../compute.ts';
import type { Feature } from '../feature.ts';
import { type Segment, segmentsOf } from '../segments.ts';
import type { Findings } from './findings.ts';
import { isClose, type Scale, scaleOf } from './tolerance.ts';

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

/**
 * Looks whether each feature has no value in its first `lookback` rows of a stretch; whether an input has a number in
 * every row after them; whether no value is infinite; and whether the declared memory gives the value of the whole
 * history. Gives the first problem of each feature. A feature is checked where a stretch is longer than its lookback, and,
 * if it forgets, than its memory: no shorter one can tell that memory from another.
 */
export function findBrokenWarmUp(
  series: CandleSeries,
  interval: Interval,
  features: readonly Feature[],
): Findings<BrokenWarmUp> {
  const segments = segmentsOf(series, interval);
  const longest = lengthOf(longestOf(segments));
  const remembered = fromMemory(series, interval, features, segments);

  const problems: BrokenWarmUp[] = [];
  let checked = 0;
  let index = 0;
  for (const [name, values] of featureColumns(series, interval, features)) {
    const feature = features[index++]!;
    const { unit, lookback, memory } = feature;
    const fromItsMemory = remembered.get(name) ?? [];
    if (longest > lookback && (memory === Infinity || fromItsMemory.length > 0)) checked++;
    const broken = firstBroken(feature, values, segments);
    if (broken !== undefined) {
      problems.push({ feature: name, problem: broken.problem, time: series.time[broken.row]! });
      continue;
    }
    const other = fromItsMemory.find(({ row, value, scale }) => !isClose(unit, value, values[row]!, scale));
    if (other === undefined) continue;
    const problem = `is ${other.value} from its memory of ${memory} candles and ${values[other.row]} from all`;
    problems.push({ feature: name, problem, time: series.time[other.row]! });
  }
  return { problems, checked };
}

function firstBroken(
  { lookback, isInput }: Feature,
  values: Float64Array,
  segments: readonly Segment[],
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

/** A value computed from a feature's memory alone. */
interface Remembered {
  readonly row: number;
  readonly value: number;
  readonly scale: Scale;
}

/** The values of each feature that forgets, from its memory alone, in rows that have more unbroken history than that. */
function fromMemory(
  series: CandleSeries,
  interval: Interval,
  features: readonly Feature[],
  segments: readonly Segment[],
): Map<string, Remembered[]> {
  const rows = comparedRows(seriesLength(series), segments);
  const found = new Map<string, Remembered[]>();
  for (const [memory, alike] of Map.groupBy(features, (feature) => feature.memory)) {
    for (const row of rows.filter((at) => historyAt(at, segments) > memory)) {
      const window = sliceRows(series, row + 1 - memory, row + 1);
      const scale = scaleOf(window);
      for (const [name, values] of featureColumns(window, interval, alike)) {
        const remembered = { row, value: values.at(-1)!, scale };
        found.set(name, [...(found.get(name) ?? []), remembered]);
      }
    }
  }
  return found;
}

/** Rows spread over the history, and the one that has the longest history without a gap. */
function comparedRows(rows: number, segments: readonly Segment[]): number[] {
  const spread = Array.from({ length: COMPARED_ROWS }, (_, k) => rows - 1 - Math.floor((k * rows) / COMPARED_ROWS));
  return [...new Set([...spread, longestOf(segments).to - 1])];
}

/** Candles without a gap up to a row, its own included. */
function historyAt(row: number, segments: readonly Segment[]): number {
  const { from } = segments.find(({ to }) => row < to)!;
  return row + 1 - from;
}

function longestOf(segments: readonly Segment[]): Segment {
  return segments.reduce((most, segment) => (lengthOf(segment) > lengthOf(most) ? segment : most));
}

function lengthOf({ from, to }: Segment): number {
  return to - from;
}
