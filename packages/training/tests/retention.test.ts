import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fixedClock, type ModelRegistry, type ReleaseManifest, silentLogger } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { applyRetention, storeReport } from '../src/index.ts';
import { NOW, openLake, simulated } from './lake.ts';

const LATER = NOW + 30 * 86_400_000;

/**
 * A lake with a trained release and copies of it under these names, each with its report; the last one is live, and each says
 * that the one before it was.
 */
async function lakeWith(
  names: readonly string[],
  edit: (manifest: ReleaseManifest, i: number) => ReleaseManifest = (same) => same,
) {
  const lake = await openLake();
  await lake.put({ BTC: simulated('BTC', 300) });
  const made = (await lake.train()).manifest.version;
  const { manifest, files, twins } = await lake.registry.load(made, { withTwins: true });
  for (const [i, version] of names.entries()) {
    const gate = { ...manifest.gate, previous: names[i - 1] ?? null };
    const copy = edit({ ...manifest, version, gate }, i);
    await lake.registry.publish({ manifest: copy, files, ...(twins === undefined ? {} : { twins }) });
    await storeReport(lake.store, copy);
  }
  await lake.registry.promote(names.at(-1)!, await lake.registry.liveTag());
  await lake.registry.remove(made);
  const retain = (
    keep: number,
    { now = LATER, registry = lake.registry }: { now?: number; registry?: ModelRegistry } = {},
  ) => applyRetention({ registry, store: lake.store, clock: fixedClock(now), log: silentLogger, keep });
  const kept = async () => (await lake.registry.names()).map(({ version }) => version);
  const reports = () => readdir(path.join(lake.folder, 'reports'));
  return { ...lake, retain, kept, reports };
}

const days = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => `202611${String(first + i).padStart(2, '0')}-0000`);

describe('retention', () => {
  it('keeps the newest versions, and removes the others with their reports', async () => {
    const lake = await lakeWith(days(1, 8));
    expect(await lake.retain(6)).toEqual(days(1, 2).toReversed());
    expect(await lake.kept()).toEqual(days(3, 8).toReversed());
    expect(await lake.reports()).toEqual(days(3, 8).map((version) => `${version}.html`));
    expect(await readdir(path.join(lake.folder, 'models'))).toEqual([...days(3, 8), 'latest']);
    expect(await lake.retain(6)).toEqual([]);
  });

  it('keeps what is live, and three that were live before it, however old they are', async () => {
    const lake = await lakeWith(days(1, 8));
    const { registry } = lake;
    await registry.promote('20261105-0000', await registry.liveTag(), { isPinned: true });
    expect(await lake.retain(1)).toEqual(['20261107-0000', '20261106-0000', '20261101-0000']);
    expect(await lake.kept()).toEqual(['20261108-0000', ...days(2, 5).toReversed()]);
    expect(await registry.live()).toMatchObject({ isPinned: true, manifest: { version: '20261105-0000' } });
  });

  it('keeps what is younger than an hour: somebody may be publishing it', async () => {
    const lake = await lakeWith(['20261101-0000', '20261101-0059', '20261101-010030', '20261101-0101']);
    await lake.store.put('models/20261101-0100/regressor_lin.safetensors', Buffer.from('half'));
    // Live is without a release before it, so that nothing is kept for rollbacks.
    await lake.registry.promote('20261101-0000', await lake.registry.liveTag());
    const now = Date.parse('2026-11-01T02:00:00Z');
    expect(await lake.retain(1, { now })).toEqual(['20261101-0100', '20261101-0059']);
    expect(await lake.kept()).toEqual(['20261101-0101', '20261101-010030', '20261101-0000']);
  });

  it('removes what killed publications and removals left', async () => {
    const lake = await lakeWith(days(1, 3));
    await lake.store.put('models/20261102-0600/regressor_lin.safetensors', Buffer.from('half'));
    await lake.store.put('reports/20261030-0000.html', Buffer.from('of a version whose removal was killed here'));
    await lake.store.put('reports/notes.html', Buffer.from('not ours'));
    expect(await lake.retain(50)).toEqual(['20261102-0600']);
    expect(await lake.kept()).toEqual(days(1, 3).toReversed());
    expect(await lake.reports()).toEqual([...days(1, 3).map((version) => `${version}.html`), 'notes.html']);
  });

  it('removes nothing where it cannot be read what is live', async () => {
    const lake = await lakeWith(days(1, 3));
    await lake.store.put('models/latest/manifest.json', Buffer.from('{'));
    expect(await lake.retain(1)).toEqual([]);
    expect(await lake.kept()).toHaveLength(3);
  });

  it('removes a damaged version, and stops at one in the chain of rollbacks', async () => {
    const lake = await lakeWith(days(1, 4));
    await lake.store.put('models/20261103-0000/manifest.json', Buffer.from('{'));
    expect(await lake.retain(1)).toEqual(days(1, 3).toReversed());
    expect(await lake.kept()).toEqual(['20261104-0000']);
  });

  it('leaves alone what goes live while it looks', async () => {
    const lake = await lakeWith(days(1, 4), (manifest) => ({
      ...manifest,
      gate: { ...manifest.gate, previous: null },
    }));
    const { registry } = lake;
    const meanwhile: ModelRegistry = Object.assign(Object.create(registry), {
      publish: registry.publish.bind(registry),
      live: registry.live.bind(registry),
      names: registry.names.bind(registry),
      manifest: registry.manifest.bind(registry),
      async remove(version: string) {
        if (version === '20261102-0000') await registry.promote(version, await registry.liveTag());
        return registry.remove(version);
      },
    });
    expect(await lake.retain(1, { registry: meanwhile })).toEqual(['20261103-0000', '20261101-0000']);
    expect((await registry.load((await registry.live())!.manifest.version)).manifest.version).toBe('20261102-0000');
    expect(await lake.reports()).toContain('20261102-0000.html');
  });

  it('works in a lake without anything', async () => {
    const lake = await openLake();
    await rm(lake.folder, { recursive: true });
    const { registry, store, clock } = lake;
    expect(await applyRetention({ registry, store, clock, log: silentLogger, keep: 1 })).toEqual([]);
  });
});
