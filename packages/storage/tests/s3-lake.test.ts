import { afterAll, beforeAll, describe } from 'vitest';
import {
  lakeCandleStore,
  lakeFeatureStore,
  lakeModelRegistry,
  lakePredictionLog,
  lakeTrainingRunLog,
  type S3StoreOptions,
  s3Store,
} from '../src/index.ts';
import { testCandleStore } from './candle-store.conformance.ts';
import { testFeatureStore } from './feature-store.conformance.ts';
import { testModelRegistry } from './model-registry.conformance.ts';
import { testPartTables } from './part-table.conformance.ts';
import { testPredictionLog } from './prediction-log.conformance.ts';
import { testS3 } from './support/s3.ts';
import { testTrainingRunLog } from './training-run-log.conformance.ts';

const { missing, newBucket, stop } = await testS3();
afterAll(stop);

describe.skipIf(missing !== '')(`a lake in S3${missing}`, () => {
  let bucket: S3StoreOptions;
  let count = 0;
  beforeAll(async () => {
    bucket = await newBucket();
  });
  const lake = (prefix: string) => s3Store({ ...bucket, prefix });

  describe('as a candle store', () => {
    testCandleStore(async () => lakeCandleStore(lake('candles')));
  });

  describe('as a feature store', () => {
    testFeatureStore(async () => lakeFeatureStore(lake(`features-${count++}`)));
  });

  describe('with feature tables in parts, which', () => {
    testPartTables(async () => lake(`parts-${count++}`));
  });

  describe('as a model registry', () => {
    testModelRegistry(async () => {
      const prefix = `models-${count++}`;
      return [lakeModelRegistry(lake(prefix)), lakeModelRegistry(lake(prefix))];
    });
  });

  describe('as a prediction log', () => {
    testPredictionLog(async () => lakePredictionLog(lake('predictions')));
  });

  describe('as a log of trainings', () => {
    testTrainingRunLog(async () => {
      const prefix = `runs-${count++}`;
      return [lakeTrainingRunLog(lake(prefix)), lakeTrainingRunLog(lake(prefix))];
    });
  });
});
