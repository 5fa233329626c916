import { createLogger, ERRORS, PavioError } from '@pavio/core';
import fc from 'fast-check';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, problemSchema } from '../src/index.ts';
import { type Lake, openLake } from './lake.ts';

let lake: Lake;
let api: Api;
const logged: string[] = [];

beforeAll(async () => {
  lake = await openLake();
  api = lake.newApi({}, { log: createLogger('debug', { write: (line) => void logged.push(line) }) });
  api.get('/broken', () => {
    throw new TypeError('the secret is 42');
  });
  api.get('/thrown-text', () => {
    // oxlint-disable-next-line no-throw-literal typescript/only-throw-error -- what a careless library may throw
    throw 'the secret is 42';
  });
  api.get('/later', () => {
    throw new PavioError('market_rate_limited', 'Slow down.', { retryAfter: 1500 });
  });
});

afterAll(async () => {
  await api.close();
  await lake.remove();
});

/** The problem document of an answer, held against the rules that all of them follow. */
function problemOf(answer: LightMyRequestResponse) {
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  const problem = problemSchema.parse(answer.json());
  expect(problem.status).toBe(answer.statusCode);
  expect(problem.title).toBe(ERRORS[problem.code].title);
  expect(problem.type).toBe(`/errors/${problem.code}`);
  expect(problem.detail).toMatch(/^\S.*[.?!]$/s);
  return problem;
}

const json = { 'content-type': 'application/json' };

describe('answers with a problem document', () => {
  it.each<[string, InjectOptions & { url: string }, string, RegExp]>([
    ['an address that is not there', { url: '/nothing?x=1' }, 'not_found', /nothing at \/nothing\.$/],
    ['an empty asset', { url: '/symbol/' }, 'bad_input', /"ativo" must not be empty/],
    ['a long asset', { url: `/symbol/${'A'.repeat(41)}` }, 'bad_input', /"ativo" must have at most 40/],
    ['an endless asset', { url: `/symbol/${'A'.repeat(5000)}` }, 'bad_input', /too long/],
    ['a broken escape', { url: '/symbol/%E0%A4%A' }, 'bad_input', /not a valid URL/],
    ['an unknown error code', { url: '/errors/toString' }, 'not_found', /no error "toString"/],
    ['a wrong method', { url: '/symbol/BTC', method: 'DELETE' }, 'method_not_allowed', /does not take DELETE/],
    [
      'a wrong method with a wrong body',
      { url: '/health', method: 'POST', headers: json, payload: '{' },
      'method_not_allowed',
      /POST/,
    ],
    ['a preflight', { url: '/health', method: 'OPTIONS' }, 'method_not_allowed', /OPTIONS/],
    [
      'JSON cut off',
      { url: '/reload', method: 'POST', headers: json, payload: '{"a":' },
      'bad_input',
      /not valid JSON/,
    ],
    [
      'JSON that poisons',
      { url: '/reload', method: 'POST', headers: json, payload: '{"__proto__":{"a":1}}' },
      'bad_input',
      /not valid JSON/,
    ],
    ['no JSON', { url: '/reload', method: 'POST', headers: json, payload: '' }, 'bad_input', /is empty/],
    [
      'a form',
      {
        url: '/reload',
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: 'a=1',
      },
      'unsupported_media_type',
      /urlencoded/,
    ],
    [
      'a large body',
      { url: '/reload', method: 'POST', headers: json, payload: JSON.stringify('x'.repeat(70_000)) },
      'too_large',
      /too large/,
    ],
    ['what is due later', { url: '/later' }, 'market_rate_limited', /^Slow down\.$/],
  ])('%s', async (_what, request, code, detail) => {
    const answer = await api.inject(request);
    const problem = problemOf(answer);
    expect(problem.code).toBe(code);
    expect(problem.detail).toMatch(detail);
    expect(problem.instance).toBe(request.url.replace(/\?.*/, ''));
  });
});

it('names the fields that are wrong for programs too', async () => {
  const problem = problemOf(await api.inject('/symbol/'));
  expect(problem.details).toEqual({ in: 'path', problems: [{ field: 'ativo', message: 'must not be empty' }] });
});

it('names the methods an address takes', async () => {
  const answer = await api.inject({ url: '/reload', method: 'PUT' });
  expect(answer.headers.allow?.split(', ').sort()).toEqual(['GET', 'POST']);
  expect(problemOf(answer).remedy).toMatch(/GET|POST/);
});

it('does not reload where HEAD asks', async () => {
  expect((await api.inject({ url: '/reload', method: 'HEAD' })).statusCode).toBe(405);
});

it('says when to come again', async () => {
  expect((await api.inject('/later')).headers['retry-after']).toBe('2');
});

it.each(['/broken', '/thrown-text'])('keeps what is wrong with %s to the log', async (url) => {
  logged.length = 0;
  const answer = await api.inject(url);
  const problem = problemOf(answer);
  expect(problem).toMatchObject({ code: 'internal', status: 500, instance: url });
  expect(answer.body).not.toMatch(/secret|TypeError|\.ts/);
  const [id] = /req-\w+/.exec(problem.remedy ?? '') ?? [];
  const lines: Record<string, unknown>[] = logged.map((line) => JSON.parse(line));
  expect(lines).toContainEqual(expect.objectContaining({ level: 'error', reqId: id, msg: 'the secret is 42' }));
});

it('describes every code where the type of a problem points', async () => {
  const all = (await api.inject('/errors')).json();
  expect(all).toHaveLength(Object.keys(ERRORS).length);
  for (const kind of all) {
    expect((await api.inject(kind.type)).json()).toEqual(kind);
    expect(kind).toEqual({ type: `/errors/${kind.code}`, code: kind.code, ...pick(kind.code) });
  }
});

function pick(code: keyof typeof ERRORS) {
  const { title, status, retry } = ERRORS[code];
  return { title, status, retry };
}

it('opens reading, and nothing else, to pages of any origin', async () => {
  expect((await api.inject('/health')).headers['access-control-allow-origin']).toBe('*');
  expect((await api.inject('/nothing')).headers['access-control-allow-origin']).toBe('*');
  expect((await api.inject({ url: '/reload', method: 'POST' })).headers).not.toHaveProperty(
    'access-control-allow-origin',
  );
  expect((await api.inject('/reload')).headers).not.toHaveProperty('access-control-allow-origin');
});

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const anyPath = fc.oneof(
  fc.array(anyText.map(encodeURIComponentLoosely), { maxLength: 4 }).map((parts) => `/${parts.join('/')}`),
  anyText.map((text) => `/symbol/${encodeURIComponentLoosely(text)}`),
  fc.constantFrom(
    '/symbol/%',
    '/symbol/%00',
    '/symbol/..',
    '/../../etc/passwd',
    '/docs/static/../../package.json',
    '/docs/static/%2e%2e/x',
    '//',
    '/symbol/BTC/',
    '/symbol/__proto__',
    '/errors/__proto__',
  ),
);
const anyQuery = fc.option(
  fc.array(fc.tuple(anyText, anyText), { maxLength: 4 }).map((pairs) => `?${new URLSearchParams(pairs).toString()}`),
  { nil: '' },
);

function encodeURIComponentLoosely(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

it('answers whatever is asked with neither a 500 nor a stack', async () => {
  await fc.assert(
    fc.asyncProperty(anyPath, anyQuery, fc.constantFrom(...METHODS), async (path, query, method) => {
      const answer = await api.inject({ url: path + query, method });
      expect(answer.statusCode === 503 || answer.statusCode < 500).toBe(true);
      expect(answer.body).not.toMatch(/\bat .*\.(ts|js):\d+|root:/);
      if (answer.statusCode >= 400 && method !== 'HEAD') problemOf(answer);
    }),
    { numRuns: 300 },
  );
});

it('answers whatever body is sent with neither a 500 nor a stack', async () => {
  const type = fc.constantFrom(
    'application/json',
    'text/plain',
    'application/octet-stream',
    'multipart/form-data',
    'application/json; charset=latin1',
    'nonsense',
    '',
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(anyText, fc.json()), type, async (payload, contentType) => {
      const answer = await api.inject({
        url: '/reload',
        method: 'POST',
        headers: { 'content-type': contentType },
        payload,
      });
      expect([400, 413, 415, 503]).toContain(answer.statusCode);
      problemOf(answer);
    }),
    { numRuns: 100 },
  );
});
