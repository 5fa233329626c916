import type { AssetFeatures, EncodedFeatures, FeatureStore, FeatureTable } from '@pavio/core';

/** A small table of `rows` rows an asset; equal marks give equal tables. */
export function featureTable(rows = 30, mark = 0, symbols: readonly string[] = ['BTC', 'ADA', 'ETH']): FeatureTable {
  const columns = ['log_return_1', 'rsi_14', 'is_doji'];
  const length = rows * symbols.length;
  const fill = (value: (row: number) => number) => Float64Array.from({ length }, (_, row) => value(row));
  return {
    source: 'simulated',
    quote: 'USD',
    interval: '1h',
    featureSet: { name: 'base', hash: 'c'.repeat(64), columns, inputs: ['log_return_1', 'rsi_14'] },
    symbols,
    symbol: Int32Array.from({ length }, (_, row) => Math.floor(row / rows)),
    time: fill((row) => 1_600_000_000_000 + (row % rows) * 3_600_000),
    close: fill((row) => 100 + row + mark),
    columns: new Map([
      ['log_return_1', fill((row) => (row % rows === 0 ? Number.NaN : Math.sin(row + mark)))],
      ['rsi_14', fill((row) => (row % rows < 14 ? Number.NaN : 50 + Math.cos(row)))],
      ['is_doji', fill((row) => row % 2)],
    ]),
  };
}

/** The assets of a table one by one, encoded by the store. Equal marks give equal tags of content. */
export async function* assetsOf(
  store: FeatureStore,
  table: FeatureTable,
  mark: unknown = 0,
): AsyncGenerator<EncodedFeatures, void, void> {
  const encode = await store.encoder();
  for (const features of assetFeatures(table, mark)) yield encode(features, table);
}

/** The rows of each asset of a table. */
export function assetFeatures(table: FeatureTable, mark: unknown = 0): AssetFeatures[] {
  return table.symbols.map((symbol, index) => {
    const from = table.symbol.indexOf(index);
    const to = table.symbol.lastIndexOf(index) + 1;
    const summary = {
      symbol,
      content: `${symbol} ${to - from} ${String(mark)}`,
      rows: to - from,
      completeRows: Math.max(0, to - from - 14),
      gaps: 0,
      from: table.time[from]!,
      to: table.time[to - 1]!,
    };
    const columns = Array.from(table.columns, ([name, values]) => [name, values.subarray(from, to)] as const);
    return { summary, time: table.time.subarray(from, to), close: table.close.subarray(from, to), columns };
  });
}
