import { describe } from 'vitest';
import {
  folderStore,
  lakeCandleStore,
  lakeFeatureStore,
  lakeModelRegistry,
  lakePredictionLog,
  lakeTrainingRunLog,
} from '../src/index.ts';
import { testCandleStore } from './candle-store.conformance.ts';
import { testFeatureStore } from './feature-store.conformance.ts';
import { testModelRegistry } from './model-registry.conformance.ts';
import { testPartTables } from './part-table.conformance.ts';
import { testPredictionLog } from './prediction-log.conformance.ts';
import { fileFolder } from './support/folders.ts';
import { testTrainingRunLog } from './training-run-log.conformance.ts';

const folder = fileFolder();

describe('a lake in a folder', () => {
  describe('as a candle store', () => {
    testCandleStore(async () => lakeCandleStore(folderStore(folder('candles'))));
  });

  describe('as a feature store', () => {
    let count = 0;
    testFeatureStore(async () => lakeFeatureStore(folderStore(folder(`features-${count++}`))));
  });

  describe('with feature tables in parts, which', () => {
    let count = 0;
    testPartTables(async () => folderStore(folder(`parts-${count++}`)));
  });

  describe('as a model registry', () => {
    let count = 0;
    testModelRegistry(async () => {
      const path = folder(`models-${count++}`);
      return [lakeModelRegistry(folderStore(path)), lakeModelRegistry(folderStore(path))];
    });
  });

  describe('as a prediction log', () => {
    testPredictionLog(async () => lakePredictionLog(folderStore(folder('predictions'))));
  });

  describe('as a log of trainings', () => {
    let count = 0;
    testTrainingRunLog(async () => {
      const path = folder(`runs-${count++}`);
      return [lakeTrainingRunLog(folderStore(path)), lakeTrainingRunLog(folderStore(path))];
    });
  });
});
