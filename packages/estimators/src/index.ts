export { calibrate, fitCalibrator } from './calibration/calibrator.ts';
export {
  type CalibrationTrial,
  calibrateNested,
  type FoldedProbabilities,
  type FoldPart,
  type NestedCalibration,
} from './calibration/nested.ts';
export { describedTensors } from './description.ts';
export {
  type AdaptiveConformalOptions,
  type AdaptiveRadii,
  adaptiveConformal,
} from './evaluation/adaptive-conformal.ts';
export { type BrierDecomposition, decomposeBrier, type ReliabilityBin } from './evaluation/brier.ts';
export { conformalRadius } from './evaluation/conformal.ts';
export { type DieboldMariano, type DieboldMarianoOptions, dieboldMariano } from './evaluation/diebold-mariano.ts';
export { holmAdjusted } from './evaluation/holm.ts';
export {
  areaUnderRoc,
  type ClassificationMetrics,
  classificationMetrics,
  logLosses,
  type RegressionMetrics,
  regressionMetrics,
  skillOf,
  squaredErrors,
} from './evaluation/metrics.ts';
export { clusteredWilsonInterval, type Proportion, wilsonInterval } from './evaluation/proportion.ts';
export {
  type Comparison,
  compareWithNaive,
  MIN_TEST_STEPS,
  meanByTime,
  type PanelLosses,
  SIGNIFICANCE,
  verdictOf,
} from './evaluation/verdict.ts';
export {
  type Fold,
  type LabelSpan,
  type TimeSpan,
  type WalkForwardOptions,
  walkForward,
} from './evaluation/walk-forward.ts';
export { type FitOptions, fitModel } from './fit.ts';
export {
  type PartialDependence,
  type PartialDependenceOptions,
  partialDependence,
} from './inspection/partial-dependence.ts';
export {
  type PermutationImportance,
  type PermutationOptions,
  permutationImportance,
} from './inspection/permutation-importance.ts';
export { createMatrix, type Matrix, matrixOfColumns, type RowRange, type RowSelection, readRow } from './matrix.ts';
export type { FittedClassifier, FittedModel, FittedRegressor } from './model.ts';
export { modelFromTensors } from './model-file.ts';
export { encodeOnnx } from './onnx/encode-onnx.ts';
export { proveOnnx } from './onnx/prove-onnx.ts';
export {
  type BoostingParams,
  DEFAULT_PARAMS,
  type ForestParams,
  type LogisticParams,
  type ModelParams,
  type RidgeParams,
  resolveParams,
} from './params.ts';
export { type LoadedRelease, loadRelease } from './release.ts';
export {
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
  type TensorData,
  type TensorFile,
} from './safetensors.ts';
export { describeSpace, drawParams, type Range, SEARCH_SPACE, type SearchSpace } from './search-space.ts';
export type { FitJob, FitResult } from './trainer/job.ts';
export { createTrainer, type Trainer, type TrainerOptions, type TrainerProgress } from './trainer/trainer.ts';
export type { RowTimes } from './training-set.ts';
export type { OutOfBagClassification, OutOfBagRegression, OutOfBagScore } from './tree/out-of-bag.ts';
