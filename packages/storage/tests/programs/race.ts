/**
 * A process of its own: publishes a release a round, reads what is live, waits for a line on stdin, and tries to make its
 * release live; says what came of it. Arguments: lake, endpoint (empty: none), first version's day, rounds.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { toPavioError } from '@pavio/core';
import { lakeModelRegistry } from '../../src/index.ts';
import { openTestLake } from '../support/open-lake.ts';
import { release } from '../support/releases.ts';

const [lake = '', endpoint = '', day = '', rounds = ''] = process.argv.slice(2);
const registry = lakeModelRegistry(openTestLake(lake, endpoint));
const input = createInterface(process.stdin);

for (let round = 0; round < Number(rounds); round++) {
  const version = `202406${day}-00${String(round).padStart(2, '0')}`;
  await registry.publish(release(version));
  const tag = await registry.liveTag();
  const go = once(input, 'line');
  process.stdout.write(`ready ${round}\n`);
  await go;
  const result = await registry.promote(version, tag).then(
    () => 'won',
    (error: unknown) => toPavioError(error).code,
  );
  process.stdout.write(`${result} ${version}\n`);
}
input.close();
