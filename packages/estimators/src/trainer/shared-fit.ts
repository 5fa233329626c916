import { finishFit } from '../fit.ts';
import { selectRows } from '../matrix.ts';
import { type ForestParams, resolveParams } from '../params.ts';
import type { TensorFile } from '../safetensors.ts';
import { TreeEnsemble } from '../tree/ensemble.ts';
import { featuresPerNode, joinForests } from '../tree/forest.ts';
import { breakUp, createMeetingPlace } from '../tree/team.ts';
import { type FitJob, type FitResult, resultOf, type Task, type TaskResult } from './job.ts';

/** Fewer cell visits than this are over before a second thread has helped (about 20 ms, measured). */
const LEAST_WORK = 3e7;
/** A team meets at every split, so a split must be worth it: cells (rows times features) of the training set. */
const LEAST_TEAM_CELLS = 6e5;
/** A whole number of octets of features goes to each member. */
const FEATURES_PER_MEMBER = 8;

/** About how many cells of the binned features a fit looks at: what its time is nearly proportional to. */
export function expectedWork(job: FitJob): number {
  const cells = trainingRows(job) * job.X.columns;
  switch (job.name) {
    case 'regressor_lin':
    case 'classifier_log':
      return cells * job.X.columns;
    case 'regressor_gbr': {
      const { nEstimators, maxDepth, maxLeaves, subsample } = { ...resolveParams(job.name), ...job.params };
      const levels = Math.min(maxDepth ?? 12, maxLeaves === null ? 12 : Math.log2(maxLeaves) + 1);
      return (cells * nEstimators * levels * subsample) / 2;
    }
    case 'regressor_rf':
    case 'classifier_rf': {
      const params: ForestParams = { ...resolveParams(job.name), ...(job.params as Partial<ForestParams>) };
      const deepest = Math.log2(Math.max(2, trainingRows(job) / params.minSamplesLeaf));
      const share = featuresPerNode(params.maxFeatures, job.X.columns) / job.X.columns;
      return cells * share * params.nEstimators * Math.min(params.maxDepth ?? Infinity, deepest);
    }
  }
}

/** How many threads a fit gains from. */
export function mostThreads(job: FitJob): number {
  if (expectedWork(job) < LEAST_WORK) return 1;
  const cells = trainingRows(job) * job.X.columns;
  switch (job.name) {
    case 'regressor_rf':
    case 'classifier_rf':
      return { ...resolveParams(job.name), ...(job.params as Partial<ForestParams>) }.nEstimators;
    case 'regressor_gbr':
      return cells < LEAST_TEAM_CELLS ? 1 : Math.ceil(job.X.columns / FEATURES_PER_MEMBER);
    case 'regressor_lin':
    case 'classifier_log':
      return 1;
  }
}

/**
 * One fit by several threads, all of which must be free: a forest's trees side by side, boosting's features side by
 * side; then the rows to predict. The result is that of one thread, bit for bit.
 */
export async function fitShared(
  job: FitJob,
  threads: number,
  run: (task: Task) => Promise<TaskResult>,
): Promise<FitResult> {
  const started = performance.now();
  const { predictRows, ...fitOnly } = job;
  const isForest = job.name === 'regressor_rf' || job.name === 'classifier_rf';
  const fitted = isForest ? await fitForestShared(fitOnly, threads, run) : await fitTeam(fitOnly, threads, run);
  const fitMs = performance.now() - started;
  if (predictRows === undefined) return { ...fitted, fitMs };
  const predictions = await predictShared({ ...job, predictRows }, fitted.model, threads, run);
  return { ...fitted, predictions, fitMs };
}

type Fitted = Omit<FitResult, 'fitMs'>;

async function fitForestShared(
  job: FitJob,
  threads: number,
  run: (task: Task) => Promise<TaskResult>,
): Promise<Fitted> {
  const resolved = resolveParams(job.name, job.params);
  const { nEstimators } = resolved as ForestParams;
  const tasks = parts(nEstimators, threads).map((trees): Task => ({ kind: 'trees', job, trees }));
  const results = (await Promise.all(tasks.map(run))).flatMap((result) => (result.kind === 'trees' ? result.part : []));
  const joined = joinForests(results.map(({ arrays, ...part }) => ({ ...part, ensemble: new TreeEnsemble(arrays) })));
  const model = finishFit(job.name, resolved, job.seed, results[0]!.rows, joined);
  return { ...resultOf(model), predictions: undefined };
}

async function fitTeam(job: FitJob, members: number, run: (task: Task) => Promise<TaskResult>): Promise<Fitted> {
  const place = createMeetingPlace(members);
  const tasks = Array.from({ length: members }, (_, member): Task => {
    return { kind: 'team', job, team: { member, members, place } };
  });
  const outcomes = await Promise.all(
    tasks.map(async (task) => {
      try {
        return await run(task);
      } catch (error) {
        breakUp(place);
        throw error;
      }
    }),
  );
  const [first] = outcomes;
  if (first?.kind !== 'fit') throw new Error('A team task gave another result.');
  return first.result;
}

async function predictShared(
  job: FitJob & Required<Pick<FitJob, 'predictRows'>>,
  model: TensorFile,
  threads: number,
  run: (task: Task) => Promise<TaskResult>,
): Promise<Float64Array> {
  const rows = selectRows(job.X.rows, job.predictRows);
  const tasks = parts(rows.length, threads).map(({ from, to }): Task => {
    return { kind: 'predict', job, model, rows: rows.slice(from, to) };
  });
  const results = await Promise.all(tasks.map(run));
  const predictions = new Float64Array(rows.length);
  let offset = 0;
  for (const result of results) {
    if (result.kind !== 'predict') continue;
    predictions.set(result.predictions, offset);
    offset += result.predictions.length;
  }
  return predictions;
}

/** `total` things in `count` parts of about the same size, none of them empty unless there is but one. */
function parts(total: number, count: number): { from: number; to: number }[] {
  const size = Math.max(1, Math.min(count, total));
  return Array.from({ length: size }, (_, i) => {
    return { from: Math.floor((total * i) / size), to: Math.floor((total * (i + 1)) / size) };
  });
}

function trainingRows({ train }: FitJob): number {
  return train instanceof Int32Array ? train.length : train.to - train.from;
}
