import type { CandleSeries, Interval } from '@pavio/core';
import { featureColumns } from '../compute.ts';
import type { Feature } from '../feature.ts';
import { ColumnMemory } from '../indicators/column.ts';
import { type Findings, firstDifference } from './findings.ts';

/** A feature whose value in a row is another one when another asset was computed before. */
export interface CarriedOver {
  readonly feature: string;
  /** Open time of the first such candle, UTC milliseconds. */
  readonly time: number;
  /** Its value after the other asset, and alone. */
  readonly value: number;
  readonly alone: number;
}

/**
 * Proves that the features of an asset are, to the last bit, the same alone and after another asset in the same memory,
 * which is how the feature job computes them. A feature is checked where it has a value.
 *
 * @param other candles of the other asset, of any length.
 */
export function findCarriedOver(
  series: CandleSeries,
  other: CandleSeries,
  interval: Interval,
  features: readonly Feature[],
): Findings<CarriedOver> {
  const memory = new ColumnMemory();
  const before = featureColumns(other, interval, features, 'The other asset', memory);
  while (before.next().done !== true);

  const problems: CarriedOver[] = [];
  let checked = 0;
  const alone = featureColumns(series, interval, features);
  for (const [feature, values] of featureColumns(series, interval, features, 'The asset', memory)) {
    const [, expected] = alone.next().value as readonly [string, Float64Array];
    if (expected.some((value) => !Number.isNaN(value))) checked++;
    const row = firstDifference(expected, values);
    if (row !== -1) problems.push({ feature, time: series.time[row]!, value: values[row]!, alone: expected[row]! });
  }
  return { problems, checked };
}
