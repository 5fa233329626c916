import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openStore, type S3StoreOptions, s3Store } from '../src/index.ts';
import { type FaultProxy, startFaultProxy } from '../testing/index.ts';
import { testObjectStore } from './object-store.conformance.ts';
import { testS3 } from './support/s3.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (body?: Uint8Array) => new TextDecoder().decode(body);

const { missing, newBucket, stop } = await testS3();
afterAll(stop);

describe.skipIf(missing !== '')(`S3${missing}`, () => {
  describe('a prefix of a bucket as an object store', () => {
    let options: S3StoreOptions;
    beforeAll(async () => {
      options = { ...(await newBucket()), prefix: 'lakes/hourly' };
    });

    testObjectStore(async () => s3Store(options));
  });

  it('keeps to its prefix', async () => {
    const options = await newBucket();
    const whole = s3Store(options);
    const part = s3Store({ ...options, prefix: 'part' });
    await whole.put('partner', bytes('x'));
    await part.put('a', bytes('x'));
    const keys = [];
    for await (const { key } of part.list('')) keys.push(key);
    expect(keys).toEqual(['a']);
    expect(await whole.head('part/a')).toMatchObject({ size: 1 });
    expect(part.url).toBe(`s3://${options.bucket}/part`);
    expect(() => s3Store({ ...options, prefix: '../climb' })).toThrow('climbs');
  });
});

describe.skipIf(missing !== '')(`S3 in trouble${missing}`, () => {
  /** A store whose requests go through a proxy that makes them fail. */
  async function troubled(): Promise<{ store: ReturnType<typeof s3Store>; proxy: FaultProxy }> {
    const options = await newBucket();
    const proxy = await startFaultProxy(options.endpoint);
    onTestFinished(() => proxy.stop());
    return { store: s3Store({ ...options, endpoint: proxy.endpoint }), proxy };
  }

  it('outlasts 503 SlowDown, cut connections and delays', async () => {
    const { store, proxy } = await troubled();
    proxy.plan({ kind: 'slowDown' }, { kind: 'cut' });
    await store.put('a', bytes('written'));
    proxy.plan({ kind: 'cut' }, { kind: 'delay', ms: 200 });
    expect(text((await store.get('a'))?.body)).toBe('written');
    proxy.plan({ kind: 'cut' });
    expect(await store.head('a')).toMatchObject({ size: 7 });
    proxy.plan({ kind: 'error', status: 500, code: 'InternalError' });
    for await (const { key } of store.list('')) expect(key).toBe('a');
    proxy.plan({ kind: 'cut' });
    await store.delete('a');
    expect(await store.head('a')).toBeUndefined();
  });

  it('reads again when the body breaks off or arrives damaged', async () => {
    const { store, proxy } = await troubled();
    const body = new Uint8Array(300_000).map((_, i) => i);
    await store.put('a', body);
    proxy.plan({ kind: 'cutBody' }, { kind: 'corrupt' });
    expect(Buffer.compare((await store.get('a'))?.body ?? new Uint8Array(), body)).toBe(0);
    expect(proxy.requests.filter((request) => request.startsWith('GET'))).toHaveLength(3);
  });

  it('knows its own conditional write when the answer to it was lost', async () => {
    const { store, proxy } = await troubled();
    proxy.plan({ kind: 'cutAnswer' });
    const created = await store.putIfAbsent('a', bytes('one'));
    expect(created).toEqual({ stored: true, etag: (await store.head('a'))?.etag });
    proxy.plan({ kind: 'cutAnswer' });
    expect(await store.putIfMatch('a', bytes('two'), created.stored ? created.etag : '')).toMatchObject({
      stored: true,
    });
    proxy.plan({ kind: 'slowDown' });
    expect(await store.putIfAbsent('a', bytes('three'))).toEqual({ stored: false });
    expect(text((await store.get('a'))?.body)).toBe('two');
  });

  it('tries a conditional write again that met another one under way', async () => {
    const { store, proxy } = await troubled();
    proxy.plan({ kind: 'error', status: 409, code: 'ConditionalRequestConflict' });
    expect(await store.putIfAbsent('a', bytes('one'))).toMatchObject({ stored: true });
    proxy.plan({ kind: 'error', status: 409, code: 'ConditionalRequestConflict' });
    expect(await store.putIfAbsent('a', bytes('two'))).toEqual({ stored: false });
  });

  it('says that the store is unavailable when it stays so', async () => {
    const { store, proxy } = await troubled();
    proxy.plan(...Array.from({ length: 10 }, () => ({ kind: 'error', status: 500, code: 'InternalError' }) as const));
    await expect(store.put('a', bytes('x'))).rejects.toMatchObject({ code: 'store_unavailable', retry: true });
    await proxy.stop();
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining(`read a in ${store.url}`),
    });
  });

  it.each([
    ['AccessDenied', 403, 's3:PutObject'],
    ['InvalidAccessKeyId', 403, 'AWS_ACCESS_KEY_ID'],
    ['SignatureDoesNotMatch', 403, 'AWS_SECRET_ACCESS_KEY'],
    ['ExpiredToken', 400, 'Sign in again'],
    ['PermanentRedirect', 301, 'AWS_REGION'],
    ['AuthorizationHeaderMalformed', 400, 'AWS_REGION'],
  ])('says what to do about %s', async (code, status, remedy) => {
    const { store, proxy } = await troubled();
    proxy.plan({ kind: 'error', status, code });
    await expect(store.put('a', bytes('x'))).rejects.toMatchObject({
      code: 'store_denied',
      message: expect.stringContaining(`write a`),
      remedy: expect.stringContaining(remedy),
    });
    expect(proxy.requests).toHaveLength(1);
  });

  it('says that there is no such bucket, whatever is asked of it', async () => {
    const { endpoint, credentials } = await newBucket();
    const store = s3Store({
      bucket: 'no-such-bucket',
      region: 'us-east-1',
      endpoint,
      ...(credentials && { credentials }),
    });
    const denied = { code: 'store_denied', remedy: expect.stringContaining('Create the bucket') };
    await expect(store.get('a')).rejects.toMatchObject(denied);
    await expect(store.head('a')).rejects.toMatchObject(denied);
    await expect(store.put('a', bytes('x'))).rejects.toMatchObject(denied);
    await expect(store.putIfAbsent('a', bytes('x'))).rejects.toMatchObject(denied);
    await expect(store.putIfMatch('a', bytes('x'), 'tag')).rejects.toMatchObject(denied);
    await expect(store.delete('a')).rejects.toMatchObject(denied);
    await expect(store.list('')[Symbol.asyncIterator]().next()).rejects.toMatchObject(denied);
  });

  it('says what to set where there are no credentials, or no region', async () => {
    const { bucket, endpoint } = await newBucket();
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    for (const name of [
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_PROFILE',
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
      'AWS_WEB_IDENTITY_TOKEN_FILE',
    ]) {
      vi.stubEnv(name, undefined);
    }
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', `${tmpdir()}/none`);
    vi.stubEnv('AWS_CONFIG_FILE', `${tmpdir()}/none`);
    await expect(s3Store({ bucket, endpoint, region: 'us-east-1' }).get('a')).rejects.toMatchObject({
      code: 'store_denied',
      remedy: expect.stringContaining('AWS_ACCESS_KEY_ID'),
    });
    await expect(s3Store({ bucket, endpoint }).get('a')).rejects.toMatchObject({
      code: 'bad_config',
      remedy: expect.stringContaining('AWS_REGION'),
    });
  });

  it('is opened by its address', async () => {
    const { bucket, endpoint, region = '', credentials } = await newBucket();
    expect(openStore(`s3://${bucket}/a/b/`, { region, endpoint }).url).toBe(`s3://${bucket}/a/b`);
    const store = s3Store({ bucket, prefix: 'a/b', endpoint, region, ...(credentials && { credentials }) });
    await store.put('c', bytes('x'));
    expect(await store.head('c')).toMatchObject({ key: 'c' });
  });
});
