import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type CandleStore,
  fixedClock,
  intervalMs,
  lastClosedOpen,
  type ModelRegistry,
  type ObjectStore,
  type ReleaseManifest,
  seriesOf,
  silentLogger,
} from '@pavio/core';
import { runFeatureJob } from '@pavio/features';
import { simulatedMarket } from '@pavio/market';
import { createHistory, createPredictor, type Predictor } from '@pavio/prediction';
import {
  folderStore,
  lakeCandleStore,
  lakeFeatureStore,
  lakeModelRegistry,
  lakePredictionLog,
  lakeTrainingRunLog,
} from '@pavio/storage';
import { train } from '@pavio/training';
import { type Api, type ApiConfig, type ApiOptions, buildApp } from '../src/index.ts';

export const NOW = '2026-11-21T11:00:00Z';

/** A lake in a temporary folder, opened as the command line opens one; only the clock is held. */
export interface Lake {
  readonly clock: ReturnType<typeof fixedClock>;
  readonly store: ObjectStore;
  readonly candles: CandleStore;
  readonly registry: ModelRegistry;
  newPredictor(): Predictor;
  /** An application over this lake with a predictor of its own. */
  newApi(config?: Partial<ApiConfig>, options?: Partial<ApiOptions>): Api;
  remove(): Promise<void>;
}

export async function openLake(): Promise<Lake> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-api-'));
  const clock = fixedClock(NOW);
  const store = folderStore(folder);
  const candles = lakeCandleStore(store);
  const registry = lakeModelRegistry(store);
  const predictions = lakePredictionLog(store);
  const runs = lakeTrainingRunLog(store);
  const shared = { candles, predictions, clock, simulated: simulatedMarket({ clock }) };
  const newPredictor = () => createPredictor({ ...shared, registry });
  return {
    clock,
    store,
    candles,
    registry,
    newPredictor,
    newApi: (config, options) => {
      const predictor = options?.predictor ?? newPredictor();
      return buildApp({
        predictor,
        registry,
        // The candles are counted before the answer, however busy the disk is.
        history: createHistory({ ...shared, predictor, patience: 120_000 }),
        runs,
        store,
        clock,
        log: silentLogger,
        config: { isReachableFromOutside: false, ...config },
        ...options,
      });
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The assets of `fillLake`. */
export const ASSETS = ['BTC', 'ETH', 'SOL'];

/**
 * Puts simulated daily candles of `ASSETS` into the lake and goes the way of a candle to a live release, by the jobs that
 * do so everywhere; only the forests are small.
 *
 * @returns the version that is live
 */
export async function fillLake({ store, candles, registry, clock }: Lake): Promise<string> {
  const market = simulatedMarket({ clock });
  const [source, quote, interval] = ['simulated', 'USD', '1d'] as const;
  const to = lastClosedOpen(clock.now(), interval);
  const from = to - 500 * intervalMs(interval);
  for (const symbol of ASSETS) {
    const page = await market.candles({ symbol, quote, interval, from, to });
    await candles.upsert({ source, symbol, quote, interval }, seriesOf(page.candles));
  }
  const features = lakeFeatureStore(store);
  await runFeatureJob({ candles, features, source, quote, interval, clock, log: silentLogger });
  const { manifest } = await train({
    features,
    registry,
    clock,
    log: silentLogger,
    software: 'pavio 0.1.0',
    seed: 42,
    threads: 1,
    folds: 2,
    parameters: {
      regressor_gbr: { nEstimators: 5 },
      regressor_rf: { nEstimators: 5 },
      classifier_rf: { nEstimators: 5 },
    },
  });
  return manifest.version;
}

/** Publishes what is live once more under another version, changed by `edit`, and makes that the live one. */
export async function releaseAgain(
  { registry }: Lake,
  version: string,
  edit: (manifest: ReleaseManifest) => Partial<ReleaseManifest> = () => ({}),
): Promise<void> {
  const live = await registry.live();
  if (live === undefined) throw new Error('nothing is live');
  const { manifest, ...bodies } = await registry.load(live.manifest.version, { withTwins: true });
  await registry.publish({ manifest: { ...manifest, version, ...edit(manifest) }, ...bodies });
  await registry.promote(version, live.tag);
}
