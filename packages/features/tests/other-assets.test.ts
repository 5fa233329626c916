import { type CandleSeries, type EncodedFeatures, type EncodeFeatures, type Interval } from '@pavio/core';
import { folderStore, lakeFeatureStore } from '@pavio/storage';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { computeFeatures } from '../src/index.ts';
import { type AssetTask, assetSummary, runAssetTask, tableInfo } from '../src/job/asset-task.ts';
import { AssetThreads } from '../src/job/asset-threads.ts';
import {
  CHECKED_INTERVALS,
  hasRealCandles,
  intervalOf,
  readCandles,
  realFiles,
  walk,
  withoutPadding,
} from './candle-series.ts';

// Assets go through the same tasks as in the feature job, one after the other in memory that is used again, to the bytes
// that are stored.

const store = lakeFeatureStore(folderStore('unused'));
const encode = await store.encoder();

interface Asset {
  readonly task: () => AssetTask;
  /** What is stored of it when it is computed alone, in memory of its own. */
  readonly alone: Uint8Array;
}

async function assetOf(symbol: string, candles: CandleSeries, interval: Interval): Promise<Asset> {
  const market = { source: 'simulated', quote: 'USD', interval };
  const summary = assetSummary({ symbol, content: symbol, time: candles.time }, interval);
  const { time, close } = candles;
  const columns = computeFeatures(candles, interval);
  return {
    // A thread takes the memory of the candles.
    task: () => ({ summary, candles: structuredClone(candles), market }),
    alone: await bytesOf(encode({ summary, time, close, columns: columns.entries() }, tableInfo(market))),
  };
}

async function bytesOf({ bytes }: EncodedFeatures): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece.slice());
  return Buffer.concat(pieces);
}

/** Symbols of the assets that are not stored as they are alone when they are computed in this order. */
async function unlikeAlone(assets: readonly Asset[], run: (task: AssetTask) => EncodedFeatures): Promise<string[]> {
  const begun = assets.map(({ task, alone }) => ({ encoded: run(task()), alone }));
  const unlike: string[] = [];
  for (const { encoded, alone } of begun) {
    if (Buffer.compare(await bytesOf(encoded), alone) !== 0) unlike.push(encoded.summary.symbol);
  }
  return unlike;
}

/** That any of them, in any order, are stored as they are alone. */
function storedAsAlone(assets: readonly Asset[], run: (task: AssetTask) => EncodedFeatures) {
  return fc.asyncProperty(fc.shuffledSubarray([...assets], { minLength: 2 }), async (some) => {
    expect(await unlikeAlone(some, run)).toEqual([]);
  });
}

const inThisThread = (task: AssetTask) => runAssetTask(task, encode satisfies EncodeFeatures);

function threads(): (task: AssetTask) => EncodedFeatures {
  const pool = new AssetThreads(2, store.encoderModule);
  onTestFinished(() => pool.close());
  return (task) => pool.run(task);
}

describe.each(CHECKED_INTERVALS)(
  'which other %s assets there are, and in which order, changes no stored byte',
  (interval) => {
    const tempers = [
      { rows: 300 },
      { rows: 301, price: 1e-8, volume: 1e12 },
      { rows: 120, standstills: 0.05, flashes: 0.01 },
      { rows: 700, gaps: 0.01 },
      { rows: 60, sigma: 0.2 },
      { rows: 1 },
    ];
    const assets = Promise.all(
      tempers.map((temper, seed) => assetOf(`A${seed}`, walk({ seed, interval, ...temper }), interval)),
    );

    it('in one thread', async () => {
      await expect(fc.assert(storedAsAlone(await assets, inThisThread), { numRuns: 12 })).resolves.toBeUndefined();
    });

    it('in two', async () => {
      await expect(fc.assert(storedAsAlone(await assets, threads()), { numRuns: 4 })).resolves.toBeUndefined();
    });
  },
);

describe.skipIf(!hasRealCandles)('on real candles (skipped where ../shared/data is absent)', () => {
  it.each(CHECKED_INTERVALS)('the same is true of %s candles', async (interval) => {
    const files = realFiles(`{binance/{AAVE,BTC,LINK}-*,binance-us/*,cryptocompare/{BTC,PUMP}-*}-${interval}.csv`);
    const assets = await Promise.all(
      files.map(async (file) => {
        const series = withoutPadding(readCandles(file));
        return [
          await assetOf(file, series, intervalOf(file)),
          await assetOf('SHORT', walk({ seed: 3, rows: 90, interval }), interval),
        ];
      }),
    );
    expect(files.length).toBeGreaterThan(0);
    await expect(fc.assert(storedAsAlone(assets.flat(), inThisThread), { numRuns: 2 })).resolves.toBeUndefined();
    await expect(fc.assert(storedAsAlone(assets.flat(), threads()), { numRuns: 2 })).resolves.toBeUndefined();
  });
});
