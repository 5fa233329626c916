import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Api } from '../src/index.ts';
import { type Lake, openLake } from './lake.ts';

let lake: Lake;
let api: Api;
beforeAll(async () => {
  lake = await openLake();
  api = lake.newApi({ basePathOf: ({ headers }: FastifyRequest) => String(headers['x-test-base'] ?? '') });
});
afterAll(async () => {
  await api.close();
  await lake.remove();
});

it.each([
  ['/dashboard/', 'text/html'],
  ['/dashboard/app.css', 'text/css'],
  ['/dashboard/app.js', 'text/javascript'],
])('%s takes nothing from elsewhere, and is sent once', async (url, type) => {
  const answer = await api.inject(url);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe(`${type}; charset=utf-8`);
  const policy = String(answer.headers['content-security-policy']);
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
  expect(policy).not.toMatch(/unsafe|\*/);
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  const again = await api.inject({ url, headers: { 'if-none-match': String(answer.headers.etag) } });
  expect(again.statusCode).toBe(304);
  expect(again.body).toBe('');
  expect((await api.inject({ url, headers: { 'if-none-match': '"older"' } })).statusCode).toBe(200);
});

it('names its own files by relative addresses, which hold under any prefix', async () => {
  const { body } = await api.inject('/dashboard/');
  const addresses = Array.from(body.matchAll(/(?:src|href)="([^"]+)"/g), ([, address]) => address);
  expect(addresses).toEqual(expect.arrayContaining(['app.css', 'app.js']));
  for (const address of addresses) expect(address).not.toMatch(/^(\/|https?:)/);
  expect(body).not.toMatch(/<style|<script>|\son\w+=|style=/);
});

it.each([
  ['', '/dashboard/'],
  ['/prod', '/prod/dashboard/'],
])('is where /dashboard leads to under "%s"', async (base, location) => {
  const answer = await api.inject({ url: '/dashboard', headers: { 'x-test-base': base } });
  expect([answer.statusCode, answer.headers.location]).toEqual([302, location]);
});

it('has no other files', async () => {
  expect((await api.inject('/dashboard/main.ts')).statusCode).toBe(404);
});
