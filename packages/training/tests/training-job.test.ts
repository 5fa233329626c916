import { type ModelRegistry, silentLogger, type TrainingRunLog } from '@pavio/core';
import { lakeTrainingRunLog } from '@pavio/storage';
import { describe, expect, it } from 'vitest';
import { type RecordedTrainingJob, rollback, runTrainingJob, unpin } from '../src/index.ts';
import { NOW, openLake, SMALL, simulated } from './lake.ts';

const HOUR = 3_600_000;

/** A lake with features, whose trainings are recorded. */
async function recordedLake() {
  const lake = await openLake();
  const { features, registry, clock, store } = lake;
  const runs = lakeTrainingRunLog(store);
  const train = (options: Partial<RecordedTrainingJob> = {}) =>
    runTrainingJob({
      features,
      registry,
      runs,
      store,
      clock,
      log: silentLogger,
      keepVersions: 50,
      software: 'pavio test',
      seed: 1,
      parameters: SMALL,
      folds: 3,
      ...options,
    });
  return { ...lake, runs, train };
}

describe('a recorded training', () => {
  it('is kept with how it ended', async () => {
    const lake = await recordedLake();
    await expect(lake.train()).rejects.toMatchObject({ code: 'no_features' });
    await lake.put({ BTC: simulated('BTC', 700), ETH: simulated('ETH', 700) });
    lake.clock.set(NOW + HOUR);
    const released = await lake.train({ parameters: { ...SMALL, regressor_lin: { alpha: 1e6 } } });
    lake.clock.set(NOW + 2 * HOUR);
    // Without any penalty some sixty inputs fit the noise of a few hundred rows.
    const worse = { parameters: { ...SMALL, regressor_lin: { alpha: 0 } } };
    const keptBack = await lake.train(worse);
    lake.clock.set(NOW + 3 * HOUR);
    expect(await lake.train(worse)).toMatchObject({ isNew: false, manifest: keptBack.manifest });

    const { version, training, models, gate } = released.manifest;
    const runs = await lake.runs.list();
    expect(runs).toMatchObject([
      { outcome: 'nothing_new', version: keptBack.manifest.version, times: 1 },
      {
        outcome: 'kept_back',
        version: keptBack.manifest.version,
        reason: "Significantly worse than the live release's parameters on the same folds: regressor_lin.",
      },
      { outcome: 'released', startedAt: '2026-11-21T12:00:00Z', version, reason: gate.reason, error: null },
      {
        outcome: 'failed',
        version: null,
        error: 'no_features',
        reason: 'There are no features to train on.',
        models: {},
      },
    ]);
    expect(runs[2]).toMatchObject({ rows: training.rows, assets: ['BTC', 'ETH'], seconds: expect.any(Number) });
    const { skill, verdict } = models.regressor_gbr.evaluation.overall;
    expect(runs[2]?.models.regressor_gbr).toEqual({ skill, verdict });
  });

  it('counts trainings with nothing to do, and makes no version', async () => {
    const lake = await recordedLake();
    await lake.put({ BTC: simulated('BTC', 300) });
    await lake.train();
    for (let i = 1; i <= 3; i++) {
      lake.clock.set(NOW + i * HOUR);
      expect(await lake.train()).toMatchObject({ isNew: false });
    }
    expect(await lake.runs.list()).toMatchObject([
      { outcome: 'nothing_new', times: 3, startedAt: '2026-11-21T12:00:00Z', lastStartedAt: '2026-11-21T14:00:00Z' },
      { outcome: 'released' },
    ]);
    expect(await lake.registry.names()).toHaveLength(1);
  });

  it('is not kept when it was stopped', async () => {
    const lake = await recordedLake();
    await lake.put({ BTC: simulated('BTC', 300) });
    const stop = new AbortController();
    const training = lake.train({ signal: stop.signal, onProgress: () => stop.abort() });
    await expect(training).rejects.toMatchObject({ name: 'AbortError' });
    expect(await lake.runs.list()).toEqual([]);
  });

  it('removes old versions after it', async () => {
    const lake = await recordedLake();
    await lake.put({ BTC: simulated('BTC', 300) });
    const made = [];
    for (let i = 0; i < 5; i++) {
      lake.clock.set(NOW + i * 2 * HOUR);
      made.push((await lake.train({ seed: i, keepVersions: 1 })).manifest.version);
    }
    // The live one, which is the newest, and the three that were live before it.
    expect((await lake.registry.names()).map(({ version }) => version)).toEqual(made.slice(1).toReversed());
  });

  it('is not undone where it cannot be recorded or cleaned up after', async () => {
    const lake = await recordedLake();
    await lake.put({ BTC: simulated('BTC', 300) });
    const warnings: string[] = [];
    const log = { ...silentLogger, info: () => {}, warn: (_: unknown, text: string) => void warnings.push(text) };
    const runs: TrainingRunLog = { append: () => Promise.reject(new Error('no room')), list: () => lake.runs.list() };
    const registry: ModelRegistry = Object.create(lake.registry, {
      names: { value: () => Promise.reject(new Error('no list')) },
      publish: { value: lake.registry.publish.bind(lake.registry) },
      promote: { value: lake.registry.promote.bind(lake.registry) },
      live: { value: lake.registry.live.bind(lake.registry) },
    });
    const { manifest } = await lake.train({ runs, registry, log: log as unknown as typeof silentLogger });
    expect((await lake.registry.live())?.manifest.version).toBe(manifest.version);
    expect(warnings).toEqual([
      'The training could not be recorded: no room',
      'Old versions could not be removed: no list',
    ]);
  });
});

describe('a pinned release', () => {
  it('is not replaced by trainings, which publish all the same, until it is unpinned', async () => {
    const lake = await recordedLake();
    const { registry } = lake;
    await lake.put({ BTC: simulated('BTC', 300) });
    const first = (await lake.train()).manifest.version;
    await lake.train({ seed: 2 });
    const job = { registry, log: silentLogger };
    expect(await rollback({ ...job, version: first, isPinned: true })).toMatchObject({
      isChanged: true,
      isPinned: true,
    });
    expect(await rollback({ ...job, version: first })).toMatchObject({ isChanged: false, isPinned: true });

    const third = await lake.train({ seed: 3 });
    expect(third).toMatchObject({
      isNew: true,
      manifest: {
        gate: {
          isPromoted: false,
          previous: first,
          reason: `Release ${first} is pinned: it stays live until pavio rollback --unpin.`,
        },
      },
    });
    expect(await registry.live()).toMatchObject({ isPinned: true, manifest: { version: first } });
    expect((await registry.names()).map(({ version }) => version)).toContain(third.manifest.version);
    // The same once more is nothing new: a schedule does not pile up versions beside a pin.
    expect(await lake.train({ seed: 3 })).toMatchObject({ isNew: false, manifest: third.manifest });

    expect(await unpin(job)).toMatchObject({ isChanged: true, isPinned: false, manifest: { version: first } });
    expect(await unpin(job)).toMatchObject({ isChanged: false });
    const fourth = await lake.train({ seed: 3 });
    expect(fourth).toMatchObject({ isNew: true, manifest: { gate: { isPromoted: true } } });
    expect(await registry.live()).toMatchObject({ isPinned: false, manifest: { version: fourth.manifest.version } });
  });

  it('may be pinned where it is, and is released by going to another one', async () => {
    const lake = await recordedLake();
    const { registry } = lake;
    await lake.put({ BTC: simulated('BTC', 300) });
    const first = (await lake.train()).manifest.version;
    const second = (await lake.train({ seed: 2 })).manifest.version;
    const job = { registry, log: silentLogger };
    expect(await rollback({ ...job, version: second, isPinned: true })).toMatchObject({
      isChanged: false,
      isPinned: true,
    });
    expect(await registry.live()).toMatchObject({ isPinned: true });
    expect(await rollback({ ...job, version: first })).toMatchObject({ isChanged: true, isPinned: false });
    expect(await registry.live()).toMatchObject({ isPinned: false, manifest: { version: first } });
  });

  it('wins against a training that began before the pin', async () => {
    const lake = await recordedLake();
    const { registry } = lake;
    await lake.put({ BTC: simulated('BTC', 300) });
    const first = (await lake.train()).manifest.version;
    let pinning: Promise<unknown> | undefined;
    const job = { registry, log: silentLogger, version: first, isPinned: true };
    lake.clock.set(NOW + HOUR);
    const training = lake.train({ seed: 2, onProgress: () => void (pinning ??= rollback(job)) });
    await expect(training).rejects.toMatchObject({ code: 'conflict', retry: true });
    await pinning;
    expect(await registry.live()).toMatchObject({ isPinned: true, manifest: { version: first } });
    expect(await lake.runs.list()).toMatchObject([{ outcome: 'failed', error: 'conflict' }, { outcome: 'released' }]);
  });

  it('is none where nothing is live', async () => {
    const { registry } = await openLake();
    await expect(unpin({ registry, log: silentLogger })).rejects.toMatchObject({ code: 'no_models' });
  });
});
