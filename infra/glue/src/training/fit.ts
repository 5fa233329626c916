import type { Workspace } from '@pavio/cli';
import { modelKind, PavioError } from '@pavio/core';
import { createTrainer } from '@pavio/estimators';
import { readDataSet, targetOf } from '@pavio/training';
import { encodeFit } from './fit-file.ts';
import { fitOrderSchema, hashData, rowsOf } from './fit-order.ts';

/**
 * Fits one model on the newest features and stores the fit. Does nothing where it is stored already.
 *
 * @throws PavioError `conflict` when the features are not those that the order is for; as `fitModel`.
 */
export async function fitOrder({ store, features }: Workspace, input: unknown): Promise<{ readonly key: string }> {
  const { key, data, name, params, seed, train, predict } = fitOrderSchema.parse(input);
  if ((await store.head(key)) !== undefined) return { key };
  const set = await readDataSet(features);
  const job = { X: set.inputs, y: targetOf(set, modelKind(name)) };
  if (hashData(job) !== data) {
    throw new PavioError('conflict', 'The features were replaced while models were fitted on them.', {
      remedy: 'Train again.',
    });
  }
  // One task, one thread: Spark has as many tasks as there are processors.
  await using trainer = createTrainer({ threads: 0 });
  const predictRows = predict === null ? {} : { predictRows: rowsOf(predict) };
  const fit = await trainer.fit({ ...job, name, params, seed, train: rowsOf(train), ...predictRows });
  await store.put(key, encodeFit(fit));
  return { key };
}
