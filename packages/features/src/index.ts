export { checkInputs } from './check-inputs.ts';
export { type ComputeOptions, computeFeatures } from './compute.ts';
export {
  FEATURE_GROUPS,
  FEATURE_UNITS,
  type Feature,
  type FeatureDescription,
  type FeatureGroup,
  type FeatureUnit,
} from './feature.ts';
export {
  type FeatureSet,
  featureSet,
  VOLATILITY_COLUMN,
} from './feature-set.ts';
export { type AssetCandles, featureTable, type TableSource } from './feature-table.ts';
export { type FeatureJob, type FeatureProgress, type FeatureReport, runFeatureJob } from './job/feature-job.ts';
export { type LatestRow, latestRow } from './latest-row.ts';
