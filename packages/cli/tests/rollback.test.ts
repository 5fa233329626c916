import { expect, it } from 'vitest';
import { emptyFolder, pavio, SMALL } from './pavio.ts';

it('rolls back to the release before, to a named one, and says what is live', async () => {
  const options = { cwd: await emptyFolder(), env: { ...SMALL, PAVIO_ASSETS: 'BTC', PAVIO_SOURCE: 'simulated' } };
  expect(await pavio(['rollback'], options)).toMatchObject({ code: 1, stderr: expect.stringContaining('pavio run') });

  const first: string = JSON.parse((await pavio(['run', '--json'], options)).stdout).training.manifest.version;
  const again = await pavio(['train', '--seed', '7', '--json'], options);
  const second: string = JSON.parse(again.stdout).manifest.version;
  expect(second).not.toBe(first);

  const back = await pavio(['rollback'], options);
  expect(back).toMatchObject({ code: 0 });
  expect(back.stdout).toContain(`Release ${first} (SIMULATED candles) is live now, in place of ${second}.\n`);
  expect((await pavio(['models'], options)).stdout).toMatch(new RegExp(`^\\* +${first} `, 'm'));
  expect((await pavio(['rollback', first], options)).stdout).toContain('was live already: nothing changed');

  const named = await pavio(['rollback', second, '--json'], options);
  expect(JSON.parse(named.stdout)).toMatchObject({ live: second, replaced: first, isChanged: true });

  const unknown = await pavio(['rollback', '20200101-0000'], options);
  expect(unknown).toMatchObject({ code: 1 });
  expect(unknown.stderr).toContain(`Name one of the newest: ${second}, ${first}.`);
});
