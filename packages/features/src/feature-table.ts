import { type CandleSeries, type FeatureTable, type Interval, seriesLength } from '@pavio/core';
import { computeFeatures } from './compute.ts';
import { featureSet } from './feature-set.ts';

/** Closed candles of one asset. */
export interface AssetCandles {
  readonly symbol: string;
  readonly candles: CandleSeries;
}

export interface TableSource {
  readonly source: string;
  readonly quote: string;
  readonly interval: Interval;
}

/**
 * Features of many assets as one table, in the order given. No asset's values depend on another's.
 *
 * @throws PavioError as `computeFeatures`, naming the asset.
 */
export function featureTable(assets: readonly AssetCandles[], from: TableSource): FeatureTable {
  const { source, quote, interval } = from;
  const { name, hash, columns, inputs } = featureSet(interval);
  const rows = assets.reduce((sum, { candles }) => sum + seriesLength(candles), 0);
  const symbol = new Int32Array(rows);
  const time = new Float64Array(rows);
  const close = new Float64Array(rows);
  const table = new Map(columns.map((column) => [column, new Float64Array(rows)]));
  let offset = 0;
  for (const [index, asset] of assets.entries()) {
    const { candles } = asset;
    const features = computeFeatures(candles, interval, { name: `${asset.symbol}-${quote} of ${source}` });
    for (const [column, values] of features) table.get(column)!.set(values, offset);
    symbol.fill(index, offset, offset + seriesLength(candles));
    time.set(candles.time, offset);
    close.set(candles.close, offset);
    offset += seriesLength(candles);
  }
  const symbols = assets.map((asset) => asset.symbol);
  return {
    source,
    quote,
    interval,
    featureSet: { name, hash, columns, inputs },
    symbols,
    symbol,
    time,
    close,
    columns: table,
  };
}
