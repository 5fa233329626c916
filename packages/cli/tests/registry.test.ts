import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { folderStore } from '@pavio/storage';
import { expect, it } from 'vitest';
import { emptyFolder, pavio, SMALL } from './pavio.ts';

it('pins a release, says so wherever one looks, and unpins it', async () => {
  const options = { cwd: await emptyFolder(), env: { ...SMALL, PAVIO_ASSETS: 'BTC', PAVIO_SOURCE: 'simulated' } };
  const first: string = JSON.parse((await pavio(['run', '--json'], options)).stdout).training.manifest.version;
  expect((await pavio(['rollback', '--unpin'], options)).stdout).toContain('was not pinned: nothing changed');

  const pinned = await pavio(['rollback', first, '--pin'], options);
  expect(pinned).toMatchObject({ code: 0, stdout: expect.stringContaining(`Release ${first} (SIMULATED candles)`) });
  expect(pinned.stdout).toContain('It is pinned: no training replaces it until you say pavio rollback --unpin');
  expect((await pavio(['models'], options)).stdout).toContain('* is live and PINNED');
  expect((await pavio(['doctor'], options)).stdout).toContain('It is PINNED');

  const kept = await pavio(['train', '--seed', '7'], options);
  expect(kept.stdout).toContain(`was NOT made live: Release ${first} is pinned`);
  expect((await pavio(['train', '--seed', '7'], options)).stdout).toContain(
    `Nothing new to learn: release ${JSON.parse((await pavio(['models', '--json'], options)).stdout).versions[0].version}`,
  );
  expect(JSON.parse((await pavio(['models', '--json'], options)).stdout)).toMatchObject({
    live: first,
    isPinned: true,
  });

  for (const words of [
    ['--unpin', first],
    ['--unpin', '--pin'],
  ]) {
    expect(await pavio(['rollback', ...words], options)).toMatchObject({ code: 2 });
  }
  expect((await pavio(['rollback', '--unpin'], options)).stdout).toContain('is not pinned any more');
  expect((await pavio(['models'], options)).stdout).toMatch(/^\* is live\. /m);

  const runs = await pavio(['runs'], options);
  expect(runs.stdout).toMatch(/nothing new .*\n.*kept back .*is pinned.*\n.*released .*First release\./);
  expect(JSON.parse((await pavio(['runs', '--json', '--limit', '1'], options)).stdout)).toMatchObject([
    { outcome: 'nothing_new', times: 1 },
  ]);
});

it('removes old versions when it is told to, and shows the others beside a damaged one', async () => {
  const options = { cwd: await emptyFolder(), env: { ...SMALL, PAVIO_ASSETS: 'BTC', PAVIO_SOURCE: 'simulated' } };
  expect((await pavio(['models', '--keep', '1'], options)).stdout).toContain('There are no versions yet');
  expect((await pavio(['runs'], options)).stdout).toContain('There were no trainings yet');
  expect(await pavio(['models', '--keep', '0'], options)).toMatchObject({ code: 2 });

  await pavio(['run'], options);
  const [live] = JSON.parse((await pavio(['models', '--json'], options)).stdout).versions;
  const lake = path.join(options.cwd, 'data');
  const store = folderStore(lake);
  for (const version of ['20240101-0000', '20240102-0000']) {
    await store.put(`models/${version}/manifest.json`, Buffer.from('{'));
  }
  const models = await pavio(['models'], options);
  expect(models.code).toBe(0);
  expect(models.stdout).toMatch(new RegExp(`^\\* +${live.version} .*\\n +20240102-0000 .*DAMAGED: .*is not JSON`, 'm'));
  expect(JSON.parse((await pavio(['models', '--json'], options)).stdout).versions).toMatchObject([
    { version: live.version },
    { version: '20240102-0000', problem: { code: 'bad_model' } },
    { version: '20240101-0000', problem: { code: 'bad_model' } },
  ]);

  const removed = await pavio(['models', '--keep', '1'], options);
  expect(removed.stdout).toContain('Removed: 20240102-0000, 20240101-0000.');
  expect(removed.stdout).not.toContain('DAMAGED');

  await writeFile(path.join(lake, 'models/latest/manifest.json'), '{');
  const broken = await pavio(['models'], options);
  expect(broken.stdout).toContain(live.version);
  expect(broken.stdout).toContain('What is live cannot be read');
});
