import { MODEL_NAMES, type ModelRegistry, toPavioError } from '@pavio/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { release } from './support/releases.ts';

/** What every `ModelRegistry` does. `open` gives two handles to one and the same new, empty registry. */
export function testModelRegistry(open: () => Promise<readonly [ModelRegistry, ModelRegistry]>): void {
  let registry: ModelRegistry;
  let other: ModelRegistry;

  beforeEach(async () => {
    [registry, other] = await open();
  });

  it('is empty at first', async () => {
    expect(await registry.versions()).toEqual([]);
    expect(await registry.live()).toBeUndefined();
    expect(await registry.liveTag()).toBeUndefined();
    await expect(registry.load('20240602-0000')).rejects.toMatchObject({ code: 'unknown_version' });
    await expect(registry.load('../latest')).rejects.toMatchObject({ code: 'unknown_version' });
  });

  it('gives back a release as it was published', async () => {
    const published = release('20240602-0000');
    await registry.publish(published);
    const loaded = await other.load('20240602-0000');
    expect(loaded.manifest).toEqual(published.manifest);
    expect([...loaded.files.keys()].sort()).toEqual([...MODEL_NAMES].sort());
    for (const [name, body] of published.files) expect(loaded.files.get(name)).toEqual(body);
    expect(await other.load('20240602-0000', { withTwins: true })).toEqual(published);
    expect(await other.live()).toBeUndefined();
  });

  it('lists versions newest first', async () => {
    for (const version of ['20240602-0000', '20240602-000030', '20240603-0000', '20231231-2359']) {
      await registry.publish(release(version));
    }
    expect((await other.versions()).map(({ version }) => version)).toEqual([
      '20240603-0000',
      '20240602-000030',
      '20240602-0000',
      '20231231-2359',
    ]);
  });

  it('lists the newest so many, and gives what is known of one', async () => {
    for (const version of ['20240602-0000', '20240603-0000', '20240604-0000']) await registry.publish(release(version));
    expect(await other.versions({ limit: 2 })).toEqual(
      ['20240604-0000', '20240603-0000'].map((version) => ({ version, manifest: release(version).manifest })),
    );
    expect(await other.versions({ limit: 0 })).toEqual([]);
    expect(await other.manifest('20240602-0000')).toEqual(release('20240602-0000').manifest);
    await expect(other.manifest('20240601-0000')).rejects.toMatchObject({ code: 'unknown_version' });
    expect(await other.names()).toEqual(
      ['20240604-0000', '20240603-0000', '20240602-0000'].map((version) => ({ version, isComplete: true })),
    );
  });

  it('takes the same version again, and refuses another under its name', async () => {
    await registry.publish(release('20240602-0000'));
    await other.publish(release('20240602-0000'));
    await expect(other.publish(release('20240602-0000', 'other'))).rejects.toMatchObject({ code: 'conflict' });
    expect((await registry.load('20240602-0000')).manifest).toEqual(release('20240602-0000').manifest);
  });

  it('refuses a release whose files are not those of its manifest', async () => {
    const { manifest } = release('20240602-0000');
    const { files } = release('20240602-0000', 'other');
    await expect(registry.publish({ manifest, files })).rejects.toMatchObject({ code: 'bad_input' });
    await expect(registry.publish({ manifest, files: new Map() })).rejects.toMatchObject({ code: 'bad_input' });
    const { twins: _twins, ...withoutTwins } = release('20240602-0000');
    await expect(registry.publish(withoutTwins)).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringContaining('.onnx is not the file'),
    });
    const broken = { ...manifest, version: 'newest' };
    await expect(registry.publish({ ...release('20240602-0000'), manifest: broken })).rejects.toMatchObject({
      code: 'bad_input',
    });
    expect(await registry.versions()).toEqual([]);
  });

  describe('removal', () => {
    it('takes a version away whole, and nothing else', async () => {
      await registry.publish(release('20240602-0000'));
      await registry.publish(release('20240602-000030'));
      await other.remove('20240602-0000');
      expect(await registry.names()).toEqual([{ version: '20240602-000030', isComplete: true }]);
      expect((await registry.load('20240602-000030')).files).toEqual(release('20240602-000030').files);
      await expect(registry.load('20240602-0000')).rejects.toMatchObject({ code: 'unknown_version' });
      // Its name is free again.
      await registry.publish(release('20240602-0000', 'other'));
    });

    it('does nothing where there is none', async () => {
      await registry.publish(release('20240602-0000'));
      for (const version of ['20240601-0000', '20240602', 'latest', '..', '']) await registry.remove(version);
      expect(await registry.versions()).toHaveLength(1);
    });

    it('is refused for what is live', async () => {
      await registry.publish(release('20240602-0000'));
      await registry.promote('20240602-0000', undefined);
      await expect(other.remove('20240602-0000')).rejects.toMatchObject({ code: 'conflict' });
      expect((await registry.load('20240602-0000')).files).toEqual(release('20240602-0000').files);
    });

    it('never leaves a live version in pieces, whoever comes first', async () => {
      for (let round = 0; round < 12; round++) {
        const version = `20240602-00${String(round).padStart(2, '0')}`;
        await registry.publish(release(version));
        const tag = await registry.liveTag();
        const [, promotion] = await Promise.allSettled([other.remove(version), registry.promote(version, tag)]);
        const isPromoted = promotion.status === 'fulfilled';
        const isLive = (await registry.live())?.manifest.version === version;
        const found = await other.load(version).catch((error: unknown) => toPavioError(error).code);
        const { manifest, files } = release(version);
        expect({ isLive, found }).toEqual({
          isLive: isPromoted,
          found: isPromoted ? { manifest, files } : 'unknown_version',
        });
      }
    });
  });

  describe('promotion', () => {
    it('pins and unpins together with what is live, under another tag', async () => {
      await registry.publish(release('20240602-0000'));
      await registry.publish(release('20240603-0000'));
      await registry.promote('20240602-0000', undefined);
      const unpinned = await other.live();
      expect(unpinned).toMatchObject({ isPinned: false });
      await registry.promote('20240602-0000', unpinned?.tag, { isPinned: true });
      const pinned = await other.live();
      expect(pinned).toMatchObject({ isPinned: true, manifest: { version: '20240602-0000' } });
      expect(pinned?.manifest).toEqual(release('20240602-0000').manifest);
      // Who saw it unpinned has lost.
      await expect(other.promote('20240603-0000', unpinned?.tag)).rejects.toMatchObject({ code: 'conflict' });
      expect(await registry.live()).toEqual(pinned);
      await registry.promote('20240603-0000', pinned?.tag);
      expect(await other.live()).toMatchObject({ isPinned: false, manifest: { version: '20240603-0000' } });
    });

    it('makes a version live, under a tag of its own each time', async () => {
      await registry.publish(release('20240602-0000'));
      await registry.publish(release('20240603-0000'));
      const tags = [];
      for (const version of ['20240602-0000', '20240603-0000', '20240602-0000']) {
        await registry.promote(version, await registry.liveTag());
        const live = await other.live();
        expect(live?.manifest).toEqual(release(version).manifest);
        expect(await other.liveTag()).toBe(live?.tag);
        tags.push(live?.tag);
      }
      expect(tags[1]).not.toBe(tags[0]);
      expect(tags[2]).not.toBe(tags[1]);
    });

    it('is refused for a version that does not exist', async () => {
      await expect(registry.promote('20240602-0000', undefined)).rejects.toMatchObject({ code: 'unknown_version' });
      expect(await registry.live()).toBeUndefined();
    });

    it('is refused when something else went live in the meantime', async () => {
      await registry.publish(release('20240602-0000'));
      await registry.publish(release('20240603-0000'));
      await registry.promote('20240602-0000', undefined);
      await expect(other.promote('20240603-0000', undefined)).rejects.toMatchObject({ code: 'conflict' });
      await expect(other.promote('20240603-0000', 'no such tag')).rejects.toMatchObject({ code: 'conflict' });
      expect((await registry.live())?.manifest.version).toBe('20240602-0000');
    });

    it('has one winner among many at once, and readers see whole releases only', async () => {
      const versions = Array.from({ length: 6 }, (_, i) => `2024060${i + 1}-0000`);
      for (const version of versions) await registry.publish(release(version));
      const races = { areOver: false };
      const reader = (async () => {
        while (!races.areOver) {
          const live = await other.live();
          if (live === undefined) continue;
          const loaded = await other.load(live.manifest.version);
          expect(loaded.files).toEqual(release(live.manifest.version).files);
        }
      })();
      for (const round of [1, 2, 3]) {
        // What is live already stays out: promoting it again may leave the tag as it is, and that race has two winners.
        const before = await registry.live();
        const racers = versions.filter((version) => version !== before?.manifest.version);
        const results = await Promise.allSettled(
          racers.map((version, i) => (i % 2 === 0 ? registry : other).promote(version, before?.tag)),
        );
        const winners = racers.filter((_, i) => results[i]?.status === 'fulfilled');
        expect(winners, `round ${round}`).toHaveLength(1);
        expect((await registry.live())?.manifest.version).toBe(winners[0]);
        const codes = results.flatMap((result) =>
          result.status === 'rejected' ? [toPavioError(result.reason).code] : [],
        );
        expect(codes).toEqual(racers.slice(1).map(() => 'conflict'));
      }
      races.areOver = true;
      await reader;
    });
  });
}
