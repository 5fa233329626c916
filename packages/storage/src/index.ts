export { decodeCandleCsv, decodeCandleCsvStream, encodeCandleCsv } from './csv/candle-csv.ts';
export { decodeRawCsv, decodeRawCsvStream } from './csv/raw-csv.ts';
export { folderStore } from './folder/folder-store.ts';
export { lakeCandleStore } from './lake/candle-store.ts';
export { lakeFeatureStore } from './lake/feature-store.ts';
export { lakeModelRegistry } from './lake/model-registry.ts';
export { lakePredictionLog } from './lake/prediction-log.ts';
export { type OpenStoreOptions, openStore } from './open-store.ts';
export { type S3StoreOptions, s3Store } from './s3/s3-store.ts';
