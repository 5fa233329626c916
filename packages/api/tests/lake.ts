import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type CandleStore,
  fixedClock,
  type ModelRegistry,
  type ObjectStore,
  type ReleaseManifest,
  silentLogger,
} from '@pavio/core';
import { simulatedMarket } from '@pavio/market';
import { createPredictor, type Predictor } from '@pavio/prediction';
import { folderStore, lakeCandleStore, lakeModelRegistry, lakePredictionLog } from '@pavio/storage';
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
  const newPredictor = () =>
    createPredictor({ registry, candles, predictions, clock, simulated: simulatedMarket({ clock }) });
  return {
    clock,
    store,
    candles,
    registry,
    newPredictor,
    newApi: (config, options) =>
      buildApp({
        predictor: newPredictor(),
        registry,
        clock,
        log: silentLogger,
        config: { isReachableFromOutside: false, ...config },
        ...options,
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Publishes what is live once more under another version, changed by `edit`, and makes that the live one. */
export async function releaseAgain(
  { registry }: Lake,
  version: string,
  edit: (manifest: ReleaseManifest) => Partial<ReleaseManifest> = () => ({}),
): Promise<void> {
  const live = await registry.live();
  if (live === undefined) throw new Error('nothing is live');
  const { manifest, files } = await registry.load(live.manifest.version);
  await registry.publish({ manifest: { ...manifest, version, ...edit(manifest) }, files });
  await registry.promote(version, live.tag);
}
