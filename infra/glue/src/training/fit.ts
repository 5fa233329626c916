import type { Workspace } from '@pavio/cli';
import { modelKind, PavioError } from '@pavio/core';
import { createTrainer } from '@pavio/estimators';
import { readDataSet, targetOf, timesOf } from '@pavio/training';
import { z } from 'zod';
import { encodeFit } from './fit-file.ts';
import { fitOrderSchema, hashData, rowsOf } from './fit-order.ts';

/** An order as a task has it: with the processors that Spark gives to the task. */
const assignedFitSchema = fitOrderSchema.extend({ threads: z.int().positive() });

/**
 * Fits one model on the newest features and stores the fit. Does nothing where it is stored already.
 *
 * @throws PavioError `conflict` when the features are not those that the order is for; as `fitModel`.
 */
export async function fitOrder({ store, features }: Workspace, input: unknown): Promise<{ readonly key: string }> {
  const { key, data, name, params, seed, train, predict, threads } = assignedFitSchema.parse(input);
  if ((await store.head(key)) !== undefined) return { key };
  const set = await readDataSet(features);
  const job = { X: set.inputs, y: targetOf(set, modelKind(name)), times: timesOf(set) };
  if (hashData(job) !== data) {
    throw new PavioError('conflict', 'The features were replaced while models were fitted on them.', {
      remedy: 'Train again.',
    });
  }
  await using trainer = createTrainer({ threads });
  const predictRows = predict === null ? {} : { predictRows: rowsOf(predict) };
  const fit = await trainer.fit({ ...job, name, params, seed, train: rowsOf(train), ...predictRows });
  await store.put(key, encodeFit(fit));
  return { key };
}
