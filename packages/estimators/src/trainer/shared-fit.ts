import { finishFit } from '../fit.ts';
import { scorerOf } from '../model-file.ts';
import { type ForestParams, resolveParams } from '../params.ts';
import { type TreeArrays, TreeEnsemble } from '../tree/ensemble.ts';
import { featuresPerNode, joinForests } from '../tree/forest.ts';
import { breakUp, createMeetingPlace } from '../tree/team.ts';
import { type FitJob, type FitResult, resultOf, type Task, type TaskResult } from './job.ts';
import { parts } from './parts.ts';
import { predictionThreads, predictShared } from './shared-prediction.ts';

/** Fewer cell visits than this are over before a second thread has helped (about 40 ms, measured). */
const LEAST_WORK = 3e7;
/** A row of a forest's node costs as much as looking at so many cells, before any is looked at (measured). */
const CELLS_OF_ROW = 12;
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
      const visited = trainingRows(job) * (featuresPerNode(params.maxFeatures, job.X.columns) + CELLS_OF_ROW);
      return visited * params.nEstimators * Math.min(params.maxDepth ?? Infinity, deepest);
    }
  }
}

/** How many threads a job gains from. */
export function mostThreads(job: FitJob): number {
  return Math.max(fitThreads(job), predictionThreads(job));
}

function fitThreads(job: FitJob): number {
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

/** Threads for the two halves of a job. */
export interface Shares {
  readonly fit: number;
  readonly predict: number;
}

/** At most `threads` for each half, and no more than it gains from. */
export function sharesOf(job: FitJob, threads: number): Shares {
  return { fit: Math.min(threads, fitThreads(job)), predict: Math.min(threads, predictionThreads(job)) };
}

/**
 * One job by as many threads: a forest's trees side by side, boosting's features side by side; then the rows to predict.
 * Those that fit must all be free. The result is that of one thread, bit for bit.
 */
export async function fitShared(
  job: FitJob,
  shares: Shares,
  run: (task: Task) => Promise<TaskResult>,
): Promise<FitResult> {
  if (shares.fit === 1 && shares.predict === 1) return resultOfFit(await run({ kind: 'fit', job }));
  const started = performance.now();
  const { predictRows, ...fitOnly } = job;
  const { model, trees } = await fitOnce(fitOnly, shares.fit, run);
  const fitMs = performance.now() - started;
  if (predictRows === undefined) return { ...model, predictions: undefined, fitMs };
  const predictions = await predictShared({ ...job, predictRows }, trees, shares.predict, run);
  return { ...model, predictions, fitMs };
}

interface Fitted {
  readonly model: ReturnType<typeof resultOf>;
  readonly trees: TreeArrays;
}

async function fitOnce(job: FitJob, threads: number, run: (task: Task) => Promise<TaskResult>): Promise<Fitted> {
  const isForest = job.name === 'regressor_rf' || job.name === 'classifier_rf';
  if (isForest && threads > 1) return fitForestShared(job, threads, run);
  const model = threads > 1 ? await fitTeam(job, threads, run) : resultOfFit(await run({ kind: 'fit', job }));
  const scorer = scorerOf(model.model);
  if (!(scorer instanceof TreeEnsemble)) throw new Error(`${job.name} has no trees to share.`);
  return { model, trees: scorer.arrays };
}

async function fitForestShared(
  job: FitJob,
  threads: number,
  run: (task: Task) => Promise<TaskResult>,
): Promise<Fitted> {
  const resolved = resolveParams(job.name, job.params);
  const { nEstimators } = resolved as ForestParams;
  const thresholds = await findThresholds(job, threads, run);
  const tasks = parts(nEstimators, threads).map((trees): Task => ({ kind: 'trees', job, trees, thresholds }));
  const results = (await Promise.all(tasks.map(run))).flatMap((result) => (result.kind === 'trees' ? result.part : []));
  const joined = joinForests(results.map(({ arrays, ...part }) => ({ ...part, ensemble: new TreeEnsemble(arrays) })));
  const model = finishFit(job.name, resolved, job.seed, results[0]!.rows, joined);
  return { model: resultOf(model), trees: joined.ensemble.arrays };
}

/** What features are split by, each thread looking at some of them. */
async function findThresholds(
  job: FitJob,
  threads: number,
  run: (task: Task) => Promise<TaskResult>,
): Promise<Float32Array[]> {
  const tasks = parts(job.X.columns, threads).map((columns): Task => ({ kind: 'thresholds', job, columns }));
  const results = await Promise.all(tasks.map(run));
  return results.flatMap((result) => (result.kind === 'thresholds' ? result.thresholds : []));
}

async function fitTeam(job: FitJob, members: number, run: (task: Task) => Promise<TaskResult>): Promise<FitResult> {
  const thresholds = await findThresholds(job, members, run);
  const place = createMeetingPlace(members);
  const tasks = Array.from({ length: members }, (_, member): Task => {
    return { kind: 'team', job, team: { member, members, place }, thresholds };
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
  return resultOfFit(outcomes[0]!);
}

function resultOfFit(outcome: TaskResult): FitResult {
  if (outcome.kind !== 'fit') throw new Error(`A fit gave the result "${outcome.kind}".`);
  return outcome.result;
}

function trainingRows({ train }: FitJob): number {
  return train instanceof Int32Array ? train.length : train.to - train.from;
}
