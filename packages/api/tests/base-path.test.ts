// Behind API Gateway's stage, or any prefix: every address in an answer is one that the client can open.
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '../src/index.ts';
import { type Lake, openLake } from './lake.ts';

let lake: Lake;
let api: Api;
beforeAll(async () => {
  lake = await openLake();
  const basePathOf = ({ headers }: FastifyRequest) => String(headers['x-test-base'] ?? '');
  api = lake.newApi({ docs: 'list', basePathOf });
});
afterAll(async () => {
  await api.close();
  await lake.remove();
});

function ask(url: string, base = '/prod', headers: Record<string, string> = {}) {
  return api.inject({ url, headers: { 'x-test-base': base, ...headers } });
}

it('is in what the front answers', async () => {
  expect((await ask('/')).json()).toMatchObject({ docs: '/prod/docs', health: '/prod/health' });
  expect((await ask('/', '/prod', { accept: 'text/html' })).headers.location).toBe('/prod/dashboard/');
});

it('is in problem documents', async () => {
  expect((await ask('/nowhere')).json()).toMatchObject({
    type: '/prod/errors/not_found',
    instance: '/prod/nowhere',
    remedy: 'The addresses are listed at /prod/docs.',
  });
  // What the router cannot read never becomes a request of ours: only its own path is known.
  expect((await ask('/%zz')).json()).toMatchObject({
    instance: '/%zz',
    remedy: expect.stringContaining(' /docs shows'),
  });
  const kinds: { type: string }[] = (await ask('/errors')).json();
  expect(kinds.every(({ type }) => type.startsWith('/prod/errors/'))).toBe(true);
});

it('is the server of the OpenAPI document', async () => {
  expect((await ask('/openapi.json')).json()).toMatchObject({ servers: [{ url: '/prod' }] });
  expect((await ask('/openapi.json', '')).json()).toMatchObject({ servers: [{ url: '/' }] });
});

it.each(['//elsewhere.example', 'https://elsewhere.example', '/a"onload=', '/'])('is not %s', async (base) => {
  expect((await ask('/', base)).json()).toMatchObject({ docs: '/docs' });
});

describe('the list of addresses', () => {
  it('links to each that a browser can open, with an example where a part varies', async () => {
    const page = await ask('/docs');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    const links = Array.from(page.body.matchAll(/href="([^"]+)"/g), ([, link = '']) => link);
    expect(links).toEqual(expect.arrayContaining(['/prod/openapi.json', '/prod/health', '/prod/symbol/BTC']));
    expect(page.body).toContain('POST /prod/reload');
    expect(page.body).not.toMatch(/<script|(src|href)="(https?:)?\/\//);
    const answers = await Promise.all(links.map((link) => ask(link.replace('/prod', ''))));
    expect(answers.map(({ statusCode }) => statusCode)).not.toContain(404);
  });
});
