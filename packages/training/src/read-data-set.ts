import { type FeatureStore, type FeatureTable, PavioError } from '@pavio/core';
import { checkInputs, VOLATILITY_COLUMN } from '@pavio/features';
import { createDataSet, type DataSet } from './data-set.ts';

/**
 * The data set of the newest features.
 *
 * @throws PavioError `no_features`; `not_enough_data`; `bad_features`.
 */
export async function readDataSet(features: FeatureStore): Promise<DataSet> {
  // Models see a part of the columns: the rest is not read.
  const about = await features.summary();
  const columns = about && [...new Set([...about.info.featureSet.inputs, VOLATILITY_COLUMN])];
  const table: FeatureTable | undefined = await features.latest(columns && { columns });
  if (table === undefined) {
    throw new PavioError('no_features', 'There are no features to train on.', {
      remedy: 'Compute them: pavio features.',
    });
  }
  const data = createDataSet(table, VOLATILITY_COLUMN);
  checkInputs(table);
  return data;
}
