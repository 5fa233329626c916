export { createPredictor, type PredictorOptions } from './create-predictor.ts';
export { type ForecastInput, forecastAsset } from './forecast-asset.ts';
export type { Predictor, PredictorState, ServedAsset } from './predictor.ts';
