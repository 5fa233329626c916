import { selectRows } from '../matrix.ts';
import { finishOf } from '../model.ts';
import { linkOf } from '../model-file.ts';
import { resolveParams } from '../params.ts';
import type { TreeArrays } from '../tree/ensemble.ts';
import type { FitJob, Task, TaskResult } from './job.ts';
import { parts } from './parts.ts';
import { shareTrees } from './sharing.ts';

/** Descents of a row through a tree that a thread must have to do, to be worth its start (some 10 ms, measured). */
const LEAST_DESCENTS = 5e5;

/** How many threads the prediction of a job's rows gains from. */
export function predictionThreads(job: FitJob): number {
  const { predictRows, name, params } = job;
  if (predictRows === undefined || name === 'regressor_lin' || name === 'classifier_log') return 1;
  const rows = predictRows instanceof Int32Array ? predictRows.length : predictRows.to - predictRows.from;
  const { nEstimators } = { ...resolveParams(name), ...params };
  return Math.max(1, Math.floor((rows * nEstimators) / LEAST_DESCENTS));
}

/** What the model of these trees says of the job's rows, by several threads: bit for bit what one thread says. */
export async function predictShared(
  job: FitJob & Required<Pick<FitJob, 'predictRows'>>,
  trees: TreeArrays,
  threads: number,
  run: (task: Task) => Promise<TaskResult>,
): Promise<Float64Array> {
  const rows = selectRows(job.X.rows, job.predictRows);
  const shared = shareTrees(trees);
  const tasks = parts(rows.length, threads).map(({ from, to }): Task => {
    return { kind: 'predict', job, trees: shared, rows: rows.slice(from, to) };
  });
  const results = await Promise.all(tasks.map(run));
  const scores = new Float64Array(rows.length);
  let offset = 0;
  for (const result of results) {
    if (result.kind !== 'predict') throw new Error('A prediction gave another result.');
    scores.set(result.scores, offset);
    offset += result.scores.length;
  }
  return scores.map(finishOf(job.name, linkOf(job.name)));
}
