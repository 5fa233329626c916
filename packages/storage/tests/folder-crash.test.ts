import { link, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withFileLock } from '../src/folder/lock.ts';
import { folderStore } from '../src/index.ts';
import { temporaryFolder } from './support/folders.ts';
import { startProgram } from './support/processes.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('a folder shared by processes', () => {
  it('loses no increment of four processes, two of which are killed', async () => {
    const folder = await temporaryFolder();
    const counters = [1, 2].map(() => startProgram('count.ts', folder, 'counter', '60'));
    const killed = [1, 2].map(() => startProgram('count.ts', folder, 'counter', '100000'));
    for (const program of killed) {
      await program.printed('10\n');
      program.child.kill('SIGKILL');
    }
    expect(await Promise.all(counters.map(({ ended }) => ended))).toEqual([0, 0]);
    await Promise.all(killed.map(({ ended }) => ended));

    const count = Number(Buffer.from((await folderStore(folder).get('counter'))?.body ?? []).toString());
    const said = killed.map((program) => program.output().trim().split('\n').length);
    const least = 120 + said.reduce((sum, each) => sum + each, 0);
    // Each killed one may have stored one increment more than it lived to say.
    expect(count).toBeGreaterThanOrEqual(least);
    expect(count).toBeLessThanOrEqual(least + killed.length);
  });

  it('gives the lock of a killed holder to the next one', async () => {
    const lock = join(await temporaryFolder(), 'lock');
    const holder = startProgram('hold-lock.ts', lock);
    await holder.printed('held');
    await expect(withFileLock(lock, async () => 'taken', 50)).rejects.toMatchObject({ code: 'store_unavailable' });
    holder.child.kill('SIGKILL');
    await holder.ended;
    expect(await withFileLock(lock, async () => 'taken')).toBe('taken');
  });

  it('holds whole objects after its writer was killed, at random instants', async () => {
    const folder = await temporaryFolder();
    for (let kill = 0; kill < 10; kill++) {
      const writer = startProgram('rewrite.ts', folder);
      await writer.printed('writing');
      await sleep(Math.random() * 40);
      writer.child.kill('SIGKILL');
      await writer.ended;

      const store = folderStore(folder);
      for await (const { key, size, etag } of store.list('')) {
        const object = await store.get(key);
        expect(object).toMatchObject({ size, etag });
        expect(object?.body.length).toBe(100_000);
        expect(object?.body.every((byte) => byte === object.body[0])).toBe(true);
        expect(await store.putIfMatch(key, object?.body ?? new Uint8Array(), etag)).toMatchObject({ stored: true });
      }
    }
  });
});

describe('temporary files', () => {
  it('are removed when they are old, and left alone when a living writer may own them', async () => {
    const folder = await temporaryFolder();
    await folderStore(folder).put('a', bytes('x'));
    const tmp = join(folder, '.pavio', 'tmp');
    expect(await readdir(tmp)).toEqual([]);
    await writeFile(join(tmp, 'old'), 'half');
    await writeFile(join(tmp, 'young'), 'half');
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
    await utimes(join(tmp, 'old'), twoDaysAgo, twoDaysAgo);
    // A copy of an old object that is on its way.
    await utimes(join(folder, 'a'), twoDaysAgo, twoDaysAgo);
    await link(join(folder, 'a'), join(tmp, 'copy'));

    const store = folderStore(folder);
    await store.put('b', bytes('x'));
    expect(await readdir(tmp)).toEqual(['copy', 'young']);
    const keys = [];
    for await (const { key } of store.list('')) keys.push(key);
    expect(keys).toEqual(['a', 'b']);
  });

  it('are not left by a write that was refused or failed', async () => {
    const folder = await temporaryFolder();
    const store = folderStore(folder);
    await store.put('a', bytes('x'));
    await Promise.all(Array.from({ length: 8 }, (_, i) => store.putIfAbsent('b', bytes(`${i}`))));
    await expect(store.put('a/below', bytes('x'))).rejects.toMatchObject({ code: 'bad_input' });
    expect(await readdir(join(folder, '.pavio', 'tmp'))).toEqual([]);
  });
});

describe('etags', () => {
  it('differ though the clock was set back', async () => {
    const folder = await temporaryFolder();
    const store = folderStore(folder);
    await store.put('a', bytes('one'));
    const future = Date.now() / 1000 + 3600;
    await utimes(join(folder, 'a'), future, future);
    const before = await store.head('a');
    const after = await store.put('a', bytes('two'));
    expect(after).not.toBe(before?.etag);
    expect((await stat(join(folder, 'a'))).mtimeMs).toBeGreaterThan(future * 1000 - 1);
    expect((await store.head('a'))?.etag).toBe(after);
  });

  it('tell of a change made by another program', async () => {
    const folder = await temporaryFolder();
    const store = folderStore(folder);
    const etag = await store.put('a', bytes('one'));
    await writeFile(join(folder, 'a'), 'by hand');
    expect(await store.putIfMatch('a', bytes('two'), etag)).toEqual({ stored: false });
  });
});
