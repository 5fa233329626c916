import {
  type AssetSummary,
  type CandleSeries,
  type EncodedFeatures,
  type EncodeFeatures,
  type FeatureTableInfo,
  type Interval,
} from '@pavio/core';
import { featureColumns } from '../compute.ts';
import { featureSet } from '../feature-set.ts';
import { ColumnMemory } from '../indicators/column.ts';
import { segmentsOf } from '../segments.ts';

/** One asset whose features are to be computed and encoded, in whatever thread. Plain data. */
export interface AssetTask {
  readonly summary: AssetSummary;
  readonly candles: CandleSeries;
  readonly market: Market;
}

/** Closed candles of one asset. */
export interface AssetCandles {
  readonly symbol: string;
  readonly candles: CandleSeries;
}

/** Where candles come from: what features of an asset are filed under, beside its symbol. */
export interface Market {
  readonly source: string;
  readonly quote: string;
  readonly interval: Interval;
}

/** Of this thread, for one asset after the other. */
const memory = new ColumnMemory();

/**
 * Features that are computed as they are taken, one asset after the other.
 *
 * @throws PavioError `bad_candles`, naming the asset, when the first are taken.
 */
export function runAssetTask({ summary, candles, market }: AssetTask, encode: EncodeFeatures): EncodedFeatures {
  const { source, quote, interval } = market;
  const name = `${summary.symbol}-${quote} of ${source}`;
  const columns = featureColumns(candles, interval, featureSet(interval).features, name, memory);
  const { time, close } = candles;
  return encode({ summary, time, close, columns }, tableInfo(market));
}

/** What a table of these features is. */
export function tableInfo({ source, quote, interval }: Market): FeatureTableInfo {
  const { name, hash, columns, inputs } = featureSet(interval);
  return { source, quote, interval, featureSet: { name, hash, columns, inputs } };
}

/**
 * What is known of an asset with candles at these open times. An input is defined from its lookback on, so a stretch has all
 * of them from the longest lookback on.
 */
export function assetSummary(
  { symbol, content, time }: Pick<AssetSummary, 'symbol' | 'content'> & Pick<CandleSeries, 'time'>,
  interval: Interval,
): AssetSummary {
  const { lookback } = featureSet(interval);
  const segments = segmentsOf({ time }, interval);
  const rows = time.length;
  return {
    symbol,
    content,
    rows,
    completeRows: segments.reduce((sum, { from, to }) => sum + Math.max(0, to - from - lookback), 0),
    gaps: segments.length - 1,
    from: time[0]!,
    to: time[rows - 1]!,
  };
}
