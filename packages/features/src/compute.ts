import { type CandleSeries, type Interval, PavioError, seriesLength, sliceRows } from '@pavio/core';
import type { Feature } from './feature.ts';
import { featureSet } from './feature-set.ts';
import { Frame } from './frame.ts';
import { type ColumnMemory, inMemory } from './indicators/column.ts';
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
  const features = chosenFeatures(interval, options.columns);
  return new Map(featureColumns(series, interval, features, options.name));
}

/**
 * The same, each column made when it is asked for: memory holds what features share, and the columns that the caller keeps.
 *
 * @param memory where columns are made, if given: then a column is only there until the next one is asked for.
 * @throws PavioError `bad_candles`.
 */
export function* featureColumns(
  series: CandleSeries,
  interval: Interval,
  features: readonly Feature[],
  name = 'The series',
  memory?: ColumnMemory,
): Generator<readonly [name: string, values: Float64Array], void, void> {
  assertCandles(series, interval, name);
  const stretches = segmentsOf(series, interval).map(({ from, to }) => ({
    from,
    frame: new Frame(sliceRows(series, from, to)),
  }));
  const [only] = stretches;
  if (only !== undefined && stretches.length === 1) {
    yield* stretchColumns(only.frame, features, memory);
    return;
  }
  for (const feature of features) {
    const whole = new Float64Array(seriesLength(series));
    for (const { from, frame } of stretches) whole.set(feature.compute(frame), from);
    yield [feature.name, whole];
  }
}

function* stretchColumns(
  frame: Frame,
  features: readonly Feature[],
  memory: ColumnMemory | undefined,
): Generator<readonly [name: string, values: Float64Array], void, void> {
  try {
    for (const { name, compute } of features) {
      yield [name, memory === undefined ? compute(frame) : inMemory(memory, () => compute(frame))];
      memory?.recycle();
    }
  } finally {
    memory?.clear();
  }
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
