import { cp, readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '@pavio/core';
import { folderStore, lakeFeatureStore } from '@pavio/storage';
import { type TuningReport, tune } from '@pavio/training';
import { describe, expect, it } from 'vitest';
import { clock, emptyFolder, pavio, SMALL, startPavio } from './pavio.ts';

const env = { ...SMALL, PAVIO_SOURCE: 'simulated' };

/** A folder whose lake has candles and features. */
async function prepared(): Promise<string> {
  const cwd = await emptyFolder();
  expect(await pavio(['crawl'], { cwd, env })).toMatchObject({ code: 0 });
  expect(await pavio(['features'], { cwd, env })).toMatchObject({ code: 0 });
  return cwd;
}

async function trialsIn(cwd: string): Promise<number> {
  const files = await readdir(path.join(cwd, 'data/tuning'), { recursive: true }).catch(() => []);
  return files.filter((file) => /\d{5}\.json$/.test(file)).length;
}

/** What does not depend on how often a search was begun, nor on how long it took. */
function outcome(stdout: string) {
  const { models }: TuningReport = JSON.parse(stdout);
  return models.map((model) => ({ ...model, resumed: undefined }));
}

describe('pavio tune', () => {
  it('killed with kill -9 again and again finds what it finds undisturbed', async () => {
    const reference = await prepared();
    const cwd = await emptyFolder();
    await cp(path.join(reference, 'data'), path.join(cwd, 'data'), { recursive: true });
    const words = ['tune', '--trials', '15', '--models', 'regressor_lin,regressor_rf', '--json'];
    const whole = await pavio(words, { cwd: reference, env });
    expect(whole.code).toBe(0);
    expect(await trialsIn(reference)).toBe(32);

    const left: number[] = [];
    for (const more of [1, 3, 5]) {
      const before = await trialsIn(cwd);
      const victim = startPavio(words, { cwd, env });
      while ((await trialsIn(cwd)) < before + more && victim.process.exitCode === null) await sleep(5);
      victim.process.kill('SIGKILL');
      expect((await victim.ended).code).toBeNull();
      left.push(await trialsIn(cwd));
    }
    expect(left[0]).toBeGreaterThan(0);
    expect(left.at(-1)).toBeLessThan(32);
    expect(await readdir(path.join(cwd, 'data/tuning'))).not.toContain('winners.json');

    const continued = await startPavio(words, { cwd, env }).ended;
    expect(continued.code).toBe(0);
    expect(outcome(continued.stdout)).toEqual(outcome(whole.stdout));
    const { models }: TuningReport = JSON.parse(continued.stdout);
    expect(models.reduce((sum, { resumed }) => sum + resumed, 0)).toBe(left.at(-1));
  });

  it('says what it found and what becomes of it; trainings and models say that they are tuned', async () => {
    const cwd = await prepared();
    const told = await pavio(['tune', '--trials', '2', '--models', 'classifier_log'], { cwd, env });
    expect(told).toMatchObject({ code: 0, stderr: expect.stringContaining('tune 100 % (3/3) 3 trials') });
    expect(told.stdout).toMatch(/^SIMULATED MARKET/);
    expect(told.stdout).toMatch(/classifier_log +3 /);
    expect(told.stdout).toContain('the defaults stay.');

    // Defaults that fit the noise are beaten beyond chance by almost anything.
    const store = folderStore(path.join(cwd, 'data'));
    const { models } = await tune({
      features: lakeFeatureStore(store),
      store,
      clock,
      log: silentLogger,
      software: 'pavio test',
      seed: 1,
      threads: 0,
      models: ['regressor_lin'],
      parameters: { regressor_lin: { alpha: 0 } },
      trials: 5,
    });
    expect(models).toMatchObject([{ isTakenOver: true }]);
    const tuned = /^Parameters +tuned: regressor_lin \(6 trials until \d{4}-\d\d-\d\d\)/m;
    expect((await pavio(['train', '--no-report'], { cwd, env })).stdout).toMatch(tuned);
    expect((await pavio(['models'], { cwd, env })).stdout).toMatch(tuned);
    const listed = JSON.parse((await pavio(['models', '--json'], { cwd, env })).stdout);
    expect(listed.versions[0].models.regressor_lin).toMatchObject({
      parameters: models[0]!.found,
      tuning: { trials: 6, untuned: { alpha: 0 } },
    });
  });

  it.each([
    [['--trials', '0'], 'It must be a whole number from 1'],
    [['--time', '3 weeks'], 'It must be a time like 90s, 10m or 2h'],
    [['--time', '0s'], 'It must be a time like 90s, 10m or 2h'],
    [['--models', 'oracle'], 'There is no model "oracle".'],
  ])('refuses %j', async (words, problem) => {
    const refused = await pavio(['tune', ...words], { cwd: await emptyFolder() });
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(problem) });
  });
});
