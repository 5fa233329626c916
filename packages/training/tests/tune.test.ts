import { createLogger, type ModelName, silentLogger, type Tuning, winnersSchema } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { type TuningJob, type TuningReport, tune } from '../src/index.ts';
import { readWinners } from '../src/tune/records.ts';
import { DAY, openLake, SMALL, simulated } from './lake.ts';
import { persistentMarket } from './persistent-market.ts';

type Lake = Awaited<ReturnType<typeof openLake>>;

const LINEAR: readonly ModelName[] = ['regressor_lin', 'classifier_log'];

function search({ features, store, clock }: Lake, options: Partial<TuningJob> = {}): Promise<TuningReport> {
  const base = { features, store, clock, log: silentLogger, software: 'pavio test', seed: 1, threads: 0, folds: 4 };
  return tune({ ...base, models: LINEAR, trials: 8, parameters: SMALL, ...options });
}

async function tuningOf({ store }: Lake, name: ModelName): Promise<Tuning | null | undefined> {
  return (await readWinners(store))?.winners.models[name]?.tuning;
}

/** What does not depend on how often a search was begun. */
function outcome({ models }: TuningReport) {
  return models.map((model) => ({ ...model, resumed: undefined }));
}

describe('tune', () => {
  it('finds the edge that defaults are blind to, and the next training is as good', async () => {
    const lake = await openLake();
    await lake.put({ BTC: persistentMarket(700, { longestShadow: 0.15 }) });
    // Shrunk to nothing, so that the forecasts are the naive ones.
    const blind = { ...SMALL, regressor_lin: { alpha: 1e9 }, classifier_log: { C: 1e-9 } };
    const report = await search(lake, { parameters: blind });
    for (const { isTakenOver, nested, atDefaults, gain } of report.models) {
      expect(isTakenOver).toBe(true);
      expect(Math.abs(atDefaults.skill!)).toBeLessThan(0.05);
      expect(nested.skill).toBeGreaterThan(0.25);
      expect(nested.verdict).toBe('beats_naive');
      expect(gain.pValue).toBeLessThan(0.001);
    }
    const stored = (await readWinners(lake.store))!.winners;
    expect(winnersSchema.parse(stored)).toEqual(stored);

    const { manifest } = await lake.train({ parameters: SMALL, winners: stored, folds: 4 });
    for (const { name, found, nested } of report.models) {
      const { parameters, tuning, evaluation } = manifest.models[name];
      expect(parameters).toEqual(found);
      expect(tuning).toEqual(await tuningOf(lake, name));
      expect(evaluation.overall.verdict).toBe('beats_naive');
      // The first fold had nothing to choose from: it is as blind as ever. The others are those of the nested score.
      expect(Math.abs(evaluation.folds[0]!.skill!)).toBeLessThan(0.05);
      expect(evaluation.folds.slice(1).reduce((sum, { rows }) => sum + rows, 0)).toBe(nested.rows);
      for (const fold of evaluation.folds.slice(1)) expect(fold.skill).toBeGreaterThan(0.2);
    }
    expect(manifest.models.regressor_rf.tuning).toBeUndefined();
    expect(await lake.train({ parameters: SMALL, winners: stored, folds: 4 })).toMatchObject({ isNew: false });
    // The gate compares ways of fitting: that of the live release is the search.
    const worse = await lake.train({ parameters: blind, folds: 4 });
    expect(worse.manifest.models.regressor_lin.tuning).toBeUndefined();
    expect(worse.manifest.gate).toMatchObject({
      isPromoted: false,
      reason: expect.stringMatching(/^Significantly worse .*: regressor_lin, classifier_log\.$/),
    });
  });

  it('shrinks defaults that fit noise, and still sees no edge in noise', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 500), ETH: simulated('ETH', 500) });
    const [regressor] = (await search(lake, { models: ['regressor_lin'], parameters: { regressor_lin: { alpha: 0 } } }))
      .models;
    expect(regressor).toMatchObject({ isTakenOver: true, defaults: { alpha: 0 } });
    expect(regressor!.found['alpha']).toBeGreaterThan(100);
    expect(regressor!.gain.skill).toBeGreaterThan(0.02);
    expect(regressor!.nested.verdict).toBe('no_edge');
  });

  it('reports no edge on noise, whatever the seed of the search, and leaves the defaults alone', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 500), ETH: simulated('ETH', 500) });
    for (const seed of [1, 2, 3]) {
      const { models } = await search(lake, { seed, trials: 5 });
      expect(models.map(({ nested }) => nested.verdict)).toEqual(['no_edge', 'no_edge']);
      expect(models.map(({ isTakenOver }) => isTakenOver)).toEqual([false, false]);
      for (const { reason } of models) expect(reason).toMatch(/the defaults stay\.$/);
    }
    const { winners } = (await readWinners(lake.store))!;
    // Three searches were compared with the defaults: a fourth that is better must be so much better.
    expect(winners.models.regressor_lin).toMatchObject({ tuning: null, compared: [{ trials: 6 }, {}, {}] });
    const { manifest } = await lake.train({ winners });
    expect(Object.values(manifest.models).filter(({ tuning }) => tuning !== undefined)).toEqual([]);
  });

  it('continues where it was stopped and finds the same, on any number of threads', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 400) });
    const models: readonly ModelName[] = ['regressor_lin', 'regressor_rf', 'classifier_log'];
    const trials = 4;
    const whole = await search(lake, { models, trials });
    const recorded = await keysOf(lake);
    expect(recorded).toHaveLength(3 * 5);
    expect(await search(lake, { models, trials })).toMatchObject({
      models: models.map(() => ({ resumed: 5, trials: 5 })),
    });
    const winners = await lake.store.get('tuning/winners.json');

    for (const key of [...recorded, 'tuning/winners.json']) await lake.store.delete(key);
    const stop = new AbortController();
    const onProgress = ({ trials: recordedSoFar }: { trials: number }) => void (recordedSoFar >= 5 && stop.abort());
    await expect(search(lake, { models, trials, threads: 2, signal: stop.signal, onProgress })).rejects.toMatchObject({
      name: 'AbortError',
    });
    const left = await keysOf(lake);
    expect(left.length).toBeGreaterThanOrEqual(5);
    expect(left.length).toBeLessThan(15);
    expect(await readWinners(lake.store)).toBeUndefined();
    // With a hole, as a trial leaves that was under way.
    await lake.store.delete(left[1]!);
    const continued = await search(lake, { models, trials, threads: 2 });
    expect(outcome(continued)).toEqual(outcome(whole));
    expect(continued.models.reduce((sum, { resumed }) => sum + resumed, 0)).toBe(left.length - 1);
    expect((await lake.store.get('tuning/winners.json'))?.body).toEqual(winners?.body);
  });

  it('goes on with more trials, counts only those that are asked for, and repeats none', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 400) });
    const few = await search(lake, { trials: 3 });
    const more = await search(lake, { trials: 6 });
    expect(more.models[0]).toMatchObject({ trials: 7, resumed: 4, study: few.models[0]!.study });
    const again = await search(lake, { trials: 3 });
    // But for the p-values: they know of the search with six.
    expect(again.models.map(({ found, trials }) => ({ found, trials }))).toEqual(
      few.models.map(({ found, trials }) => ({ found, trials })),
    );
    const other = await search(lake, { trials: 3, seed: 2 });
    expect(other.models[0]!.study).not.toBe(few.models[0]!.study);
  });

  it('shares its trials with another one at the same time', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 400) });
    const [one, other] = await Promise.all([search(lake), search(lake)]);
    expect(outcome(one)).toEqual(outcome(other));
    expect(await keysOf(lake)).toHaveLength(2 * 9);

    // Winners of another search are not overwritten by one that did not know them.
    const { winners } = (await readWinners(lake.store))!;
    const newer = { ...winners, models: { regressor_rf: winners.models.regressor_lin } };
    const onProgress = () => void lake.store.put('tuning/winners.json', Buffer.from(JSON.stringify(newer)));
    await expect(search(lake, { trials: 3, onProgress })).rejects.toMatchObject({ code: 'conflict' });
    expect((await readWinners(lake.store))?.winners).toEqual(newer);
  });

  it('begins no trial after its time', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 400) });
    let now = lake.clock.now();
    const clock = { now: () => now };
    const seen: number[] = [];
    const onProgress = ({ done }: { done: number }) => {
      seen.push(done);
      now += 1000;
    };
    const report = await search(lake, { clock, trials: undefined, time: 10_000, onProgress });
    expect(report.models.map(({ trials }) => trials)).toEqual([5, 4]);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('leaves winners of other features alone, and says so', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 400) });
    await search(lake, { parameters: { regressor_lin: { alpha: 0 } }, models: ['regressor_lin'] });
    const { winners } = (await readWinners(lake.store))!;
    const foreign = { ...winners, featureSet: { ...winners.featureSet, hash: '0'.repeat(64) } };
    const lines: string[] = [];
    const log = createLogger('warn', { write: (line) => void lines.push(line) });
    const { manifest } = await lake.train({ winners: foreign, log });
    expect(manifest.models.regressor_lin).toMatchObject({ parameters: { alpha: 4500 } });
    expect(lines.join()).toContain('of other features, another market or another window: the defaults are used');
  });

  it('hands winners over to trainings of the same window alone', async () => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 400) });
    const window = { days: 150 };
    const options = { parameters: { regressor_lin: { alpha: 0 } }, models: ['regressor_lin'], window };
    expect((await search(lake, options)).models[0]).toMatchObject({ isTakenOver: true });
    const { winners } = (await readWinners(lake.store))!;
    expect(winners).toMatchObject({ window: 150 * DAY });
    const alphaOf = async (training: Parameters<Lake['train']>[0]) => {
      const { manifest } = await lake.train({ winners, ...training });
      return manifest.models.regressor_lin.parameters['alpha'];
    };
    const found = winners.models.regressor_lin!.tuning!.choices.at(-1)!.parameters['alpha'];
    expect(found).not.toBe(4500);
    expect(await alphaOf({ window: { candles: 150 } })).toBe(found);
    expect(await alphaOf({ window: { days: 151 } })).toBe(4500);
    expect(await alphaOf({})).toBe(4500);
    // A search in another window has nothing to go on from.
    await search(lake, { ...options, window: undefined });
    const other = (await readWinners(lake.store))!.winners;
    expect(other.window).toBeUndefined();
    expect(other.models.regressor_lin!.compared).toHaveLength(1);
  });

  it('refuses what makes no sense, and records that are damaged', async () => {
    const lake = await openLake();
    await expect(search(lake)).rejects.toMatchObject({ code: 'no_features' });
    await lake.put({ BTC: simulated('BTC', 400) });
    for (const trials of [0, -1, 1.5, Number.NaN, 1e9]) {
      await expect(search(lake, { trials })).rejects.toMatchObject({ code: 'bad_usage' });
    }
    for (const time of [0, -1, Number.NaN]) {
      await expect(search(lake, { time })).rejects.toMatchObject({ code: 'bad_usage' });
    }
    await expect(search(lake, { models: [] })).rejects.toMatchObject({ code: 'bad_usage' });
    await expect(search(lake, { models: ['regressor_lin', 'oracle'] })).rejects.toMatchObject({
      code: 'bad_usage',
      message: 'There is no model "oracle".',
    });
    await expect(search(lake, { parameters: { regressor_lin: { alpha: -1 } } })).rejects.toMatchObject({
      code: 'bad_config',
    });
    await expect(search(lake, { folds: 1 })).rejects.toMatchObject({ code: 'not_enough_data' });

    await search(lake, { trials: 1 });
    const [key] = await keysOf(lake);
    await lake.store.put(key!, Buffer.from('{"format":1'));
    await expect(search(lake, { trials: 1 })).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining(key!),
    });
    await lake.store.put('tuning/winners.json', Buffer.from('null'));
    await expect(search(lake, { trials: 1 })).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('tuning/winners.json is damaged'),
    });
  });
});

async function keysOf({ store }: Lake): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('tuning/')) if (key !== 'tuning/winners.json') keys.push(key);
  return keys;
}
