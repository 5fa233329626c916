import { MODEL_NAMES, type ReleasedModel, releaseManifestSchema } from '@pavio/core';
import { loadRelease } from '@pavio/estimators';
import { describe, expect, it } from 'vitest';
import { DAY, openLake, SMALL, simulated } from './lake.ts';
import { persistentMarket } from './persistent-market.ts';

describe('train', () => {
  it('publishes and releases five models that can be loaded and that say how good they are', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 400), ETH: simulated('ETH', 300) });
    const steps: number[] = [];
    const report = await lake.train({ onProgress: ({ done, total }) => steps.push(done / total) });

    const { manifest } = report;
    expect(report.isNew).toBe(true);
    expect(releaseManifestSchema.parse(manifest)).toEqual(manifest);
    expect(manifest).toMatchObject({
      version: '20261121-1100',
      source: 'simulated',
      isSimulated: true,
      gate: { isPromoted: true, reason: 'First release.', previous: null },
      training: { assets: ['BTC', 'ETH'], rows: 400 + 300 - 2 * 50 },
    });
    expect((await lake.registry.live())?.manifest).toEqual(manifest);
    expect(steps.at(-1)).toBe(1);
    expect(steps).toHaveLength(5 * 4);

    for (const name of MODEL_NAMES) {
      const { evaluation, intervals, kind } = manifest.models[name];
      expect(evaluation.folds).toHaveLength(3);
      expect(Object.keys(evaluation.assets)).toEqual(['BTC', 'ETH']);
      expect(evaluation.folds.reduce((sum, { rows }) => sum + rows, 0)).toBe(evaluation.overall.rows);
      expect(Object.values(evaluation.assets).reduce((sum, { rows }) => sum + rows, 0)).toBe(evaluation.overall.rows);
      expect(Math.abs(evaluation.overall.skill ?? 1)).toBeLessThan(0.2);
      const radii = Object.values(intervals);
      expect(radii).toEqual(radii.toSorted((a, b) => a - b));
      expect(radii).toHaveLength(kind === 'regressor' ? 3 : 0);
    }
    const { models } = loadRelease(await lake.registry.load(manifest.version));
    expect(models.regressor_rf.columns).toBe(manifest.featureSet.inputs.length);
    // Each file says by itself what it reads and how it was made.
    for (const name of MODEL_NAMES) {
      const { metadata } = models[name].toTensors();
      expect(metadata).toMatchObject({
        model: name,
        feature_set: manifest.featureSet.name,
        feature_hash: manifest.featureSet.hash,
        seed: '1',
        software: 'pavio test',
      });
      expect(JSON.parse(metadata['features']!)).toEqual(manifest.featureSet.inputs);
      expect(JSON.parse(metadata['parameters']!)).toEqual(manifest.models[name].parameters);
    }
  });

  it('trains every fold on its past alone, a whole candle and more before the test part', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 400), ETH: simulated('ETH', 300) });
    const { manifest } = await lake.train();
    for (const { train, test } of manifest.folds) {
      expect(Date.parse(test.from) - Date.parse(train.to)).toBeGreaterThanOrEqual(3 * DAY);
    }
  });

  it('tells how far intervals and probabilities can be trusted, and still reads releases that do not', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 500), ETH: simulated('ETH', 500) });
    const { manifest } = await lake.train();
    const ofKind = (wanted: string) => Object.values(manifest.models).filter(({ kind }) => kind === wanted);
    for (const { evaluation, coverage, adaptiveIntervals, calibration, reliability } of ofKind('regressor')) {
      const later = evaluation.overall.rows - evaluation.folds[0]!.rows;
      expect(coverage!.map(({ overall }) => overall?.rows)).toEqual(Array.from({ length: 6 }, () => later));
      expect(Object.keys(adaptiveIntervals!)).toEqual(['0.5', '0.8', '0.95']);
      expect([calibration, reliability]).toEqual([undefined, undefined]);
    }
    for (const { evaluation, coverage, calibration, reliability } of ofKind('classifier')) {
      const { rows, metrics } = evaluation.overall;
      // What is judged is what is served: the score and the reliability are of the same probabilities.
      expect(reliability).toMatchObject({ rows, brier: expect.closeTo(metrics['brier']!, 12) });
      const { calibrator, trials, before, after } = calibration!;
      const brierOf = (wanted: string) => trials.find(({ method }) => method === wanted)!.brier;
      expect(before).toMatchObject({
        rows: rows - evaluation.folds[0]!.rows,
        brier: expect.closeTo(brierOf('none'), 12),
      });
      expect(after === null).toBe(calibrator === null);
      expect(after?.brier ?? 0).toBeLessThan(brierOf('none'));
      expect(coverage).toBeUndefined();
    }
    const older = structuredClone(manifest);
    for (const name of MODEL_NAMES) {
      const model: Partial<ReleasedModel> = older.models[name];
      for (const field of ['coverage', 'adaptiveIntervals', 'calibration', 'reliability'] as const) delete model[field];
    }
    expect(releaseManifestSchema.parse(older)).toEqual(older);
    const broken = structuredClone(manifest);
    broken.models.classifier_rf.calibration!.calibrator = { method: 'isotonic', x: [0.2, 0.1], y: [0.4] };
    expect(releaseManifestSchema.safeParse(broken).error?.message).toContain('points whose x and y ascend');
  });

  it('forgets what is older than a window, in the folds and in the models', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 500), ETH: simulated('ETH', 500) });
    const all = (await lake.train()).manifest;
    const { manifest, isNew } = await lake.train({ window: { days: 120 } });
    expect(isNew).toBe(true);
    expect(manifest.training).toMatchObject({ window: 120 * DAY, rows: 2 * 120, to: all.training.to });
    expect(Date.parse(manifest.training.from)).toBe(Date.parse(manifest.training.to) - 119 * DAY);
    for (const [i, { train, test }] of manifest.folds.entries()) {
      expect(Date.parse(train.from)).toBeGreaterThanOrEqual(Date.parse(test.from) - 120 * DAY);
      expect(test).toEqual(all.folds[i]!.test);
      expect(train.to).toBe(all.folds[i]!.train.to);
    }
    expect(manifest.gate.reason).toMatch(/worse than the live release's parameters and window/);
    expect(await lake.train({ window: { candles: 120 } })).toMatchObject({ isNew: false });
    await expect(lake.train({ window: { candles: 2 } })).rejects.toMatchObject({ code: 'not_enough_data' });
  });

  it('changes nothing when there is nothing new to learn, and gives the same bytes when it is forced', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 300) });
    const first = await lake.train();
    expect(await lake.train()).toMatchObject({ isNew: false, manifest: { version: first.manifest.version } });
    expect(await lake.registry.versions()).toHaveLength(1);

    const forced = await lake.train({ isForced: true, threads: 2 });
    expect(forced.manifest.version).toBe('20261121-110000');
    expect(forced.manifest.gate.reason).toBe('Fitted like the live release, on the same rows.');
    for (const name of MODEL_NAMES) {
      expect(forced.manifest.models[name]).toEqual(first.manifest.models[name]);
    }
    const other = await lake.train({ seed: 2 });
    expect(other.isNew).toBe(true);
    expect(other.manifest.gate.reason).toBe('Fitted like the live release, with seed 2 instead of 1.');
    expect(other.manifest.models.regressor_rf.file.sha256).not.toBe(first.manifest.models.regressor_rf.file.sha256);
    const newer = await lake.train({ seed: 2, software: 'pavio next', folds: 4 });
    expect(newer.manifest.gate.reason).toBe(
      'Fitted like the live release, judged on 4 folds instead of 3, by pavio next instead of pavio test.',
    );
    await lake.put({ BTC: simulated('BTC', 301) });
    const later = await lake.train({ seed: 2, software: 'pavio next', folds: 4 });
    expect(later.manifest.gate.reason).toBe('Fitted like the live release, on other rows.');
  });

  it('keeps the live release when the candidate is significantly worse', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 700), ETH: simulated('ETH', 700) });
    const good = await lake.train({ parameters: { ...SMALL, regressor_lin: { alpha: 1e6 } } });
    // Without any penalty some sixty inputs fit the noise of a few hundred rows.
    const bad = await lake.train({ parameters: { ...SMALL, regressor_lin: { alpha: 0 } } });
    expect(bad.manifest.gate).toEqual({
      isPromoted: false,
      reason: "Significantly worse than the live release's parameters on the same folds: regressor_lin.",
      previous: good.manifest.version,
    });
    expect((await lake.registry.live())?.manifest.version).toBe(good.manifest.version);
    expect(await lake.registry.versions()).toHaveLength(2);

    const back = await lake.train({ parameters: { ...SMALL, regressor_lin: { alpha: 1e5 } } });
    expect(back.manifest.gate.isPromoted).toBe(true);
  });

  it('tells the loser when two trainings release at once', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 300) });
    const results = await Promise.allSettled([lake.train({ seed: 1 }), lake.train({ seed: 2 })]);
    const won = results.filter((result) => result.status === 'fulfilled');
    const lost = results.find((result) => result.status === 'rejected');
    expect(won).toHaveLength(1);
    expect(lost?.reason).toMatchObject({ code: 'conflict' });
    expect((await lake.registry.live())?.manifest.version).toBe(won[0]?.value.manifest.version);
  });

  it('stops when it is told to and leaves no release behind', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 300) });
    const stop = new AbortController();
    const training = lake.train({ signal: stop.signal, onProgress: () => stop.abort() });
    await expect(training).rejects.toMatchObject({ name: 'AbortError' });
    expect(await lake.registry.live()).toBeUndefined();
  });

  it('says what is missing', async () => {
    const lake = await openLake();
    await expect(lake.train()).rejects.toMatchObject({ code: 'no_features', remedy: 'Compute them: pavio features.' });
    await lake.put({ BTC: simulated('BTC', 300) });
    await expect(lake.train({ parameters: { regressor_gbr: { learningRate: -1 } } })).rejects.toMatchObject({
      code: 'bad_config',
    });
    await expect(lake.train({ folds: 500 })).rejects.toMatchObject({ code: 'not_enough_data' });
  });

  it('names inputs that never change: a market without shadows has no doji and no hammer', async () => {
    const lake = await openLake();
    await lake.put({ BTC: persistentMarket(300, { longestShadow: 0 }) });
    await expect(lake.train()).rejects.toMatchObject({
      code: 'bad_features',
      message: expect.stringMatching(/constant: .*doji, hammer/),
    });
  });
});
