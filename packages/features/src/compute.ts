import { type CandleSeries, type Interval, PavioError, seriesLength, sliceRows } from '@pavio/core';
import type { Feature } from './feature.ts';
import { featureSet } from './feature-set.ts';
import { Frame } from './frame.ts';
import { assertCandles, segmentsOf } from './segments.ts';

export interface ComputeOptions {
  /** Columns to compute; all by default. */
  readonly columns?: readonly string[];
  /** Whose candles they are, for messages. */
  readonly name?: string;
}

/**
 * Features of one asset: one value a candle, under the names of the feature set, in its order. Each unbroken stretch of
 * candles is computed by itself, so that no value spans a gap; NaN where a feature is not defined. Never infinite.
 *
 * @throws PavioError `bad_candles` naming the first candle that is out of order or impossible; `bad_input` for a column
 * that the set does not have.
 */
export function computeFeatures(
  series: CandleSeries,
  interval: Interval,
  options: ComputeOptions = {},
): Map<string, Float64Array> {
  assertCandles(series, interval, options.name ?? 'The series');
  const features = chosenFeatures(interval, options.columns);
  const segments = segmentsOf(series, interval);
  if (segments.length === 1) return computeStretch(series, features);

  const columns = new Map(features.map(({ name }) => [name, new Float64Array(seriesLength(series))]));
  for (const { from, to } of segments) {
    for (const [name, values] of computeStretch(sliceRows(series, from, to), features)) {
      columns.get(name)!.set(values, from);
    }
  }
  return columns;
}

function computeStretch(candles: CandleSeries, features: readonly Feature[]): Map<string, Float64Array> {
  const frame = new Frame(candles);
  return new Map(features.map(({ name, compute }) => [name, compute(frame)]));
}

function chosenFeatures(interval: Interval, columns: readonly string[] | undefined): readonly Feature[] {
  const { features } = featureSet(interval);
  if (columns === undefined) return features;
  const wanted = new Set(columns);
  const chosen = features.filter(({ name }) => wanted.delete(name));
  if (wanted.size === 0) return chosen;
  throw new PavioError(
    'bad_input',
    `There is no feature ${[...wanted].map((name) => `"${name}"`).join(', ')} for ${interval} candles.`,
    {
      remedy: 'List the features with: pavio features --list.',
    },
  );
}
