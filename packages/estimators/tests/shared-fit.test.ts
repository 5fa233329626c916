import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { encodeSafetensors } from '../src/safetensors.ts';
import { type FitJob, type FitResult, runJob } from '../src/trainer/job.ts';
import { Scheduler } from '../src/trainer/scheduler.ts';
import { fitShared, mostThreads, sharesOf } from '../src/trainer/shared-fit.ts';
import { createTrainer } from '../src/trainer/trainer.ts';
import { WorkerPool } from '../src/trainer/worker-pool.ts';
import { synthetic } from './synthetic.ts';

// 20 features are three octets, so that members of a team have blocks of different sizes.
const { X, y, classes } = synthetic(2, 5000, 20, 1, 0.1);
const rows = { train: { from: 0, to: 4500 }, predictRows: { from: 4000, to: 5000 } };
const leafwise = { maxDepth: null, maxLeaves: 31, subsample: 1, minSamplesLeaf: 10, l2: 0, validationFraction: 0.2 };

const FOREST: FitJob = { name: 'regressor_rf', seed: 1, X, y, params: { nEstimators: 21 }, ...rows };
const BOOSTING: FitJob = { name: 'regressor_gbr', seed: 1, X, y, params: { nEstimators: 40 }, ...rows };
const JOBS: FitJob[] = [
  FOREST,
  { ...FOREST, name: 'classifier_rf', y: classes, params: { nEstimators: 2, classWeight: 'balanced' } },
  BOOSTING,
  { ...BOOSTING, params: { nEstimators: 25, ...leafwise } },
  { ...BOOSTING, params: { nEstimators: 25, ...leafwise }, sampleWeight: y.map((value) => 1 + Math.abs(value)) },
  {
    ...BOOSTING,
    params: { nEstimators: 25, ...leafwise },
    times: { at: y.map((_, row) => Math.floor(row / 7)), reach: 90 },
  },
  { ...BOOSTING, params: { nEstimators: 5, maxDepth: null, minSamplesLeaf: 1 } },
  { ...BOOSTING, params: { nEstimators: 20, loss: 'huber', alpha: 0.7 } },
  { ...FOREST, params: { nEstimators: 12, oobScore: true } },
];

const BOTH = { fit: 2, predict: 2 };

const url = new URL('../src/trainer/worker.ts', import.meta.url);
const pool = new WorkerPool(3, url);
afterAll(() => pool.close());

function comparable({ model, predictions, importance, outOfBag }: FitResult) {
  return { outOfBag, bytes: Buffer.from(encodeSafetensors(model)).toString('base64'), predictions, importance };
}

describe('a fit that threads share gives the bits of one thread', () => {
  test.each(JOBS)('$name, $params', async (job) => {
    const expected = comparable(runJob(job));
    expect(expected.predictions).toHaveLength(1000);
    for (const threads of [2, 3]) {
      const shared = await fitShared(job, { fit: threads, predict: threads }, (task) => pool.run(task));
      expect(comparable(shared)).toEqual(expected);
    }
  });
});

test('a shared job that cannot be fitted is rejected with its code', async () => {
  const bad = { y: y.map((value, row) => (row === 5 ? Number.NaN : value)) };
  for (const job of [FOREST, BOOSTING]) {
    const fit = fitShared({ ...job, ...bad }, BOTH, (task) => pool.run(task));
    await expect(fit).rejects.toMatchObject({ code: 'bad_features' });
  }
});

test('a team that loses a member is rejected, and the threads go on', async () => {
  const dying = new WorkerPool(2, new URL('./dying-worker.ts', import.meta.url));
  const fit = (job: FitJob) => fitShared(job, BOTH, (task) => dying.run(task));
  await expect(fit({ ...BOOSTING, seed: 15 })).rejects.toMatchObject({ code: 'internal' });
  expect((await fit(BOOSTING)).predictions).toHaveLength(1000);
  await dying.close();
});

test('closing ends threads that wait for one another', async () => {
  const closing = new WorkerPool(2, url);
  const fit = fitShared({ ...BOOSTING, params: { nEstimators: 100_000 } }, BOTH, (task) => closing.run(task));
  const [outcome] = await Promise.all([
    fit.then(
      () => 'fulfilled',
      (error: unknown) => error,
    ),
    setTimeout(300).then(() => closing.close()),
  ]);
  expect(outcome).toMatchObject({ code: 'internal' });
});

test('small jobs are not shared, large ones are', () => {
  const train = { from: 0, to: 200_000 };
  const large = { rows: 200_000, columns: 60, data: X.data };
  expect(mostThreads(FOREST)).toBe(1);
  expect(mostThreads(BOOSTING)).toBe(1);
  expect(mostThreads({ ...FOREST, X: large, train })).toBe(21);
  expect(mostThreads({ ...BOOSTING, X: large, train })).toBe(8);
  expect(mostThreads({ ...FOREST, name: 'regressor_lin', params: {}, X: large, train })).toBe(1);
});

test('a job that one thread fits has its rows predicted by several where they are many', async () => {
  const params = { nEstimators: 250, maxDepth: 3 };
  const job: FitJob = { ...FOREST, params, train: { from: 0, to: 300 }, predictRows: { from: 0, to: 5000 } };
  expect(sharesOf(job, 8)).toEqual({ fit: 1, predict: 2 });
  expect(mostThreads(job)).toBe(2);
  expect(sharesOf({ ...job, predictRows: { from: 0, to: 1000 } }, 8)).toEqual({ fit: 1, predict: 1 });
  expect(sharesOf({ ...job, name: 'regressor_lin', params: {} }, 8)).toEqual({ fit: 1, predict: 1 });
  const shared = await fitShared(job, sharesOf(job, 2), (task) => pool.run(task));
  expect(comparable(shared)).toEqual(comparable(runJob(job)));
});

test('a trainer shares a large job, and the result is that of one thread', async () => {
  const wide = synthetic(3, 20_000, 20);
  const job: FitJob = { name: 'regressor_rf', seed: 1, X: wide.X, y: wide.y, train: { from: 0, to: 20_000 } };
  expect(mostThreads(job)).toBeGreaterThan(2);
  await using trainer = createTrainer({ threads: 2 });
  expect(comparable(await trainer.fit(job))).toEqual(comparable(runJob(job)));
});

test('of the jobs that wait, the longest starts first', async () => {
  const ended: number[] = [];
  const scheduler = new Scheduler(new WorkerPool(1, url));
  await Promise.all(
    [500, 40, 4000].map(async (to) => {
      await scheduler.fit({ ...FOREST, train: { from: 0, to } });
      ended.push(to);
    }),
  );
  await scheduler.close();
  expect(ended).toEqual([4000, 500, 40]);
});
