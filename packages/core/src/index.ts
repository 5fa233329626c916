export {
  coinGeckoId,
  DEFAULT_ASSETS,
  IMPORT_SOURCE,
  type Pair,
  parsePair,
  resolveAsset,
  SIMULATED_ASSET,
  SIMULATED_SOURCE,
} from './asset.ts';
export {
  CALIBRATION_METHODS,
  type Calibration,
  type CalibrationMethod,
  type Calibrator,
  type Reliability,
} from './calibration.ts';
export {
  allocateSeries,
  assertSeries,
  CANDLE_COLUMNS,
  type Candle,
  type CandleColumn,
  type CandleSeries,
  candleAt,
  concatSeries,
  firstRowFrom,
  mergeSeries,
  type SeriesKey,
  seriesLength,
  seriesOf,
  sliceRows,
  sliceTime,
} from './candle.ts';
export type { CandleStore, SeriesSpan, TimeRange, UpsertSummary } from './candle-store.ts';
export { type Clock, fixedClock, isoTime, systemClock } from './clock.ts';
export { mapConcurrently } from './concurrency.ts';
export {
  CONFIG_FILE,
  type Config,
  type ConfigSources,
  flagName,
  type LogLevel,
  loadConfig,
  parseDuration,
  SETTINGS,
  type SettingName,
} from './config.ts';
export {
  type Coverage,
  type Covered,
  coverageSchema,
  INTERVAL_METHODS,
  type IntervalMethod,
  VOLATILITY_REGIMES,
  type VolatilityRegime,
} from './coverage.ts';
export { ERRORS, type ErrorCode, isPavioError, PavioError, type PavioErrorOptions, toPavioError } from './errors.ts';
export type {
  AssetFeatures,
  AssetSummary,
  EncodedFeatures,
  EncodeFeatures,
  FeatureSetInfo,
  FeatureStore,
  FeatureTable,
  FeatureTableInfo,
  KeptFeatures,
} from './feature-store.ts';
export { type Forecast, forecastSchema, type ModelForecast } from './forecast.ts';
export {
  candleOpen,
  INTERVAL_NAMES,
  INTERVALS,
  type Interval,
  intervalMs,
  isClosed,
  isInterval,
  lastClosedOpen,
  parseInterval,
} from './interval.ts';
export { createLogger, type Logger, silentLogger } from './logger.ts';
export type { CandlePage, CandleRequest, MarketCap, MarketSource } from './market-source.ts';
export {
  isModelName,
  MODEL_NAMES,
  type ModelKind,
  type ModelName,
  modelKind,
  VERDICTS,
  type Verdict,
} from './model.ts';
export type {
  LiveOptions,
  LiveRelease,
  LoadOptions,
  ModelRegistry,
  PromotionOptions,
  Release,
  StoredVersion,
} from './model-registry.ts';
export type { ObjectInfo, ObjectStore, PutResult, StoredObject } from './object-store.ts';
export type { ForecastFilter, PredictionLog } from './prediction-log.ts';
export {
  type FoldSpan,
  type ReleasedModel,
  type ReleaseManifest,
  releaseManifestSchema,
  type Score,
  VERSION_PATTERN,
} from './release.ts';
export {
  isRepeatedRun,
  type KeptTrainingRun,
  keptTrainingRunSchema,
  TRAINING_OUTCOMES,
  type TrainingOutcome,
  type TrainingRun,
  type TrainingRunLog,
  trainingRunSchema,
} from './training-run.ts';
export { parseTrainingWindow, type TrainingWindow, trainingWindowMs } from './training-window.ts';
export { type Trial, type Tuning, trialSchema, tuningSchema, type Winners, winnersSchema } from './tuning.ts';
