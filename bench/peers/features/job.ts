// The whole job: candles of one binary file to a Parquet file in a folder. Arguments: candle file, folder, threads, runs.
import process from 'node:process';
import { type CandleStore, fixedClock, intervalMs, silentLogger } from '@pavio/core';
import { runFeatureJob } from '@pavio/features';
import { folderStore, lakeFeatureStore } from '@pavio/storage';
import { openCandleFile } from './candle-file.ts';

const [source = '', folder = '', threads = '1', runs = '1'] = process.argv.slice(2);
const { interval, assets } = openCandleFile(source);
const market = { source: 'simulated', quote: 'USD', interval } as const;
const store = folderStore(folder);
const features = lakeFeatureStore(store);
const newest = assets[0]!.read().time.at(-1)!;
let run = 0;
/** Candles of the first asset that differ from those of before. */
let change = 0;

/** Candles that cost next to nothing to read, so that the job's own work is timed; with other tags in every run. */
const candles: Pick<CandleStore, 'list' | 'read' | 'tag'> = {
  list: async () => assets.map(({ symbol }) => ({ ...market, symbol })),
  tag: async ({ symbol }) => `${symbol} ${run} ${symbol === assets[0]!.symbol ? change : 0}`,
  read: async ({ symbol }) => assets.find((asset) => asset.symbol === symbol)!.read(),
};
const job = {
  ...market,
  candles: candles as CandleStore,
  features,
  threads: Number(threads),
  clock: fixedClock(newest + intervalMs(interval)),
  log: silentLogger,
};
let seconds = Infinity;
for (run = 0; run < Number(runs); run++) {
  const started = performance.now();
  await runFeatureJob(job);
  seconds = Math.min(seconds, (performance.now() - started) / 1000);
}
run--;

async function again(expected: number): Promise<number> {
  const started = performance.now();
  const { computed } = await runFeatureJob(job);
  if (computed.length !== expected) throw new Error(`computed ${computed.length} assets again, not ${expected}`);
  return (performance.now() - started) / 1000;
}

const unchangedSeconds = await again(0);
change++;
const figures = {
  seconds,
  unchangedSeconds,
  oneChangedSeconds: await again(1),
  rows: assets.reduce((sum, { read }) => sum + read().time.length, 0),
  fileMegabytes: ((await store.head('features/cripto_features_latest.parquet'))?.size ?? 0) / 1e6,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
};
console.log(JSON.stringify(figures));
