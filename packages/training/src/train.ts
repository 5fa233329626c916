import { isDeepStrictEqual } from 'node:util';
import {
  type Clock,
  type FeatureStore,
  intervalMs,
  isoTime,
  isPavioError,
  type LiveRelease,
  type Logger,
  MODEL_NAMES,
  type ModelName,
  type ModelRegistry,
  PavioError,
  type ReleaseManifest,
  type TrainingWindow,
  trainingWindowMs,
  type Winners,
} from '@pavio/core';
import { createTrainer, loadRelease, type Trainer } from '@pavio/estimators';
import { type DataSet, hashDataSet } from './data-set.ts';
import { describeRelease, type Made } from './describe-release.ts';
import { type FinalModel, fitFinalModels } from './fit-release.ts';
import { decidePromotion, pinnedReason } from './gate.ts';
import { chooseParameters, type GivenParameters } from './parameters.ts';
import { readDataSet } from './read-data-set.ts';
import { versionNames } from './version.ts';
import { FOLDS, planFolds, runWalkForward } from './walk-forward.ts';

export interface TrainingJob {
  readonly features: FeatureStore;
  readonly registry: ModelRegistry;
  readonly clock: Clock;
  readonly log: Logger;
  /** Name and version of the software, for the manifest. */
  readonly software: string;
  /** Whole number; the same features, parameters and seed give the same files. */
  readonly seed: number;
  /** What shall differ from the default parameters, a model. */
  readonly parameters?: GivenParameters;
  /** Parameters that `tune` found, which take the place of the defaults if they are of these features, this market and window. */
  readonly winners?: Winners | undefined;
  /** Parts that the walk-forward evaluation tests on; 5 by default. */
  readonly folds?: number;
  /**
   * A sliding window: how old a row that is learnt from may be, in each fold as in the models. Without one all that is
   * past is learnt from.
   */
  readonly window?: TrainingWindow | undefined;
  /** Worker threads; one a core by default. */
  readonly threads?: number;
  /** Fits in the place of those threads, as on other machines. It is closed at the end. */
  readonly trainer?: Trainer;
  /** Train even where the live release was fitted on the very same rows in the same way. */
  readonly isForced?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number; readonly name: ModelName }) => void;
}

export interface TrainingReport {
  /** The release that was made; where there was nothing new to learn that which was made of the very same before. */
  readonly manifest: ReleaseManifest;
  /** False where nothing was done. */
  readonly isNew: boolean;
  /** Rows of the feature table that were not learnt from. */
  readonly leftOut: DataSet['leftOut'];
  readonly seconds: number;
}

/**
 * Fits the five models on the newest features, judges them by walk-forward, publishes them as a version and, if the gate
 * lets them through, makes that version live. Run again on the same features it changes nothing.
 *
 * @throws PavioError `no_features`; `not_enough_data`; `bad_features`; `bad_config` for parameters; `conflict` when another
 * training has made its release live in the meantime.
 */
export async function train(job: TrainingJob): Promise<TrainingReport> {
  const { features, registry, clock, log, software, seed, signal } = job;
  const started = performance.now();
  const data = await readDataSet(features);
  const hash = hashDataSet(data);
  const window = job.window && trainingWindowMs(job.window, data.source.interval);
  const { parameters, tuned } = chooseParameters({ data, window, given: job.parameters, winners: job.winners, log });
  const report = (manifest: ReleaseManifest, isNew: boolean): TrainingReport => {
    return { manifest, isNew, leftOut: data.leftOut, seconds: (performance.now() - started) / 1000 };
  };

  const live = await registry.live();
  const made =
    live && job.isForced !== true ? await findMade(live, { hash, parameters, tuned, window }, job) : undefined;
  if (made !== undefined) {
    log.info({ version: made.version }, 'nothing new to learn');
    return report(made, false);
  }

  const folds = planFolds(data, job.folds ?? FOLDS, window);
  const learntFrom = firstRowOf(data, window);
  const total = (folds.length + 1) * MODEL_NAMES.length;
  await using trainer =
    job.trainer ??
    createTrainer({
      ...(job.threads === undefined ? {} : { threads: job.threads }),
      onProgress: ({ done, name }) => job.onProgress?.({ done, total: Math.max(done, total), name }),
    });
  const stop = () => void trainer.close();
  signal?.throwIfAborted();
  signal?.addEventListener('abort', stop);
  try {
    const walk = { trainer, data, folds, window, parameters, tuned, seed };
    const [models, outOfSample] = await Promise.all([
      fitFinalModels(trainer, data, parameters, seed, learntFrom, software),
      runWalkForward(walk),
    ]);
    const gate = await decidePromotion(live, outOfSample, { ...walk, hash, software });
    const manifest = describeRelease({ ...walk, hash, software, window, learntFrom, models, outOfSample, gate });
    const published = await publish(registry, manifest, models, clock.now());
    signal?.throwIfAborted();
    if (gate.isPromoted) await registry.promote(published.version, live?.tag);
    log.info({ version: published.version, promoted: gate.isPromoted, reason: gate.reason }, 'release published');
    return report(published, true);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

type Learning = Pick<Made, 'hash' | 'parameters' | 'tuned' | 'window'>;

/** What training would give again: the live release, or the newest version where the gate kept it back from that one. */
async function findMade(live: LiveRelease, learning: Learning, job: TrainingJob): Promise<ReleaseManifest | undefined> {
  if (isSameTraining(live.manifest, learning, job)) return live.manifest;
  const [newest] = await job.registry.versions({ limit: 1 });
  if (newest === undefined || 'problem' in newest) return undefined;
  const { version } = live.manifest;
  const { isPromoted, previous, reason } = newest.manifest.gate;
  // What was kept back by a pin that is no more would go live now.
  const isKeptBack = !isPromoted && previous === version && (reason === pinnedReason(version)) === live.isPinned;
  return isKeptBack && isSameTraining(newest.manifest, learning, job) ? newest.manifest : undefined;
}

/** Would training give what is there already? */
function isSameTraining(there: ReleaseManifest, learning: Learning, job: TrainingJob): boolean {
  const { hash, parameters, tuned, window } = learning;
  const isFittedAlike = (name: ModelName) =>
    isDeepStrictEqual(there.models[name].parameters, parameters[name]) &&
    isDeepStrictEqual(there.models[name].tuning, tuned[name]);
  return (
    there.training.data === hash &&
    there.training.seed === job.seed &&
    there.training.window === window &&
    there.software === job.software &&
    there.folds.length === (job.folds ?? FOLDS) &&
    MODEL_NAMES.every(isFittedAlike)
  );
}

/** The first row that is no older than the window when the candle after the last row is forecast. */
function firstRowOf({ time, source }: DataSet, window = Infinity): number {
  const next = time.at(-1)! + intervalMs(source.interval);
  return time.findIndex((t) => t >= next - window);
}

/** Stores the release under the first free name, after proving that it can be loaded. */
async function publish(
  registry: ModelRegistry,
  description: Omit<ReleaseManifest, 'version' | 'createdAt'>,
  models: Record<ModelName, FinalModel>,
  now: number,
): Promise<ReleaseManifest> {
  const files = new Map(MODEL_NAMES.map((name) => [name, models[name].file]));
  const twins = new Map(MODEL_NAMES.map((name) => [name, models[name].twin]));
  for (const version of versionNames(now)) {
    const manifest = { ...description, version, createdAt: isoTime(now) };
    loadRelease({ manifest, files });
    try {
      await registry.publish({ manifest, files, twins });
      return manifest;
    } catch (error) {
      if (!isPavioError(error, 'conflict')) throw error;
    }
  }
  throw new PavioError('conflict', 'More than sixty releases were published within a minute.', {
    remedy: 'Wait a minute and train again.',
  });
}
