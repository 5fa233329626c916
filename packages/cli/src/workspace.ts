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
  openDatabase,
  openStore,
  type SqlDatabase,
} from '@pavio/storage';

/** The lake, the database if there is one, and everything in them, opened as the configuration says. Opening touches nothing. */
export interface Workspace {
  readonly config: Config;
  readonly store: ObjectStore;
  readonly candles: CandleStore;
  readonly features: FeatureStore;
  readonly registry: ModelRegistry;
  readonly predictions: PredictionLog;
  readonly runs: TrainingRunLog;
  /** Where candles, predictions and runs are; undefined: in the lake. */
  readonly database: SqlDatabase | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends the connections to the database, where there is one. */
  close(): Promise<void>;
}

/** @throws PavioError `bad_config` for an address that is none of a lake or a database. */
export function openWorkspace(config: Config, log: Logger, clock: Clock = systemClock): Workspace {
  const endpoint = config.s3Endpoint === undefined ? {} : { endpoint: config.s3Endpoint };
  const store = openStore(config.lake, { region: config.region, ...endpoint });
  const database = config.database === undefined ? undefined : openDatabase(config.database);
  return {
    config,
    store,
    candles: database?.candles ?? lakeCandleStore(store),
    features: lakeFeatureStore(store),
    registry: lakeModelRegistry(store),
    predictions: database?.predictions ?? lakePredictionLog(store),
    runs: database?.runs ?? lakeTrainingRunLog(store),
    database,
    clock,
    log,
    close: async () => database?.close(),
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
