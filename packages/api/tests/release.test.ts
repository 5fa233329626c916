import { type CandleSeries, isoTime, MODEL_NAMES, modelKind, seriesLength, systemClock, VERDICTS } from '@pavio/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { forecastAnswerSchema } from '../src/answers/forecast.ts';
import { type Api, startServer } from '../src/index.ts';
import { ASSETS, fillLake, type Lake, NOW, openLake, releaseAgain } from './lake.ts';

const DAY = 86_400_000;
const CHECK_EVERY = 1000;
const REGRESSORS = MODEL_NAMES.filter((name) => modelKind(name) === 'regressor');
const CLASSIFIERS = MODEL_NAMES.filter((name) => modelKind(name) === 'classifier');

let lake: Lake;
let api: Api;
/** Version that is live. */
let version: string;
let versions = 0;

beforeAll(async () => {
  lake = await openLake();
  version = await fillLake(lake);
});

beforeEach(async () => {
  lake.clock.set(NOW);
  api = lake.newApi({ checkEvery: CHECK_EVERY });
  await api.ready();
  return () => api.close();
});

afterAll(() => lake.remove());

/** Makes another version live, like the one before in all but what `edit` changes. */
async function release(edit?: Parameters<typeof releaseAgain>[2]): Promise<string> {
  const next = `20270101-00${String(versions++).padStart(2, '0')}`;
  await releaseAgain(lake, next, edit);
  version = next;
  return next;
}

async function get(url: string) {
  const answer = await api.inject(url);
  if (answer.statusCode !== 200) throw new Error(`${url} answers ${answer.statusCode}: ${answer.body}`);
  return answer.json();
}

describe('/symbol', () => {
  it('gives what every model says of the next candle', async () => {
    const answer = await get('/symbol/BTC');
    const stored = await lake.candles.read({ source: 'simulated', symbol: 'BTC', quote: 'USD', interval: '1d' });
    const { time, close } = newest(stored);
    expect(forecastAnswerSchema.strict().parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({
      ativo: 'BTC',
      timestamp: NOW,
      total_modelos: 5,
      release: version,
      source: 'simulated',
      simulated: true,
      stale: false,
      quote: 'USD',
      interval: '1d',
      last_close: close,
      last_candle_time: isoTime(time),
      target_candle_time: isoTime(time + DAY),
      target_close_time: isoTime(time + 2 * DAY),
    });
    expect(Object.keys(answer.modelos)).toEqual([...MODEL_NAMES]);
  });

  it.each(REGRESSORS)('gives the close that %s forecasts, within its bounds', async (name) => {
    const { modelos, last_close } = await get('/symbol/ETH');
    const model = modelos[name];
    expect(model).toMatchObject({ modelo: name, tipo: 'regressor', versao: version });
    expect(VERDICTS).toContain(model.verdict);
    expect(model.predicao).toBeCloseTo(last_close * Math.exp(model.log_return), 8);
    expect(model.direction).toBe(model.log_return > 0 ? 1 : 0);
    expect(model).not.toHaveProperty('probabilidade');
    const bounds = Object.values<{ low: number; high: number }>(model.intervals);
    expect(bounds.length).toBeGreaterThan(0);
    expect(bounds.every(({ low, high }) => low < model.predicao && model.predicao < high)).toBe(true);
    // The release has learnt from every candle but the one that is forecast from.
    expect(model.interval_method).toBe('adaptive');
  });

  it.each(CLASSIFIERS)('gives the direction that %s forecasts, and how likely it is', async (name) => {
    const model = (await get('/symbol/ETH')).modelos[name];
    expect(model).toMatchObject({ modelo: name, tipo: 'classifier', versao: version });
    expect(VERDICTS).toContain(model.verdict);
    expect(model.probabilidade).toBeGreaterThanOrEqual(0);
    expect(model.probabilidade).toBeLessThanOrEqual(1);
    expect(model.predicao).toBe(model.direction);
    expect(model.direction).toBe(model.probabilidade > 0.5 ? 1 : 0);
    expect(model).not.toHaveProperty('log_return');
    expect(model).not.toHaveProperty('intervals');
  });

  it.each(['btc', 'BTCUSD', 'BTC-USD', 'btc_usd', 'BTC%2FUSD', 'BTC/USD', 'bitcoin', '%20BTC%20'])(
    'takes %s for BTC',
    async (spelling) => expect(await get(`/symbol/${spelling}`)).toEqual(await get('/symbol/BTC')),
  );

  it('names what is close to an asset that is not there', async () => {
    const answer = await api.inject('/symbol/BTX');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({
      code: 'unknown_symbol',
      detail: 'There is no asset "BTX" here.',
      remedy: expect.stringContaining('BTC'),
      details: { available: expect.arrayContaining(ASSETS) },
    });
  });

  it.each(['BTC-EUR', 'BTC/EUR', '%24%24', 'a%20b'])('refuses %s', async (spelling) => {
    const answer = await api.inject(`/symbol/${spelling}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().code).toBe('bad_input');
  });

  it('forecasts Heterium, marked as simulated', async () => {
    const answer = await get('/symbol/HET');
    expect(answer).toMatchObject({ ativo: 'HET', simulated: true, total_modelos: 5, stale: false });
  });

  it('says that its candles are old', async () => {
    lake.clock.set(Date.parse(NOW) + 3 * DAY);
    expect(await get('/symbol/BTC')).toMatchObject({ stale: true });
  });
});

function newest(series: CandleSeries): { time: number; close: number } {
  const row = seriesLength(series) - 1;
  return { time: series.time[row] as number, close: series.close[row] as number };
}

it('says what serves', async () => {
  expect(await get('/readyz')).toEqual({ status: 'ok', release: version });
  expect(await get('/health')).toEqual({
    status: 'ok',
    models_loaded: true,
    total_models: 5,
    models: [...MODEL_NAMES],
    versions: Object.fromEntries(MODEL_NAMES.map((name) => [name, version])),
    release: version,
    loaded_at: NOW,
    pinned: false,
    simulated: true,
    problem: null,
  });
});

it.each(['/models', '/model/info'])('%s gives the manifest in the words of the wire', async (url) => {
  const { manifest } = await lake.registry.load(version);
  const answer = await get(url);
  expect(answer).toMatchObject({ total_models: 5, version, simulated: true, quote: 'USD', interval: '1d' });
  expect(answer.features.inputs).toEqual(manifest.featureSet.inputs);
  for (const name of MODEL_NAMES) {
    const { evaluation, file, onnx, coverage = [], calibration } = manifest.models[name];
    expect(onnx?.name).toBe(`${name}.onnx`);
    expect(answer.models[name]).toMatchObject({ file, onnx, versao: version, verdict: evaluation.overall.verdict });
    expect(answer.models[name].overall).toMatchObject({
      rows: evaluation.overall.rows,
      metrics: evaluation.overall.metrics,
      naive: evaluation.overall.naive,
      skill: evaluation.overall.skill,
      directional: evaluation.overall.directional,
    });
    expect(answer.models[name].overall.diebold_mariano?.p_value).toBe(evaluation.overall.dieboldMariano?.pValue);
    expect(Object.keys(answer.models[name].assets)).toEqual(Object.keys(evaluation.assets));
    expect(answer.models[name].folds).toHaveLength(manifest.folds.length);
    expect(answer.models[name]).toMatchObject({
      coverage,
      calibration: calibration === undefined ? null : (calibration.calibrator?.method ?? 'none'),
      tuned: false,
    });
    expect(answer.models[name].overall.skill_interval).toEqual(evaluation.overall.skillInterval ?? null);
  }
  expect(answer.versions[0]).toMatchObject({ version, serving: true });
});

describe('a new release', () => {
  it('serves by itself', async () => {
    await get('/readyz');
    const old = version;
    const next = await release();
    expect(await get('/health')).toMatchObject({ release: old });
    lake.clock.set(Date.parse(NOW) + CHECK_EVERY);
    await expect.poll(async () => (await get('/symbol/BTC')).release).toBe(next);
    expect((await get('/models')).versions.map((kept: { version: string }) => kept.version)).toEqual(
      expect.arrayContaining([old, next]),
    );
  });

  it('does not make the request wait that notices it', async () => {
    await get('/readyz');
    const old = version;
    const next = await release();
    const { promise: loaded, resolve: finishLoading } = Promise.withResolvers<void>();
    const load = lake.registry.load.bind(lake.registry);
    const slow = vi.spyOn(lake.registry, 'load').mockImplementation(async (name) => {
      await loaded;
      return load(name);
    });
    lake.clock.set(Date.parse(NOW) + CHECK_EVERY);
    const noticing: string[] = [];
    const asked = get('/symbol/BTC').then((answer) => noticing.push(answer.release));
    try {
      await expect.poll(() => [slow.mock.calls.length, ...noticing]).toEqual([1, old]);
    } finally {
      finishLoading();
      slow.mockRestore();
    }
    await asked;
    await expect.poll(async () => (await get('/symbol/BTC')).release).toBe(next);
  });

  it('is looked for once in a while, however many ask', async () => {
    await get('/readyz');
    const looks = vi.spyOn(lake.registry, 'liveTag');
    await Promise.all(Array.from({ length: 50 }, () => get('/symbol/BTC')));
    expect(looks).toHaveBeenCalledTimes(0);
    lake.clock.set(Date.parse(NOW) + CHECK_EVERY);
    await Promise.all(Array.from({ length: 50 }, () => get('/symbol/BTC')));
    expect(looks).toHaveBeenCalledTimes(1);
    looks.mockRestore();
  });

  it('comes between requests, never into one', async () => {
    await get('/readyz');
    const old = version;
    const asked: Promise<{ release: string; modelos: Record<string, { versao: string }> }>[] = [];
    const ask = () => asked.push(...Array.from({ length: 20 }, (_, i) => get(`/symbol/${ASSETS[i % ASSETS.length]}`)));
    ask();
    const next = await release();
    ask();
    const reloads = [api.inject({ url: '/reload', method: 'POST' }), api.inject('/reload'), api.inject('/reload')];
    ask();
    for (const { statusCode } of await Promise.all(reloads)) expect(statusCode).toBe(200);
    ask();
    const answers = await Promise.all(asked);
    for (const { release, modelos } of answers) {
      expect([old, next]).toContain(release);
      expect(new Set(Object.values(modelos).map(({ versao }) => versao))).toEqual(new Set([release]));
    }
    expect(answers.at(0)?.release).toBe(old);
    expect(answers.at(-1)?.release).toBe(next);
  });

  it('is noticed by a server that nobody asks', async () => {
    const predictor = lake.newPredictor();
    const server = await startServer(lake.newApi({ checkEvery: 10 }, { predictor, clock: systemClock }), {
      host: '127.0.0.1',
      port: 0,
    });
    await expect.poll(() => predictor.state.release?.version).toBe(version);
    const next = await release();
    await expect.poll(() => predictor.state.release?.version).toBe(next);
    await server.close();
  });
});

it('names the version whose manifest is damaged beside the others', async () => {
  const damaged = version;
  const key = `models/${damaged}/manifest.json`;
  await get('/readyz');
  await release();
  lake.clock.set(Date.parse(NOW) + CHECK_EVERY);
  await expect.poll(async () => (await get('/health')).release).toBe(version);
  const manifest = await lake.store.get(key);
  await lake.store.put(key, Buffer.from('{'));
  const { versions: whole, damaged_versions: found } = await get('/models');
  expect(found).toMatchObject([{ version: damaged, problem: { code: 'bad_model' } }]);
  expect(found[0].problem.detail).toContain(key);
  expect(whole[0]).toMatchObject({ version, serving: true });
  expect(whole).not.toContainEqual(expect.objectContaining({ version: damaged }));
  await lake.store.put(key, manifest?.body ?? Buffer.from(''));
});

it('says that the release is pinned, soon after it was', async () => {
  await get('/readyz');
  const { registry, clock } = lake;
  await registry.promote(version, await registry.liveTag(), { isPinned: true });
  clock.set(Date.parse(NOW) + CHECK_EVERY);
  await expect.poll(async () => (await get('/health')).pinned).toBe(true);
  expect(await get('/models')).toMatchObject({ version, pinned: true });
  await registry.promote(version, await registry.liveTag());
  clock.set(Date.parse(NOW) + 2 * CHECK_EVERY);
  await expect.poll(async () => (await get('/health')).pinned).toBe(false);
});

describe('a release that cannot be used', () => {
  it('with a damaged file leaves the old one serving, and says so', async () => {
    await get('/readyz');
    const old = version;
    const bad = await release();
    await lake.store.put(`models/${bad}/regressor_lin.safetensors`, Buffer.from('damaged'));
    lake.clock.set(Date.parse(NOW) + CHECK_EVERY);
    await expect.poll(async () => (await get('/health')).status).toBe('degraded');
    expect(await get('/health')).toMatchObject({
      release: old,
      models_loaded: true,
      problem: {
        code: 'bad_model',
        status: 503,
        type: '/errors/bad_model',
        detail: expect.stringContaining('SHA-256'),
      },
    });
    expect(await get('/readyz')).toMatchObject({ release: old });
    expect(await get('/symbol/BTC')).toMatchObject({ release: old });

    const reload = await api.inject({ url: '/reload', method: 'POST' });
    expect(reload.statusCode).toBe(503);
    expect(reload.json()).toMatchObject({ code: 'bad_model', instance: '/reload' });
    expect(await get('/symbol/BTC')).toMatchObject({ release: old });

    // A server that starts now takes the copy in `latest`, which is whole; without it there is nothing to serve with.
    const lucky = lake.newApi();
    expect((await lucky.inject('/readyz')).json()).toMatchObject({ status: 'ok', release: bad });
    await lucky.close();
    await lake.store.put('models/latest/regressor_lin.safetensors', Buffer.from('damaged'));
    const fresh = lake.newApi();
    const ready = await fresh.inject('/readyz');
    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toMatchObject({ code: 'bad_model' });
    expect((await fresh.inject('/health')).json()).toMatchObject({
      status: 'unavailable',
      problem: { code: 'bad_model' },
    });
    await fresh.close();

    await replaceLive(old);
    lake.clock.set(Date.parse(NOW) + 2 * CHECK_EVERY);
    await expect.poll(async () => (await get('/health')).status).toBe('ok');
    expect(await get('/health')).toMatchObject({ problem: null });
  });

  it('of another feature set leaves the old one serving, and says so', async () => {
    await get('/readyz');
    const old = version;
    await release(({ featureSet }) => ({ featureSet: { ...featureSet, hash: 'f'.repeat(64) } }));
    lake.clock.set(Date.parse(NOW) + CHECK_EVERY);
    await expect.poll(async () => (await get('/health')).problem?.code).toBe('feature_mismatch');
    expect(await get('/symbol/BTC')).toMatchObject({ release: old });
    await replaceLive(old);
  });

  /** Makes a version live that was before. */
  async function replaceLive(good: string): Promise<void> {
    await lake.registry.promote(good, await lake.registry.liveTag());
    version = good;
  }
});

describe('/reload', () => {
  it.each(['GET', 'POST'] as const)('by %s says what serves', async (method) => {
    const answer = await api.inject({ url: '/reload', method });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      message: 'Models reloaded',
      total_models: 5,
      models: [...MODEL_NAMES],
      release: version,
    });
  });

  it('takes a body that says nothing', async () => {
    const answer = await api.inject({ url: '/reload', method: 'POST', payload: {} });
    expect(answer.statusCode).toBe(200);
  });
});
