import type { ObjectStore } from '@pavio/core';
import { afterAll, describe, expect, it } from 'vitest';
import { lakeModelRegistry } from '../src/index.ts';
import { temporaryFolder } from './support/folders.ts';
import { openTestLake } from './support/open-lake.ts';
import { type Program, startProgram } from './support/processes.ts';
import { release } from './support/releases.ts';
import { testS3 } from './support/s3.ts';

const { missing, newBucket, stop } = await testS3();
afterAll(stop);

interface Address {
  readonly lake: string;
  readonly endpoint: string;
}

async function newFolder(): Promise<Address> {
  return { lake: await temporaryFolder(), endpoint: '' };
}

async function newS3Lake(): Promise<Address> {
  const { bucket, endpoint } = await newBucket();
  return { lake: `s3://${bucket}/lake`, endpoint };
}

/** The releases and the copies of the live one are whole: every version loads, every copy is the live version's file. */
async function expectWhole(store: ObjectStore, live: string) {
  const registry = lakeModelRegistry(store);
  expect((await registry.live())?.manifest.version).toBe(live);
  for (const { version } of await registry.versions()) {
    expect((await registry.load(version)).files).toEqual(release(version).files);
  }
}

async function expectCopiesOf(store: ObjectStore, live: string) {
  for (const [name, body] of release(live).files) {
    const copy = await store.get(`models/latest/${name}.safetensors`);
    expect(Buffer.from(copy?.body ?? []).toString()).toBe(Buffer.from(body).toString());
  }
}

describe.each([
  { where: 'a folder', newLake: newFolder, skip: false },
  { where: `S3${missing}`, newLake: newS3Lake, skip: missing !== '' },
])('a registry in $where, used by processes', ({ newLake, skip }) => {
  it.skipIf(skip)('has one winner whenever two promote at once, and the other says so', async () => {
    const { lake, endpoint } = await newLake();
    const store = openTestLake(lake, endpoint);
    const rounds = 5;
    const racers = ['01', '02'].map((day) => startProgram('race.ts', lake, endpoint, day, String(rounds)));
    const said = (racer: Program) =>
      racer
        .output()
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('ready'));
    for (let round = 0; round < rounds; round++) {
      // Both have read what is live: now they go.
      await Promise.all(racers.map((racer) => racer.printed(`ready ${round}\n`)));
      for (const { child } of racers) child.stdin?.write('go\n');
      const ends = await Promise.all(
        racers.map(async (racer, i) => {
          const version = `2024060${i + 1}-000${round}`;
          await racer.printed(` ${version}\n`);
          return said(racer).at(-1)?.split(' ') ?? [];
        }),
      );
      expect(new Set(ends.map(([end]) => end)), `round ${round}`).toEqual(new Set(['conflict', 'won']));
      const [, winner = ''] = ends.find(([end]) => end === 'won') ?? [];
      expect((await lakeModelRegistry(store).live())?.manifest.version).toBe(winner);
      await expectCopiesOf(store, winner);
    }
    expect(await Promise.all(racers.map(({ ended }) => ended))).toEqual([0, 0]);
    await expectWhole(store, (await lakeModelRegistry(store).live())?.manifest.version ?? '');
  });

  // Ten files are copied, then the pointer is written.
  it.skipIf(skip)('has the old release live or the new one after a kill in promote', async () => {
    const lives = await Promise.all(
      [0, 5, 10].map(async (number) => {
        const { lake, endpoint } = await newLake();
        const store = openTestLake(lake, endpoint);
        const registry = lakeModelRegistry(store);
        for (const version of ['20240601-0000', '20240602-0000']) await registry.publish(release(version));
        await registry.promote('20240601-0000', undefined);
        const program = startProgram('die.ts', lake, endpoint, 'promote', '20240602-0000', String(number));
        expect(await program.ended).toBe('SIGKILL');
        await expectWhole(store, '20240601-0000');
        // The next one is not hindered, and puts the copies right.
        await registry.promote('20240602-0000', await registry.liveTag());
        await expectCopiesOf(store, '20240602-0000');
        return (await registry.live())?.manifest.version;
      }),
    );
    expect(new Set(lives)).toEqual(new Set(['20240602-0000']));
  });

  // The manifest is removed, then ten files.
  it.skipIf(skip)('has a version whole or not at all after a kill in its removal', async () => {
    await Promise.all(
      [0, 5, 10].map(async (number) => {
        const { lake, endpoint } = await newLake();
        const store = openTestLake(lake, endpoint);
        const registry = lakeModelRegistry(store);
        for (const version of ['20240601-0000', '20240602-0000']) await registry.publish(release(version));
        await registry.promote('20240602-0000', undefined);
        const program = startProgram('die.ts', lake, endpoint, 'remove', '20240601-0000', String(number));
        expect(await program.ended).toBe('SIGKILL');
        await expectWhole(store, '20240602-0000');
        const left = number === 0 ? ['20240602-0000', '20240601-0000'] : ['20240602-0000'];
        expect((await registry.versions()).map(({ version }) => version)).toEqual(left);
        expect(await registry.names()).toContainEqual({ version: '20240601-0000', isComplete: number === 0 });
        // The next removal takes the rest.
        await registry.remove('20240601-0000');
        expect(await registry.names()).toEqual([{ version: '20240602-0000', isComplete: true }]);
      }),
    );
  });
});
