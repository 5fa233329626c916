import { type CandleSeries, type Interval, PavioError, seriesLength, sliceRows } from '@pavio/core';
import { computeFeatures } from './compute.ts';
import { featureSet } from './feature-set.ts';
import { lastStretch } from './segments.ts';

/** What is known at the newest candle. */
export interface LatestRow {
  /** Open time of the candle, UTC milliseconds. */
  readonly time: number;
  readonly close: number;
  /** Every feature that forgets, by name. */
  readonly values: ReadonlyMap<string, number>;
  /** The model inputs in their order, as models read them. All are numbers. */
  readonly inputs: Float32Array;
}

/**
 * The newest row of an asset's features, from no more candles than they remember: equal to the last row of
 * `computeFeatures` over the whole history to 1e-9. Give it at least the newest `featureSet(interval).memory` candles, or
 * all there are.
 *
 * @throws PavioError `not_enough_data` when the unbroken stretch up to the newest candle is too short for the inputs;
 * `bad_features` when an input is not a number that models can read, as after a jump of forty digits; `bad_candles`.
 */
export function latestRow(series: CandleSeries, interval: Interval, name = 'The series'): LatestRow {
  const set = featureSet(interval);
  const stretch = sliceRows(series, lastStretch(series, interval, set.memory));
  const rows = seriesLength(stretch);
  const needed = set.lookback + 1;
  if (rows < needed) {
    throw new PavioError(
      'not_enough_data',
      `${name}: the features need ${needed} candles without a gap up to the newest one; there are ${rows}.`,
      {
        remedy: 'Crawl more history, or wait until enough candles have closed.',
        details: { rows, needed },
      },
    );
  }
  const columns = set.features.filter(({ memory }) => Number.isFinite(memory)).map((feature) => feature.name);
  const table = computeFeatures(stretch, interval, { columns, name });
  const last = rows - 1;
  const values = new Map(columns.map((column) => [column, table.get(column)![last]!]));
  const inputs = Float32Array.from(set.inputs, (input) => values.get(input)!);
  assertFinite(inputs, set.inputs, name);
  return { time: stretch.time[last]!, close: stretch.close[last]!, values, inputs };
}

function assertFinite(inputs: Float32Array, names: readonly string[], name: string): void {
  const unusable = names.filter((_, index) => !Number.isFinite(inputs[index]));
  if (unusable.length === 0) return;
  throw new PavioError(
    'bad_features',
    `${name}: models cannot read these inputs of the newest candle: ${unusable.join(', ')}.`,
    {
      remedy: 'Look at its candles for a price or a volume that cannot be: pavio check.',
      details: { inputs: unusable },
    },
  );
}
