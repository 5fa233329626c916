/** The newest table, where it is a file. */
export const LATEST = 'features/cripto_features_latest.parquet';
/** Says where the newest table is, where that is in parts; then it stands above the file. */
export const LATEST_PARTS = 'features/cripto_features_latest.json';

/** Of the table of a day: a file, or the folder of its parts. */
export function datedKey(now: number): string {
  return `features/cripto_features_${new Date(now).toISOString().slice(0, 10).replaceAll('-', '')}.parquet`;
}
