import { writeFileSync } from 'node:fs';
import process from 'node:process';
import type { Interval } from '@pavio/core';
import type { AssetCandles } from '@pavio/features';
import { openCandleFile } from './candle-file.ts';

/** What a peer says of its run. */
export interface PeerFigures {
  /** Of each run. */
  readonly seconds: readonly number[];
  readonly peakMegabytes: number;
  readonly columns: readonly string[];
}

/**
 * Times `compute`, which takes each asset in turn, in some runs, and writes the newest rows of the first asset, to be
 * compared. Arguments as those of the Python peers: candle file, target file, runs, rows to compare.
 */
export function runPeer(
  prepare: (interval: Interval) => (asset: AssetCandles) => Iterable<readonly [name: string, values: Float64Array]>,
): void {
  const [source = '', target = '', runs = '1', compared = '1'] = process.argv.slice(2);
  const { interval, assets: stored } = openCandleFile(source);
  const assets = stored.map(({ symbol, read }): AssetCandles => ({ symbol, candles: read() }));
  const compute = prepare(interval);
  const seconds: number[] = [];
  for (let run = 0; run < Number(runs); run++) {
    const started = performance.now();
    let values = 0;
    for (const asset of assets) for (const [, column] of compute(asset)) values += column.length;
    if (values === 0) throw new Error('nothing was computed');
    seconds.push((performance.now() - started) / 1000);
  }
  const tails = Array.from(compute(assets[0]!), ([name, values]) => [name, values.slice(-Number(compared))] as const);
  const header = `${JSON.stringify({ columns: tails.map(([name]) => name), rows: tails[0]![1].length })}\n`;
  writeFileSync(target, Buffer.concat([Buffer.from(header), ...tails.map(([, values]) => Buffer.from(values.buffer))]));
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ seconds, peakMegabytes, columns: tails.map(([name]) => name) } satisfies PeerFigures));
}
