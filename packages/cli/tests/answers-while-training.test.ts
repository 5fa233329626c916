import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type ReleaseManifest, type Winners, winnersSchema } from '@pavio/core';
import { expect, it } from 'vitest';
import { emptyFolder, pavio, SMALL, startPavio } from './pavio.ts';

/** Of no training that ends. */
const ENDLESS = { nEstimators: 1e9, minSamplesLeaf: 1 };

/** Winners of a search as it would have found them: forests that nobody has the time to fit. */
function endlessWinners({ source, quote, interval, featureSet, software, models }: ReleaseManifest): Winners {
  const from = '2000-01-01T00:00:00Z';
  const tuningOf = (name: 'regressor_rf' | 'classifier_rf') => ({
    compared: [{ study: 'any', trials: 1 }],
    tuning: {
      study: 'any',
      trials: 1,
      compared: 2,
      untuned: models[name].parameters,
      choices: [{ from, parameters: { ...models[name].parameters, ...ENDLESS } }],
    },
  });
  return winnersSchema.parse({
    format: 1,
    createdAt: from,
    software,
    source,
    quote,
    interval,
    featureSet: { name: featureSet.name, hash: featureSet.hash },
    models: { regressor_rf: tuningOf('regressor_rf'), classifier_rf: tuningOf('classifier_rf') },
  });
}

it('up: answers while models are fitted', async () => {
  const cwd = await emptyFolder();
  // With one thread a trainer fits where it is called.
  const env = { ...SMALL, PAVIO_SOURCE: 'simulated', PORT: '0' };
  expect(await pavio(['run'], { cwd, env })).toMatchObject({ code: 0 });
  const live = path.join(cwd, 'data/models/latest/manifest.json');
  const winners = endlessWinners(JSON.parse(await readFile(live, 'utf8')));
  await mkdir(path.join(cwd, 'data/tuning'), { recursive: true });
  await writeFile(path.join(cwd, 'data/tuning/winners.json'), JSON.stringify(winners));

  const running = startPavio(['up', '--every', '1s'], { cwd, env });
  await running.until(' features ');
  const address = /API +(http:\S+)/.exec(running.output())![1]!;
  // The training that has begun goes on for years: whatever is answered is answered before it ends.
  for (let request = 0; request < 30; request++) {
    for (const route of ['livez', 'symbol/BTC', 'moedas']) {
      const response = await fetch(`${address}/${route}`);
      expect(response.status).toBe(200);
      await response.arrayBuffer();
    }
    await new Promise((resolve) => void setTimeout(resolve, 50));
  }
  // Neither has it ended, nor failed, nor left the endless parameters alone.
  expect(running.output()).not.toMatch(/ train |tries again|defaults are used/);
  running.process.kill('SIGINT');
  expect((await running.ended).code).toBe(0);
});
