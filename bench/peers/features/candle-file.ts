import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { allocateSeries, type CandleSeries, type Interval, intervalMs } from '@pavio/core';
import { simulateCandles } from '@pavio/market';

/** Columns of a candle file, in their order. */
const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

const START = Date.UTC(2020, 0, 1);

/** Simulated candles as every peer reads them: a line of JSON, then six float64 columns an asset. */
export function writeCandleFile(file: string, assets: number, rows: number, interval: Interval): void {
  const symbols = Array.from({ length: assets }, (_, index) => `C${String(index).padStart(3, '0')}`);
  const target = openSync(file, 'w');
  writeSync(target, `${JSON.stringify({ interval, assets: symbols.map((symbol) => ({ symbol, rows })) })}\n`);
  for (const symbol of symbols) {
    const candles = simulateCandles(symbol, interval, START, START + (rows - 1) * intervalMs(interval));
    for (const column of COLUMNS)
      writeSync(target, new Uint8Array(candles[column].buffer, candles[column].byteOffset, 8 * rows));
  }
  closeSync(target);
}

/** One asset of a candle file. */
export interface StoredAsset {
  readonly symbol: string;
  readonly rows: number;
  /** Its candles, read anew each time. */
  readonly read: () => CandleSeries;
}

export function openCandleFile(file: string): { interval: Interval; assets: StoredAsset[] } {
  const source = openSync(file, 'r');
  const head = Buffer.alloc(65_536);
  readSync(source, head, 0, head.length, 0);
  const end = head.indexOf('\n');
  const header = JSON.parse(head.toString('utf8', 0, end)) as {
    interval: Interval;
    assets: { symbol: string; rows: number }[];
  };
  let at = end + 1;
  const assets = header.assets.map(({ symbol, rows }) => {
    const start = at;
    at += COLUMNS.length * 8 * rows;
    return { symbol, rows, read: () => readAsset(source, start, rows) };
  });
  return { interval: header.interval, assets };
}

function readAsset(source: number, start: number, rows: number): CandleSeries {
  const candles = allocateSeries(rows);
  for (const [index, column] of COLUMNS.entries()) {
    readSync(source, new Uint8Array(candles[column].buffer), 0, 8 * rows, start + index * 8 * rows);
  }
  candles.quoteVolume.fill(Number.NaN);
  return candles;
}
