import { MODEL_NAMES, modelKind } from '@pavio/core';
import { afterAll, describe, expect, test } from 'vitest';
import { encodeSafetensors } from '../src/safetensors.ts';
import type { FitJob, FitResult } from '../src/trainer/job.ts';
import { createTrainer, type Trainer } from '../src/trainer/trainer.ts';
import { synthetic } from './synthetic.ts';

const { X, y, classes } = synthetic(1, 1500, 5);

const JOBS: FitJob[] = MODEL_NAMES.flatMap((name) =>
  [800, 1200].map((to) => ({
    name,
    seed: 3,
    X,
    y: modelKind(name) === 'regressor' ? y : classes,
    train: { from: 0, to },
    predictRows: Int32Array.from({ length: 100 }, (_, i) => to + i),
  })),
);

const trainers = [0, 1, 2, 3].map((threads) => createTrainer({ threads }));
afterAll(() => Promise.all(trainers.map((trainer) => trainer.close())));
const pooled = trainers[2] as Trainer;

const JOB = JOBS[0] as FitJob;

function comparable({ model, predictions, importance }: FitResult) {
  return { bytes: encodeSafetensors(model), predictions, importance };
}

test('the number of threads does not change a bit', async () => {
  const results = await Promise.all(trainers.map((trainer) => Promise.all(JOBS.map((job) => trainer.fit(job)))));
  const [first, ...others] = results.map((list) => list.map(comparable));
  expect(first).toHaveLength(10);
  expect(first?.every(({ predictions }) => predictions?.length === 100)).toBe(true);
  for (const other of others) expect(other).toEqual(first);
});

test('progress counts every job', async () => {
  const seen: number[] = [];
  const trainer = createTrainer({ threads: 2, onProgress: ({ done }) => seen.push(done) });
  await Promise.allSettled([...JOBS.slice(0, 3), { ...JOB, y: new Float64Array(3) }].map((job) => trainer.fit(job)));
  await trainer.close();
  expect(seen).toEqual([1, 2, 3, 4]);
});

describe.each([1, 2])('with %i threads', (threads) => {
  const trainer = trainers[threads] as Trainer;

  test('a job that cannot be fitted is rejected with its code, and the next one runs', async () => {
    const bad = trainer.fit({ ...JOB, params: { alpha: -1 } });
    const next = trainer.fit(JOB);
    await expect(bad).rejects.toMatchObject({
      code: 'bad_config',
      details: { model: 'regressor_lin', parameter: 'alpha' },
      stack: expect.stringContaining('params.ts') as string,
    });
    expect((await next).fitMs).toBeGreaterThan(0);
  });

  test('after closing, jobs are rejected', async () => {
    const closing = createTrainer({ threads });
    const first = Promise.allSettled(JOBS.map((job) => closing.fit(job)));
    await closing.close();
    const outcomes = await first;
    expect(outcomes.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'internal' } });
    await expect(closing.fit(JOB)).rejects.toMatchObject({ code: 'internal' });
  });
});

test('a worker that dies rejects its job with its cause, and is replaced', async () => {
  const workerUrl = new URL('./dying-worker.ts', import.meta.url);
  await using trainer = createTrainer({ threads: 2, workerUrl });
  const jobs = [13, 3, 14, 3, 3].map((seed) => trainer.fit({ ...JOB, seed }));
  const outcomes = await Promise.allSettled(jobs);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(outcomes[0]).toMatchObject({
    reason: { code: 'internal', message: expect.stringContaining('struck') as string },
  });
  expect(outcomes[2]).toMatchObject({ reason: { details: { model: 'regressor_lin', exitCode: 7 } } });
});

test('a job that cannot be sent is rejected, and the worker lives on', async () => {
  const unsendable = { ...JOB, params: { alpha: (() => 1) as unknown as number } };
  await expect(pooled.fit(unsendable)).rejects.toThrow(/could not be cloned/);
  expect((await pooled.fit(JOB)).predictions).toHaveLength(100);
});

test('threads must be a whole number', () => {
  expect(() => createTrainer({ threads: -1 })).toThrow(expect.objectContaining({ code: 'bad_config' }) as Error);
  expect(() => createTrainer({ threads: 1.5 })).toThrow(expect.objectContaining({ code: 'bad_config' }) as Error);
});
