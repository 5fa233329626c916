import type { CandleSeries } from '@pavio/core';
import type { AssetCandles } from '@pavio/features';
import {
  Field,
  Float64,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  tableFromArrays,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';

export const SENT = ['time', 'open', 'high', 'low', 'close', 'volume'] as const satisfies (keyof CandleSeries)[];

/** As Spark says it: anything may be null, though nothing is. */
const SCHEMA = new Schema([
  new Field('symbol', new Utf8(), true),
  ...SENT.map((name) => new Field(name, new Float64(), true)),
]);

/** Rows of a stream, by column. */
export type Rows = { readonly symbol: (string | null)[] } & { readonly [name in (typeof SENT)[number]]: number[] };

export function rowsOf(assets: readonly AssetCandles[]): Rows {
  const columns = SENT.map((name) => [name, assets.flatMap(({ candles }) => [...candles[name]])]);
  const symbol = assets.flatMap(({ symbol, candles }) => Array.from(candles.time, () => symbol));
  return { symbol, ...Object.fromEntries(columns) } as Rows;
}

/** An Arrow IPC stream of the rows, in batches that end before these rows. */
export function encodeRows(rows: Rows, cuts: readonly number[] = []): Uint8Array {
  const length = rows.symbol.length;
  const ends = [...new Set([...cuts.filter((cut) => cut > 0 && cut < length), length])].sort((a, b) => a - b);
  const batches = ends.map((to, index) => {
    const from = ends[index - 1] ?? 0;
    const table = tableFromArrays(
      Object.fromEntries([
        ['symbol', vectorFromArray(rows.symbol.slice(from, to), new Utf8())],
        ...SENT.map((name) => [name, vectorFromArray(rows[name].slice(from, to), new Float64())]),
      ]),
    );
    return new RecordBatch(SCHEMA, table.batches[0]!.data);
  });
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, SCHEMA);
  for (const batch of batches) if (batch.numRows > 0) writer.write(batch);
  return writer.finish().toUint8Array(true);
}
