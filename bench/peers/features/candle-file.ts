import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { allocateSeries, type CandleSeries, type Interval, intervalMs } from '@pavio/core';
import type { AssetCandles } from '@pavio/features';
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

export function readCandleFile(file: string): { interval: Interval; assets: AssetCandles[] } {
  const bytes = readFileSync(file);
  const end = bytes.indexOf('\n');
  const header = JSON.parse(bytes.toString('utf8', 0, end)) as {
    interval: Interval;
    assets: { symbol: string; rows: number }[];
  };
  let at = end + 1;
  const assets = header.assets.map(({ symbol, rows }) => {
    const candles: CandleSeries = allocateSeries(rows);
    for (const column of COLUMNS) {
      new Uint8Array(candles[column].buffer).set(bytes.subarray(at, at + 8 * rows));
      at += 8 * rows;
    }
    candles.quoteVolume.fill(Number.NaN);
    return { symbol, candles };
  });
  return { interval: header.interval, assets };
}
