import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore, TrainingRun } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { folderStore, lakeTrainingRunLog } from '../src/index.ts';
import { temporaryFolder } from './support/folders.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (body?: Uint8Array) => new TextDecoder().decode(body);

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}

describe('trainings in a lake', () => {
  const run: TrainingRun = {
    startedAt: '2026-11-22T00:00:00Z',
    seconds: 1,
    outcome: 'released',
    version: '20240602-0000',
    reason: 'First release.',
    error: null,
    rows: 100,
    assets: ['BTC'],
    models: {},
  };

  it('are documents whose names sort by time', async () => {
    const lake = folderStore(await temporaryFolder());
    await lakeTrainingRunLog(lake).append(run);
    const [key = ''] = await keysOf(lake);
    expect(key).toMatch(/^training_runs\/20261122T000000000Z-[0-9a-f]{8}\.json$/);
    const stored: unknown = JSON.parse(text((await lake.get(key))?.body));
    expect(stored).toEqual({ ...run, times: 1, lastStartedAt: run.startedAt });
  });

  it('are kept up to a thousand', async () => {
    const folder = await temporaryFolder();
    const lake = folderStore(folder);
    const log = lakeTrainingRunLog(lake);
    await log.append(run);
    const older = (i: number) => `20261121T${String(i).padStart(9, '0')}Z-00000000.json`;
    // Put there as files: a thousand appended ones would take their time.
    await Promise.all(Array.from({ length: 1002 }, (_, i) => writeFile(join(folder, 'training_runs', older(i)), '{}')));
    await log.append({ ...run, startedAt: '2026-11-23T00:00:00Z' });
    const keys = await keysOf(lake);
    expect(keys).toHaveLength(1000);
    expect(keys[0]).toBe(`training_runs/${older(4)}`);
    expect(await log.list({ limit: 2 })).toMatchObject([{ startedAt: '2026-11-23T00:00:00Z' }, run]);
  });

  it('name the file that is damaged, which does not stand in the way of the next', async () => {
    const lake = folderStore(await temporaryFolder());
    const log = lakeTrainingRunLog(lake);
    const key = 'training_runs/20261121T000000000Z-00000000.json';
    await lake.put(key, bytes('{'));
    await log.append(run);
    expect(await log.list({ limit: 1 })).toMatchObject([run]);
    await expect(log.list()).rejects.toMatchObject({ message: expect.stringContaining(key) });
  });
});
