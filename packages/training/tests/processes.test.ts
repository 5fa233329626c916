import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fixedClock, silentLogger } from '@pavio/core';
import { loadRelease } from '@pavio/estimators';
import { runFeatureJob } from '@pavio/features';
import { lakeCandleStore, lakeFeatureStore, lakeModelRegistry, lakeTrainingRunLog, openStore } from '@pavio/storage';
import { startS3Server } from '@pavio/storage/testing';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { NOW, simulated } from './lake.ts';

const server = await startS3Server();
const why = 'unavailable' in server ? ` (skipped: ${server.unavailable})` : '';
afterAll(async () => {
  if (!('unavailable' in server)) await server.stop();
});

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' };

interface Address {
  readonly lake: string;
  readonly endpoint: string;
}

async function newFolder(): Promise<Address> {
  const lake = await mkdtemp(path.join(tmpdir(), 'pavio-training-'));
  onTestFinished(() => rm(lake, { recursive: true, force: true }));
  return { lake, endpoint: '' };
}

async function newBucket(): Promise<Address> {
  if ('unavailable' in server) throw new Error(server.unavailable);
  await server.createBucket('two-trainings');
  Object.assign(process.env, CREDENTIALS);
  return { lake: 's3://two-trainings/lake', endpoint: server.endpoint };
}

/** Starts a training as a process of its own, which ends with the test at the latest. */
function startTraining({ lake, endpoint }: Address, seed: number) {
  const program = path.join(import.meta.dirname, 'programs/train.ts');
  const child = spawn(process.execPath, [program, lake, endpoint, String(seed)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...CREDENTIALS },
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    says: async (): Promise<string> => (await lines.next()).value ?? 'nothing',
    go: () => void child.stdin.write('go\n'),
    ended,
  };
}

describe.each([
  { where: 'a folder', newLake: newFolder, skip: false },
  { where: `S3${why}`, newLake: newBucket, skip: why !== '' },
])('two trainings at once in $where', ({ newLake, skip }) => {
  it.skipIf(skip)('release one of the two whole, and the other says so', async () => {
    const address = await newLake();
    const store = openStore(address.lake, {
      region: 'us-east-1',
      ...(address.endpoint === '' ? {} : { endpoint: address.endpoint }),
    });
    const candles = lakeCandleStore(store);
    const features = lakeFeatureStore(store);
    const series = { source: 'simulated', quote: 'USD', interval: '1d' as const };
    await candles.upsert({ ...series, symbol: 'BTC' }, simulated('BTC', 300));
    await runFeatureJob({ candles, features, ...series, clock: fixedClock(NOW), log: silentLogger });

    const trainings = [1, 2].map((seed) => startTraining(address, seed));
    expect(await Promise.all(trainings.map(({ says }) => says()))).toEqual(['ready', 'ready']);
    for (const { go } of trainings) go();
    const ends = await Promise.all(trainings.map(({ says }) => says()));
    await Promise.all(trainings.map(({ ended }) => ended));

    const winner = ends.find((end) => end.startsWith('released '))?.slice('released '.length) ?? '';
    expect(new Set(ends)).toEqual(new Set([`released ${winner}`, 'conflict']));
    const registry = lakeModelRegistry(store);
    expect((await registry.live())?.manifest.version).toBe(winner);
    // Both published: the loser's version is whole, and can be rolled back to.
    const versions = await registry.versions();
    expect(versions).toHaveLength(2);
    for (const { version } of versions) loadRelease(await registry.load(version));
    const { models } = (await registry.live())!.manifest;
    for (const { file } of Object.values(models)) {
      expect((await store.get(`models/latest/${file.name}`))?.size).toBe(file.bytes);
    }
    const runs = await lakeTrainingRunLog(store).list();
    expect(new Set(runs.map(({ outcome, error, version }) => `${outcome} ${error ?? version}`))).toEqual(
      new Set([`released ${winner}`, 'failed conflict']),
    );
  });
});
