import type { ObjectInfo, ObjectStore } from '@pavio/core';
import { beforeAll, describe, expect, it } from 'vitest';

const utf8 = new TextEncoder();
const bytes = (text: string) => utf8.encode(text);
const text = (body: Uint8Array) => new TextDecoder().decode(body);

async function all(list: AsyncIterable<ObjectInfo>): Promise<ObjectInfo[]> {
  const found: ObjectInfo[] = [];
  for await (const info of list) found.push(info);
  return found;
}

async function keys(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await all(store.list(prefix))).map(({ key }) => key);
}

/** `count` tasks at once, started in the same tick. */
function together<Result>(count: number, task: (index: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => task(index)));
}

/**
 * What every `ObjectStore` does. `open` gives a new handle to one and the same empty store each time it is called, as two
 * processes would have.
 */
export function testObjectStore(open: () => Promise<ObjectStore>): void {
  let store: ObjectStore;
  let other: ObjectStore;

  beforeAll(async () => {
    store = await open();
    other = await open();
  });

  describe('one object', () => {
    it('is absent before it is written', async () => {
      expect(await store.get('absent')).toBeUndefined();
      expect(await store.head('absent')).toBeUndefined();
      expect(await store.get('absent/deeper')).toBeUndefined();
    });

    it('is read back as written, by any handle', async () => {
      const etag = await store.put('one/a.txt', bytes('first'));
      expect(await other.get('one/a.txt')).toEqual({ key: 'one/a.txt', size: 5, etag, body: expect.any(Uint8Array) });
      expect(text((await other.get('one/a.txt'))?.body ?? new Uint8Array())).toBe('first');
      expect(await other.head('one/a.txt')).toEqual({ key: 'one/a.txt', size: 5, etag });
    });

    it('is replaced by the newest write, under a new etag', async () => {
      const etags = new Set<string>();
      for (const content of ['aa', 'bb', 'cc', 'dd', 'ee']) {
        const etag = await store.put('one/b', bytes(content));
        expect((await other.head('one/b'))?.etag).toBe(etag);
        etags.add(etag);
      }
      expect(etags.size).toBe(5);
      expect(text((await other.get('one/b'))?.body ?? new Uint8Array())).toBe('ee');
    });

    it('may be empty', async () => {
      const etag = await store.put('one/empty', new Uint8Array());
      expect(await store.get('one/empty')).toEqual({ key: 'one/empty', size: 0, etag, body: expect.any(Uint8Array) });
      expect((await store.get('one/empty'))?.body.length).toBe(0);
    });

    it('may hold 5 MB of any bytes', async () => {
      const body = new Uint8Array(5_000_000);
      for (let i = 0; i < body.length; i++) body[i] = (i * 2_654_435_761) >>> 13;
      await store.put('one/large', body);
      const read = await other.get('one/large');
      expect(read?.size).toBe(body.length);
      expect(Object.getPrototypeOf(read?.body)).toBe(Uint8Array.prototype);
      expect(Buffer.compare(read?.body ?? new Uint8Array(), body)).toBe(0);
    });

    it('may be a window on a larger buffer', async () => {
      const whole = bytes('..window..');
      await store.put('one/window', whole.subarray(2, 8));
      expect(text((await store.get('one/window'))?.body ?? new Uint8Array())).toBe('window');
    });

    it('may come in parts of any size', async () => {
      const body = Uint8Array.from({ length: 17_000_000 }, (_, i) => (i * 2_654_435_761) >>> 13);
      const parts = async function* (size: number) {
        for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
      };
      for (const size of [999_983, body.length]) {
        const etag = await store.put('one/parts', parts(size));
        const read = await other.get('one/parts');
        expect(read).toMatchObject({ etag, size: body.length });
        expect(Buffer.compare(read?.body ?? new Uint8Array(), body)).toBe(0);
      }
      const none = async function* (): AsyncGenerator<Uint8Array, void, void> {};
      await store.put('one/parts', none());
      expect((await other.get('one/parts'))?.body.length).toBe(0);
    });

    it('is not written when its parts end with an error', async () => {
      await store.put('one/broken', bytes('whole'));
      const broken = async function* () {
        yield bytes('half');
        throw new Error('no more');
      };
      await expect(store.put('one/broken', broken())).rejects.toThrow('no more');
      expect(text((await other.get('one/broken'))?.body ?? new Uint8Array())).toBe('whole');
    });

    it('is read in ranges, as long as it is the same', async () => {
      const etag = await store.put('one/range', bytes('0123456789'));
      const range = async (from: number, to: number) => text(await other.getRange('one/range', from, to, etag));
      expect(await range(0, 10)).toBe('0123456789');
      expect(await range(3, 5)).toBe('34');
      expect(await range(8, 99)).toBe('89');
      expect(await range(4, 4)).toBe('');
      await store.put('one/range', bytes('abcdefghij'));
      await expect(range(0, 2)).rejects.toMatchObject({ code: 'conflict' });
      await store.delete('one/range');
      await expect(range(0, 2)).rejects.toMatchObject({ code: 'conflict' });
    });

    it('is copied, over what is there', async () => {
      await store.put('one/ação copied', bytes('content'));
      for (const target of ['one/copy', 'one/a.txt']) {
        const etag = await store.copy('one/ação copied', target);
        expect(await other.get(target)).toMatchObject({ etag, size: 7 });
        expect(text((await other.get(target))?.body ?? new Uint8Array())).toBe('content');
      }
      await expect(store.copy('one/absent', 'one/copy')).rejects.toMatchObject({ code: 'not_found' });
      expect(await other.head('one/copy')).toMatchObject({ size: 7 });
    });

    it('is gone after deletion, which may be repeated', async () => {
      await store.put('one/gone', bytes('x'));
      await store.delete('one/gone');
      expect(await other.get('one/gone')).toBeUndefined();
      await store.delete('one/gone');
      await store.delete('never/was/there');
      expect(await store.putIfAbsent('one/gone', bytes('again'))).toMatchObject({ stored: true });
    });
  });

  describe('keys', () => {
    const odd = [
      'odd/with blank.txt',
      'odd/ação/criptomoeda-€.csv',
      'odd/日本語/ビットコイン',
      'odd/emoji-🕯️',
      'odd/.hidden',
      'odd/%41%2e%2F',
      'odd/a+b&c=d?e#f',
      'odd/quote"quote\'',
      'odd/back\\slash',
      'odd/colon:star*<pipe|>',
      'odd/con',
      'odd/NUL.txt',
      'odd/trailing.',
      'odd/trailing ',
      'odd/.pavio/tmp/x',
      'odd/emoji and 100 %',
      `odd/${'n'.repeat(180)}`,
    ];

    it('are kept as they are, however odd', async () => {
      for (const key of odd) await store.put(key, bytes(key));
      for (const key of odd) {
        const object = await other.get(key);
        expect(object?.key).toBe(key);
        expect(text(object?.body ?? new Uint8Array())).toBe(key);
      }
      expect(await keys(store, 'odd/')).toEqual([...odd].sort());
      for (const key of odd) await store.delete(key);
      expect(await keys(store, 'odd/')).toEqual([]);
    });

    it.each([
      '',
      '/absolute',
      'a//b',
      'a/',
      '../climbs',
      'a/../../b',
      'a/./b',
      'zero\0byte',
      'new\nline',
      'lone\ud800',
      'x'.repeat(1025),
    ])('that are empty, absolute, climbing or broken are refused: %.40j', async (key) => {
      const bad = expect.objectContaining({ code: 'bad_input' });
      await expect(store.get(key)).rejects.toEqual(bad);
      await expect(store.head(key)).rejects.toEqual(bad);
      await expect(store.put(key, bytes('x'))).rejects.toEqual(bad);
      await expect(store.putIfAbsent(key, bytes('x'))).rejects.toEqual(bad);
      await expect(store.putIfMatch(key, bytes('x'), 'tag')).rejects.toEqual(bad);
      await expect(store.delete(key)).rejects.toEqual(bad);
    });

    it.each(['../', '/', 'a//', 'a/../b'])('and neither does a listing climb: %j', async (prefix) => {
      await expect(all(store.list(prefix))).rejects.toEqual(expect.objectContaining({ code: 'bad_input' }));
    });
  });

  describe('conditional writes', () => {
    it('putIfAbsent writes only where nothing is', async () => {
      const first = await store.putIfAbsent('if/absent', bytes('first'));
      expect(first).toEqual({ stored: true, etag: (await store.head('if/absent'))?.etag });
      expect(await other.putIfAbsent('if/absent', bytes('second'))).toEqual({ stored: false });
      expect(text((await store.get('if/absent'))?.body ?? new Uint8Array())).toBe('first');
    });

    it('putIfMatch writes only over the content it names', async () => {
      const first = await store.put('if/match', bytes('one'));
      const second = await other.putIfMatch('if/match', bytes('two'), first);
      expect(second).toEqual({ stored: true, etag: (await store.head('if/match'))?.etag });
      expect(await store.putIfMatch('if/match', bytes('three'), first)).toEqual({ stored: false });
      expect(text((await store.get('if/match'))?.body ?? new Uint8Array())).toBe('two');
    });

    it('putIfMatch writes nothing where nothing is', async () => {
      const etag = await store.put('if/deleted', bytes('one'));
      await store.delete('if/deleted');
      expect(await store.putIfMatch('if/deleted', bytes('two'), etag)).toEqual({ stored: false });
      expect(await store.head('if/deleted')).toBeUndefined();
    });

    it('give one winner among many that create', async () => {
      for (const round of [1, 2, 3]) {
        const key = `race/create-${round}`;
        const results = await together(16, (i) => (i % 2 === 0 ? store : other).putIfAbsent(key, bytes(`writer ${i}`)));
        const winners = results.flatMap((result, i) => (result.stored ? [i] : []));
        expect(winners).toHaveLength(1);
        expect(text((await store.get(key))?.body ?? new Uint8Array())).toBe(`writer ${winners[0]}`);
      }
    });

    it('give one winner among many that replace', async () => {
      const etag = await store.put('race/replace', bytes('start'));
      const results = await together(16, (i) =>
        (i % 2 === 0 ? store : other).putIfMatch('race/replace', bytes(`writer ${i}`), etag),
      );
      const winners = results.flatMap((result, i) => (result.stored ? [i] : []));
      expect(winners).toHaveLength(1);
      expect(text((await store.get('race/replace'))?.body ?? new Uint8Array())).toBe(`writer ${winners[0]}`);
    });

    it('lose no increment of a shared counter', async () => {
      await store.put('race/counter', bytes('0'));
      await together(8, async (i) => {
        const handle = i % 2 === 0 ? store : other;
        for (let done = 0; done < 5; ) {
          const current = await handle.get('race/counter');
          const next = bytes(String(Number(text(current?.body ?? new Uint8Array())) + 1));
          if ((await handle.putIfMatch('race/counter', next, current?.etag ?? '')).stored) done++;
        }
      });
      expect(text((await store.get('race/counter'))?.body ?? new Uint8Array())).toBe('40');
    });
  });

  it('shows readers whole objects only, while they are replaced', async () => {
    const size = 200_000;
    const body = (fill: number) => new Uint8Array(size).fill(fill);
    await store.put('whole', body(0));
    const writing = { isOver: false };
    const writers = together(2, async (writer) => {
      for (let i = 0; i < 10; i++) await store.put('whole', body(1 + writer * 10 + i));
    }).finally(() => {
      writing.isOver = true;
    });
    await together(4, async () => {
      while (!writing.isOver) {
        const read = await other.get('whole');
        expect(read?.body.length).toBe(size);
        expect(read?.body.every((byte) => byte === read.body[0])).toBe(true);
      }
    });
    await writers;
  });

  describe('a listing', () => {
    it('has every object under the prefix, in the order of keys, with size and etag', async () => {
      const names = [
        'l/a',
        'l/a-b',
        'l/a.csv',
        'l/a0',
        'l/b/c/d',
        'l/b/c0',
        'l/b-',
        'l/b.x/y',
        'l/é',
        'l/\u{1f56f}',
        'l/\uffee',
      ];
      for (const name of names) await store.put(name, bytes(name));
      await store.put('lx', bytes('x'));
      const listed = await all(other.list('l/'));
      expect(listed.map(({ key }) => key)).toEqual([...names].sort());
      for (const info of listed) expect(info).toEqual(await store.head(info.key));
      expect(await keys(store, 'l/b')).toEqual(names.filter((name) => name.startsWith('l/b')).sort());
      expect(await keys(store, 'l/b/')).toEqual(['l/b/c/d', 'l/b/c0']);
      expect(await keys(store, 'l/a.csv')).toEqual(['l/a.csv']);
      expect(await keys(store, 'nothing/')).toEqual([]);
      expect(await keys(store, '')).toEqual(expect.arrayContaining([...names, 'lx']));
    });

    it('goes on beyond a page of a thousand, and may be left early', async () => {
      const many = Array.from({ length: 1050 }, (_, i) => `many/${String(i).padStart(5, '0')}`);
      for (let i = 0; i < many.length; i += 50) {
        await Promise.all(many.slice(i, i + 50).map((key) => store.put(key, bytes('x'))));
      }
      expect(await keys(other, 'many/')).toEqual(many);
      for await (const { key } of store.list('many/')) {
        expect(key).toBe(many[0]);
        break;
      }
    });
  });
}
