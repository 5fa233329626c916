import { ERRORS, type ErrorCode } from '@pavio/core';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, describe, expect, it } from 'vitest';

import { openLake } from './lake.ts';

interface Operation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  security?: unknown;
  parameters?: { name: string; in: string; description?: string }[];
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

interface Document {
  openapi: string;
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties: object }> };
}

/** Of answers that are not JSON alone, by operation. */
const OTHER_TYPES: Readonly<Record<string, readonly string[]>> = {
  report: ['text/html'],
  metrics: ['application/json', 'text/plain'],
};

// Read before the tests are declared, so that there is one test an operation.
const lake = await openLake();
const api = lake.newApi();
const routes: string[] = [];
api.addHook('onRoute', ({ url, method, schema }) => {
  if (schema?.hide) return;
  const path = url.replace(/:(\w+)/g, '{$1}');
  routes.push(...[method].flat().map((one) => `${one.toLowerCase()} ${path}`));
});
const answer = await api.inject('/openapi.json');
const document = answer.json<Document>();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
);

afterAll(async () => {
  await api.close();
  await lake.remove();
});

it('is OpenAPI 3.1', async () => {
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  const validator = new Validator();
  const result = await validator.validate(structuredClone(document) as never);
  expect(result.errors).toBeUndefined();
  expect(result.valid).toBe(true);
  expect(validator.version).toBe('3.1');
  expect(document.info.version).toBe(JSON.parse((await api.inject('/')).body).version);
});

it('describes exactly the routes there are', () => {
  const there = routes.filter((route) => !route.startsWith('head ')).sort();
  expect(operations.map(([name]) => name).sort()).toEqual(there);
  expect(there.length).toBeGreaterThanOrEqual(13);
});

it('names every operation once', () => {
  expect(new Set(operations.map(([, { operationId }]) => operationId)).size).toBe(operations.length);
});

describe.each(operations)('%s', (name, { operationId, summary, tags, parameters = [], responses }) => {
  it('says what it is for', () => {
    expect(operationId).toMatch(/^[a-z]\w+$/);
    expect(summary).toBeTruthy();
    expect(tags).toHaveLength(1);
    const inPath = Array.from(name.matchAll(/\{(\w+)\}/g), ([, parameter]) => parameter);
    const named = parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name);
    expect(named).toEqual(inPath);
    for (const parameter of parameters) expect(parameter.description).toBeTruthy();
  });

  it('says of every answer what it means and what it looks like', () => {
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['200', '500']));
    for (const [status, { description, content = {} }] of Object.entries(responses)) {
      expect(description).not.toBe('Default Response');
      const known = OTHER_TYPES[operationId ?? ''] ?? ['application/json'];
      const types = Number(status) >= 400 ? ['application/problem+json'] : known;
      expect(Object.keys(content)).toEqual(status === '302' ? [] : types);
    }
  });

  it('names each error under its own status', () => {
    for (const [status, { description }] of Object.entries(responses)) {
      const codes = Array.from(description.matchAll(/`([a-z_]+)`/g), ([, code]) => code as ErrorCode);
      expect(codes.map((code) => ERRORS[code].status)).toEqual(codes.map(() => Number(status)));
      expect(codes.length > 0).toBe(Number(status) >= 400);
    }
  });
});

it('asks for the key where state is changed, and only there', () => {
  const guarded = operations.filter(([, { security }]) => security !== undefined);
  expect(guarded.map(([name]) => name).sort()).toEqual(['get /reload', 'post /reload']);
  for (const [, { responses }] of guarded)
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403']));
});

it('keeps the names of the original', () => {
  const { Forecast } = document.components.schemas;
  expect(Object.keys(Forecast?.properties ?? {})).toEqual(
    expect.arrayContaining(['ativo', 'timestamp', 'modelos', 'total_modelos']),
  );
  expect(Object.keys(document.components.schemas)).toEqual(
    expect.not.arrayContaining([expect.stringMatching(/Input$/)]),
  );
});

describe('/docs', () => {
  it.each(['/docs', '/docs/', '/docs/static/swagger-initializer.js'])('%s refers to nothing outside', async (url) => {
    const answer = await api.inject(url);
    expect(answer.statusCode).toBe(200);
    expect(answer.body).not.toMatch(/(src|href|url)\s*[=:]\s*["']?(https?:)?\/\//);
  });

  it('has all the files that its page names', async () => {
    const page = (await api.inject('/docs/')).body;
    const files = Array.from(page.matchAll(/(?:src|href)="\.(\/[^"]+)"/g), ([, file]) => `/docs${file}`);
    expect(files.length).toBeGreaterThanOrEqual(5);
    const answers = await Promise.all(files.map((file) => api.inject(file)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(files.map(() => 200));
  });

  it('shows the same description', async () => {
    expect((await api.inject('/docs/json')).json()).toEqual(document);
  });
});

it('sends browsers to the page and programs the facts', async () => {
  const browser = await api.inject({ url: '/', headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
  expect(browser.statusCode).toBe(302);
  expect(browser.headers.location).toBe('/dashboard/');
  const program = await api.inject('/');
  expect(program.json()).toEqual({
    message: 'Cripto Prediction API',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    docs: '/docs',
    health: '/health',
  });
  for (const { headers } of [browser, program]) expect(headers.vary).toBe('accept');
});
