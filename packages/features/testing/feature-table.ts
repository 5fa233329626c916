import { type FeatureTable, seriesLength } from '@pavio/core';
import { type AssetCandles, computeFeatures, type Market, tableInfo } from '../src/index.ts';

/**
 * Features of many assets as one table, in the order given. No asset's values depend on another's.
 *
 * @throws PavioError as `computeFeatures`, naming the asset.
 */
export function featureTable(assets: readonly AssetCandles[], market: Market): FeatureTable {
  const { source, quote, interval } = market;
  const info = tableInfo(market);
  const rows = assets.reduce((sum, { candles }) => sum + seriesLength(candles), 0);
  const symbol = new Int32Array(rows);
  const time = new Float64Array(rows);
  const close = new Float64Array(rows);
  const table = new Map(info.featureSet.columns.map((column) => [column, new Float64Array(rows)]));
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
  return { ...info, symbols: assets.map((asset) => asset.symbol), symbol, time, close, columns: table };
}
