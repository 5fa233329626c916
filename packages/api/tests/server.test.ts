import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../src/index.ts';
import { type Lake, openLake } from './lake.ts';

let lake: Lake;

beforeAll(async () => {
  lake = await openLake();
});

afterAll(() => lake.remove());

const loopback = { host: '127.0.0.1', port: 0 };

it.each(['127.0.0.1', 'localhost', '0.0.0.0'])('answers at the address it gives when listening on %s', async (host) => {
  const server = await startServer(lake.newApi(), { host, port: 0 });
  const answer = await fetch(`${server.url}/livez`);
  expect(await answer.json()).toEqual({ status: 'ok' });
  await server.close();
  await expect(fetch(`${server.url}/livez`)).rejects.toThrow('fetch failed');
});

it('answers what is under way before it closes', async () => {
  const api = lake.newApi();
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  api.get('/slow', async () => {
    ask();
    await gate;
    return { done: true };
  });
  const server = await startServer(api, loopback);
  const answer = fetch(`${server.url}/slow`);
  await asked;
  const closed = server.close();
  open();
  expect(await (await answer).json()).toEqual({ done: true });
  await closed;
});

it('does not wait for ever for a request that hangs', async () => {
  const api = lake.newApi();
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  api.get('/hangs', async () => {
    ask();
    await new Promise(() => {});
  });
  const server = await startServer(api, { ...loopback, grace: 20 });
  const answer = fetch(`${server.url}/hangs`);
  answer.catch(() => undefined);
  await asked;
  await server.close();
  await expect(answer).rejects.toThrow('fetch failed');
});

describe('says what is wrong with an address', () => {
  it('that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(startServer(lake.newApi(), { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'bad_config',
      message: `Port ${port} on 127.0.0.1 is in use.`,
      remedy: expect.stringContaining('--port'),
    });
    other.close();
  });

  it('that is not of this machine', async () => {
    // 192.0.2.0/24 belongs to documentation (RFC 5737), so no machine has it.
    await expect(startServer(lake.newApi(), { host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
      code: 'bad_config',
      message: '192.0.2.1 is not an address of this machine.',
    });
  });
});

describe('what changes state', () => {
  /** Status of a POST to /reload; 503 is what an empty lake says to those who may. */
  async function reload(url: string, headers: Record<string, string> = {}): Promise<number> {
    return (await fetch(`${url}/reload`, { method: 'POST', headers })).status;
  }

  it('is open on loopback without a key, but not to other sites', async () => {
    const server = await startServer(lake.newApi(), loopback);
    expect(await reload(server.url)).toBe(503);
    expect(await reload(server.url, { origin: 'https://example.org' })).toBe(403);
    expect(await rawStatus(server.url, 'POST /reload HTTP/1.1\r\nHost: rebound.example.org\r\n\r\n')).toBe(403);
    await server.close();
  });

  it('wants the key on loopback too where one is configured', async () => {
    const server = await startServer(lake.newApi({ apiKey: 'correct horse' }), loopback);
    expect(await reload(server.url)).toBe(401);
    expect(await reload(server.url, { 'x-api-key': 'wrong horse' })).toBe(401);
    expect(await reload(server.url, { 'x-api-key': 'correct horse' })).toBe(503);
    await server.close();
  });

  it('is closed outside without a key, even where the application was told otherwise', async () => {
    const server = await startServer(lake.newApi({ isReachableFromOutside: false }), { host: '0.0.0.0', port: 0 });
    const answer = await fetch(`${server.url}/reload`, { method: 'POST' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('x-api-key');
    expect(await answer.json()).toMatchObject({
      code: 'unauthorized',
      remedy: expect.stringContaining('PAVIO_API_KEY'),
    });
    await server.close();
  });
});

/** Status of the answer to bytes that a proper client would not send. */
async function rawStatus(url: string, request: string): Promise<number> {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(await raw(url, request))?.[1]);
}

async function raw(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(request);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) {
    chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    if (/\r\n\r\n.+/s.test(text)) break;
  }
  socket.destroy();
  return Buffer.concat(chunks).toString();
}

it.each([
  ['a header without a name', 'GET / HTTP/1.1\r\nhost: a\r\n: b\r\n\r\n', 'The request is not valid HTTP.'],
  ['no HTTP', 'hello\r\n\r\n', 'The request is not valid HTTP.'],
  [
    'headers without end',
    `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    'The headers of the request are too large.',
  ],
])('answers %s with a problem document', async (_what, request, detail) => {
  const server = await startServer(lake.newApi(), loopback);
  const answer = await raw(server.url, request);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 400 /);
  expect(head).toMatch(/content-type: application\/problem\+json/i);
  expect(JSON.parse(body)).toMatchObject({ code: 'bad_input', status: 400, detail });
  await server.close();
});
