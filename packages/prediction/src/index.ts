export { createPredictor, type PredictorOptions } from './create-predictor.ts';
export { type ForecastInput, forecastAsset } from './forecast-asset.ts';
export {
  type AssetCandles,
  type AssetForecasts,
  type AssetHistory,
  createHistory,
  type History,
  type HistoryOptions,
} from './history.ts';
export type { Predictor, PredictorState, ServedAsset } from './predictor.ts';
export {
  FORECAST_STATUSES,
  type ForecastStatus,
  type ModelOutcome,
  type ScoredForecast,
  scoreForecasts,
  type TrackRecord,
  type TrackRecords,
} from './score-forecasts.ts';
