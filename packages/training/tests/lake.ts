import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CandleSeries, fixedClock, type Interval, silentLogger } from '@pavio/core';
import { runFeatureJob } from '@pavio/features';
import { simulateCandles } from '@pavio/market';
import { folderStore, lakeCandleStore, lakeFeatureStore, lakeModelRegistry } from '@pavio/storage';
import { onTestFinished } from 'vitest';
import { type TrainingJob, train } from '../src/index.ts';

export const DAY = 86_400_000;
export const NOW = Date.parse('2026-11-21T11:00:00Z');

/** Parameters that fit in a blink: these tests are about what is done with models, not about how good they are. */
export const SMALL: NonNullable<TrainingJob['parameters']> = {
  regressor_gbr: { nEstimators: 10 },
  regressor_rf: { nEstimators: 5 },
  classifier_rf: { nEstimators: 5 },
};

/** A lake in a temporary folder that is removed after the test. */
export async function openLake() {
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-training-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const store = folderStore(folder);
  const clock = fixedClock(NOW);
  const candles = lakeCandleStore(store);
  const features = lakeFeatureStore(store);
  const registry = lakeModelRegistry(store);
  const key = (symbol: string) => ({ source: 'simulated', symbol, quote: 'USD', interval: '1d' as Interval });
  return {
    folder,
    store,
    clock,
    candles,
    features,
    registry,
    /** Stores candles and computes the features of all that are stored. */
    async put(series: Record<string, CandleSeries>) {
      for (const [symbol, candlesOf] of Object.entries(series)) await candles.upsert(key(symbol), candlesOf);
      const { source, quote, interval } = key('');
      return runFeatureJob({ candles, features, source, quote, interval, clock, log: silentLogger });
    },
    train: (options: Partial<TrainingJob> = {}) =>
      train({
        features,
        registry,
        clock,
        log: silentLogger,
        software: 'pavio test',
        seed: 1,
        threads: 0,
        parameters: SMALL,
        folds: 3,
        ...options,
      }),
  };
}

/** Simulated daily candles that end with the newest closed one. */
export function simulated(symbol: string, days: number): CandleSeries {
  const last = Math.floor(NOW / DAY) * DAY - DAY;
  return simulateCandles(symbol, '1d', last - (days - 1) * DAY, last);
}
