import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type CandleStore,
  type Clock,
  CONFIG_FILE,
  type Config,
  type ConfigSources,
  type FeatureStore,
  type Logger,
  loadConfig,
  type ModelRegistry,
  type ObjectStore,
  PavioError,
  type PredictionLog,
  systemClock,
  type TrainingRunLog,
} from '@pavio/core';
import {
  lakeCandleStore,
  lakeFeatureStore,
  lakeModelRegistry,
  lakePredictionLog,
  lakeTrainingRunLog,
  openStore,
} from '@pavio/storage';

/** The lake and everything in it, opened as the configuration says. Opening touches nothing. */
export interface Workspace {
  readonly config: Config;
  readonly store: ObjectStore;
  readonly candles: CandleStore;
  readonly features: FeatureStore;
  readonly registry: ModelRegistry;
  readonly predictions: PredictionLog;
  readonly runs: TrainingRunLog;
  readonly clock: Clock;
  readonly log: Logger;
}

export function openWorkspace(config: Config, log: Logger, clock: Clock = systemClock): Workspace {
  const endpoint = config.s3Endpoint === undefined ? {} : { endpoint: config.s3Endpoint };
  const store = openStore(config.lake, { region: config.region, ...endpoint });
  return {
    config,
    store,
    candles: lakeCandleStore(store),
    features: lakeFeatureStore(store),
    registry: lakeModelRegistry(store),
    predictions: lakePredictionLog(store),
    runs: lakeTrainingRunLog(store),
    clock,
    log,
  };
}

/** Configuration of a command: its flags, the environment and `pavio.config.json` in the current folder. */
export function readConfig(flags: ConfigSources['flags'], env: ConfigSources['env'], folder: string): Config {
  return loadConfig({ flags: flags ?? {}, env: env ?? {}, file: readConfigFile(path.join(folder, CONFIG_FILE)) });
}

function readConfigFile(file: string): unknown {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new PavioError('bad_config', `${CONFIG_FILE} is not JSON: ${(error as Error).message}.`, {
      remedy: 'Correct the file or remove it.',
      cause: error,
    });
  }
}
