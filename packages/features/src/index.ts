export { type AssetCheck, type CheckOptions, checkAsset, isClean } from './check/check-asset.ts';
export { type CheckJob, type CheckReport, runCheckJob } from './check/check-job.ts';
export type { LookAhead } from './check/look-ahead.ts';
export type { CarriedOver } from './check/other-assets.ts';
export type { BrokenWarmUp } from './check/warm-up.ts';
export { checkInputs } from './check-inputs.ts';
export { type ComputeOptions, computeFeatures, featureColumns } from './compute.ts';
export {
  FEATURE_GROUPS,
  FEATURE_UNITS,
  type Feature,
  type FeatureDescription,
  type FeatureGroup,
  type FeatureUnit,
} from './feature.ts';
export { featureList, LIST_COLUMNS, type ListColumn, type ListedFeature } from './feature-list.ts';
export {
  type FeatureSet,
  featureSet,
  VOLATILITY_COLUMN,
} from './feature-set.ts';
export { ColumnMemory } from './indicators/column.ts';
export { type AssetCandles, assetSummary, type Market, tableInfo } from './job/asset-task.ts';
export { type FeatureJob, type FeatureProgress, type FeatureReport, runFeatureJob } from './job/feature-job.ts';
export { type LatestRow, latestRow } from './latest-row.ts';
