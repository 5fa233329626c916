export type { Predictor, PredictorState, ServedAsset } from './predictor.ts';
