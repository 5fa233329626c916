import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type ModelRegistry, releaseManifestSchema, silentLogger } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { rollback } from '../src/index.ts';
import { openLake, simulated } from './lake.ts';

/** A lake with two releases, the second live. */
async function twoReleases() {
  const lake = await openLake();
  await lake.put({ BTC: simulated('BTC', 300) });
  const first = (await lake.train()).manifest.version;
  const second = (await lake.train({ seed: 2 })).manifest.version;
  const { registry } = lake;
  return { ...lake, first, second, rollback: (version?: string) => rollback({ registry, log: silentLogger, version }) };
}

const liveVersion = async (registry: ModelRegistry) => (await registry.live())?.manifest.version;

describe('rollback', () => {
  it('makes the named version live, and says when it was already', async () => {
    const lake = await twoReleases();
    expect(await liveVersion(lake.registry)).toBe(lake.second);
    expect(await lake.rollback(lake.first)).toMatchObject({
      manifest: { version: lake.first },
      replaced: lake.second,
      isChanged: true,
    });
    expect(await liveVersion(lake.registry)).toBe(lake.first);
    expect(await lake.rollback(lake.first)).toMatchObject({ replaced: lake.first, isChanged: false });
    expect(await lake.rollback(lake.second)).toMatchObject({ isChanged: true });
    expect(await liveVersion(lake.registry)).toBe(lake.second);
  });

  it('goes back to the release before where none is named, until there is none', async () => {
    const lake = await twoReleases();
    expect((await lake.rollback()).manifest.version).toBe(lake.first);
    await expect(lake.rollback()).rejects.toMatchObject({
      code: 'unknown_version',
      message: `No release was live before ${lake.first}.`,
      remedy: `Name one of the newest: ${lake.second}, ${lake.first}.`,
    });
    expect(await liveVersion(lake.registry)).toBe(lake.first);
  });

  it('names the newest versions where the wanted one does not exist', async () => {
    const lake = await twoReleases();
    for (const version of ['20200101-0000', '../raw', 'latest']) {
      await expect(lake.rollback(version)).rejects.toMatchObject({
        code: 'unknown_version',
        remedy: `Name one of the newest: ${lake.second}, ${lake.first}.`,
      });
    }
    const empty = await openLake();
    const { registry } = empty;
    const job = { registry, log: silentLogger };
    await expect(rollback(job)).rejects.toMatchObject({
      code: 'no_models',
      remedy: expect.stringContaining('pavio run'),
    });
    await expect(rollback({ ...job, version: '20200101-0000' })).rejects.toMatchObject({ code: 'unknown_version' });
  });

  it('refuses a version whose file is damaged, and keeps what is live', async () => {
    const lake = await twoReleases();
    const file = path.join(lake.folder, 'models', lake.first, 'regressor_rf.safetensors');
    const bytes = await readFile(file);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(file, bytes);
    await expect(lake.rollback(lake.first)).rejects.toMatchObject({ code: 'bad_model' });
    expect(await liveVersion(lake.registry)).toBe(lake.second);
  });

  it('refuses a version that reads other features or does not give its stored predictions', async () => {
    const lake = await twoReleases();
    const { manifest, ...bodies } = await lake.registry.load(lake.first, { withTwins: true });
    const hash = '0'.repeat(64);
    const foreign = { ...manifest, version: '20260101-0000', featureSet: { ...manifest.featureSet, hash } };
    await lake.registry.publish({ manifest: foreign, ...bodies });
    await expect(lake.rollback(foreign.version)).rejects.toMatchObject({
      code: 'feature_mismatch',
      details: { released: hash, computed: manifest.featureSet.hash },
    });
    const { regressor_lin: linear } = manifest.models;
    const checks = linear.checks.map((value) => value + 1);
    const models = { ...manifest.models, regressor_lin: { ...linear, checks } };
    await lake.registry.publish({ manifest: { ...manifest, version: '20260101-0001', models }, ...bodies });
    await expect(lake.rollback('20260101-0001')).rejects.toMatchObject({ code: 'bad_model' });
    expect(await liveVersion(lake.registry)).toBe(lake.second);
  });

  it('lets one of two rollbacks win', async () => {
    const lake = await twoReleases();
    const { manifest, ...bodies } = await lake.registry.load(lake.first, { withTwins: true });
    const third = releaseManifestSchema.parse({ ...manifest, version: '20260101-0000' });
    await lake.registry.publish({ manifest: third, ...bodies });
    const ends = await Promise.allSettled([lake.rollback(lake.first), lake.rollback(third.version)]);
    const lost = ends.filter((end) => end.status === 'rejected');
    for (const { reason } of lost) expect(reason).toMatchObject({ code: 'conflict', retry: true });
    const won = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value.manifest.version] : []));
    expect(won.length).toBeGreaterThan(0);
    expect(won).toContain(await liveVersion(lake.registry));
  });

  it('loses against a release that goes live while it looks', async () => {
    const lake = await twoReleases();
    const { registry } = lake;
    const meanwhile: ModelRegistry = {
      publish: (release) => registry.publish(release),
      promote: (version, expected, options) => registry.promote(version, expected, options),
      live: () => registry.live(),
      liveTag: () => registry.liveTag(),
      versions: (options) => registry.versions(options),
      manifest: (version) => registry.manifest(version),
      names: () => registry.names(),
      remove: (version) => registry.remove(version),
      async load(version) {
        await lake.train({ seed: 3 });
        return registry.load(version);
      },
    };
    const job = { registry: meanwhile, log: silentLogger, version: lake.first };
    await expect(rollback(job)).rejects.toMatchObject({ code: 'conflict', retry: true });
    expect([lake.first, lake.second]).not.toContain(await liveVersion(registry));
  });

  it('cures a live manifest that is damaged', async () => {
    const lake = await twoReleases();
    await writeFile(path.join(lake.folder, 'models/latest/manifest.json'), '{');
    await expect(lake.rollback()).rejects.toMatchObject({ code: 'bad_model' });
    expect(await lake.rollback(lake.first)).toMatchObject({ replaced: null, isChanged: true });
    expect(await liveVersion(lake.registry)).toBe(lake.first);
  });
});
