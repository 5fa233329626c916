import { PavioError } from '@pavio/core';
import { type FeatureJob, type FeatureReport, runFeatureJob } from '@pavio/features';
import {
  runTrainingJob,
  type TrainingJob,
  type TrainingReport,
  type TuningJob,
  type TuningReport,
  tune,
} from '@pavio/training';
import type { MarketChoice } from './market.ts';
import { SOFTWARE } from './software.ts';
import type { Workspace } from './workspace.ts';

/**
 * The features of the stored candles, as the configuration says.
 *
 * @throws PavioError as `runFeatureJob`; `bad_config` in a lake whose models are of another interval.
 */
export async function computeFeatures(
  workspace: Workspace,
  { source, quote }: Pick<MarketChoice, 'source' | 'quote'>,
  onProgress?: FeatureJob['onProgress'],
): Promise<FeatureReport> {
  const { config, candles, features, clock, log } = workspace;
  await refuseOtherInterval(workspace);
  return runFeatureJob({
    candles,
    features,
    source,
    quote,
    interval: config.interval,
    clock,
    log,
    ...(config.assets.length > 0 ? { symbols: config.assets } : {}),
    ...(config.threads > 0 ? { threads: config.threads } : {}),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

/** Training on the newest features, as the configuration says. @throws PavioError as `runTrainingJob`. */
export function trainModels(
  workspace: Workspace,
  options: Pick<TrainingJob, 'signal' | 'isForced' | 'onProgress' | 'trainer'> = {},
): Promise<TrainingReport> {
  const { config, store, features, registry, runs, clock, log } = workspace;
  return runTrainingJob({
    store,
    features,
    registry,
    runs,
    clock,
    log,
    software: SOFTWARE,
    seed: config.seed,
    keepVersions: config.keepVersions,
    window: config.window,
    ...(config.threads > 0 ? { threads: config.threads } : {}),
    ...options,
  });
}

/** A search for parameters on the newest features, as the configuration says. @throws PavioError as `tune`. */
export function tuneModels(
  workspace: Workspace,
  options: Pick<TuningJob, 'models' | 'trials' | 'time' | 'trainer' | 'signal' | 'onProgress'> = {},
): Promise<TuningReport> {
  const { config, store, features, clock, log } = workspace;
  return tune({
    features,
    store,
    clock,
    log,
    software: SOFTWARE,
    seed: config.seed,
    window: config.window,
    ...(config.threads > 0 ? { threads: config.threads } : {}),
    ...options,
  });
}

/**
 * Features and models of a lake are of one interval: those of another would take the place of what is served.
 *
 * @throws PavioError `bad_config`.
 */
export async function refuseOtherInterval({ config, registry }: Pick<Workspace, 'config' | 'registry'>): Promise<void> {
  const live = await registry.live();
  if (live === undefined || live.manifest.interval === config.interval) return;
  throw new PavioError(
    'bad_config',
    `The models of ${config.lake} are of ${live.manifest.interval} candles, not of ${config.interval} ones.`,
    { remedy: `Keep a second interval in a lake of its own: --lake ${config.lake}-${config.interval}.` },
  );
}
