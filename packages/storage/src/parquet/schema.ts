import type { FeatureTableInfo } from '@pavio/core';
import type { SchemaElement } from 'hyparquet';

/** Columns of a feature file that are no features. */
export const SYMBOL = 'symbol';
export const TIME = 'time';
export const CLOSE = 'close';

export const ROOT = 'root';

/** Columns of a feature file in their order. None has nulls: a feature that is not defined is NaN. */
export function columnsOf({ featureSet }: Pick<FeatureTableInfo, 'featureSet'>): SchemaElement[] {
  return [
    {
      name: SYMBOL,
      type: 'BYTE_ARRAY',
      repetition_type: 'REQUIRED',
      converted_type: 'UTF8',
      logical_type: { type: 'STRING' },
    },
    {
      name: TIME,
      type: 'INT64',
      repetition_type: 'REQUIRED',
      converted_type: 'TIMESTAMP_MILLIS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
    },
    ...[CLOSE, ...featureSet.columns].map(
      (name): SchemaElement => ({ name, type: 'DOUBLE', repetition_type: 'REQUIRED' }),
    ),
  ];
}
