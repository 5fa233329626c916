import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Api } from '../src/index.ts';
import { type Lake, openLake } from './lake.ts';

let lake: Lake;
let api: Api;

beforeAll(async () => {
  lake = await openLake();
  api = lake.newApi();
});

afterAll(async () => {
  await api.close();
  await lake.remove();
});

it('lives, and says that it is not ready', async () => {
  expect((await api.inject('/livez')).json()).toEqual({ status: 'ok' });
  expect((await api.inject('/health')).json()).toEqual({
    status: 'unavailable',
    models_loaded: false,
    total_models: 0,
    models: [],
    versions: {},
    release: null,
    loaded_at: null,
    pinned: false,
    simulated: null,
    problem: null,
  });
});

it.each(['/readyz', '/symbol/BTC', '/symbol/HET', '/models', '/model/info', '/reload'])(
  'answers %s with what to run',
  async (url) => {
    const answer = await api.inject(url);
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toEqual({
      type: '/errors/no_models',
      title: 'There are no released models yet',
      status: 503,
      detail: 'No models have been released yet.',
      instance: url,
      code: 'no_models',
      remedy: expect.stringContaining('pavio run'),
    });
  },
);
