export { createDataSet, type DataSet, hashDataSet } from './data-set.ts';
export { INTERVAL_LEVELS } from './intervals.ts';
export { renderReport } from './report/render-report.ts';
export { storeReport } from './report/store-report.ts';
export { applyRetention, type RetentionJob } from './retention.ts';
export { type RollbackJob, type RollbackReport, rollback, unpin } from './rollback.ts';
export { type TrainingJob, type TrainingReport, train } from './train.ts';
export { type RecordedTrainingJob, runTrainingJob } from './training-job.ts';
