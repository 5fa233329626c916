// What is stored, and what became of forecasts: /moedas, /prices, /prever, /previsoes, /status, /reports.
import { intervalMs, isoTime, MODEL_NAMES, modelKind, seriesOf } from '@pavio/core';
import { simulatedMarket } from '@pavio/market';
import { lakeTrainingRunLog } from '@pavio/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyAnswerSchema } from '../src/answers/history.ts';
import { statusAnswerSchema } from '../src/answers/status.ts';
import type { Api } from '../src/index.ts';
import { ASSETS, fillLake, type Lake, NOW, openLake } from './lake.ts';

const DAY = intervalMs('1d');
const START = Date.parse(NOW);
const LAST = START - (START % DAY) - DAY;
/** Days that go by, a forecast each. */
const DAYS = 6;

let lake: Lake;
let api: Api;
let version: string;

beforeAll(async () => {
  lake = await openLake();
  version = await fillLake(lake);
  api = lake.newApi();
  // The days go by: a forecast, then the night in which its candle closes.
  for (let day = 0; day < DAYS; day++) {
    await get('/symbol/BTC');
    await get('/symbol/HET');
    await nextDay(day + 1);
  }
  await get('/symbol/BTC');
  await get('/symbol/HET');
});

afterAll(async () => {
  await api.close();
  await lake.remove();
});

/** The clock goes on to the day, and BTC is crawled. */
async function nextDay(day: number): Promise<void> {
  lake.clock.set(START + day * DAY);
  const to = LAST + day * DAY;
  const key = { source: 'simulated', symbol: 'BTC', quote: 'USD', interval: '1d' } as const;
  const page = await simulatedMarket({ clock: lake.clock }).candles({ ...key, from: to, to });
  await lake.candles.upsert(key, seriesOf(page.candles));
}

async function get(url: string) {
  const answer = await api.inject(url);
  if (answer.statusCode !== 200) throw new Error(`${url} answers ${answer.statusCode}: ${answer.body}`);
  return answer.json();
}

describe('/moedas', () => {
  it('says what is stored of every asset, and what is behind', async () => {
    const { total, moedas } = await get('/moedas');
    expect(total).toBe(ASSETS.length + 1);
    expect(moedas.map(({ ativo }: { ativo: string }) => ativo)).toEqual([...ASSETS, 'HET']);
    const { close } = await lake.candles.read({ source: 'simulated', symbol: 'BTC', quote: 'USD', interval: '1d' });
    expect(moedas[0]).toEqual({
      ativo: 'BTC',
      source: 'simulated',
      quote: 'USD',
      interval: '1d',
      simulated: true,
      first_candle_time: isoTime(LAST - 500 * DAY),
      last_candle_time: isoTime(LAST + DAYS * DAY),
      candles: 501 + DAYS,
      missing: 0,
      last_close: close.at(-1),
      change: close.at(-1)! / close.at(-2)! - 1,
      stale: false,
    });
    expect(moedas[1]).toMatchObject({ ativo: 'ETH', stale: true, last_candle_time: isoTime(LAST) });
    expect(moedas.at(-1)).toMatchObject({ ativo: 'HET', candles: null, first_candle_time: null, stale: false });
  });
});

describe('/prices/latest', () => {
  it('gives the newest candles of an asset', async () => {
    const { total, prices } = await get('/prices/latest?ativo=bitcoin&limit=3');
    const stored = await lake.candles.read({ source: 'simulated', symbol: 'BTC', quote: 'USD', interval: '1d' });
    expect(total).toBe(1);
    expect(prices[0]).toMatchObject({ ativo: 'BTC', quote: 'USD', interval: '1d', simulated: true });
    expect(prices[0].candles).toHaveLength(3);
    expect(prices[0].candles.at(-1)).toEqual({
      time: isoTime(stored.time.at(-1)!),
      open: stored.open.at(-1),
      high: stored.high.at(-1),
      low: stored.low.at(-1),
      close: stored.close.at(-1),
      volumefrom: stored.volume.at(-1),
      volumeto: stored.quoteVolume.at(-1),
    });
  });

  it('gives the newest one of all assets', async () => {
    const { prices } = await get('/prices/latest');
    expect(prices.map(({ ativo, candles }: { ativo: string; candles: object[] }) => [ativo, candles.length])).toEqual(
      [...ASSETS, 'HET'].map((symbol) => [symbol, 1]),
    );
  });

  it.each(['limit=0', 'limit=1001', 'limit=1.5', 'limit=x', 'ativo=', 'limit=31', 'ativo=BTC-EUR'])(
    'refuses %s',
    async (query) => {
      const answer = await api.inject(`/prices/latest?${query}`);
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({ code: 'bad_input' });
    },
  );

  it('does not know what is not there', async () => {
    expect((await api.inject('/prices/latest?ativo=XYZ')).json()).toMatchObject({ code: 'unknown_symbol' });
  });
});

describe('/prever', () => {
  it('gives the next close as the regressor with the best skill has it', async () => {
    const forecast = await get('/symbol/BTC');
    const answer = await get('/prever/btc');
    const skillOf = (name: string) => forecast.modelos[name].skill ?? -Infinity;
    const regressors = MODEL_NAMES.filter((name) => modelKind(name) === 'regressor');
    const best = regressors.reduce((a, b) => (skillOf(b) > skillOf(a) ? b : a));
    const { predicao } = forecast.modelos[best];
    expect(answer).toMatchObject({
      ...forecast,
      modelo: best,
      ultimo_fechamento: forecast.last_close,
      proximo_fechamento: predicao,
      delta: predicao - forecast.last_close,
    });
    expect(answer.delta_percentual).toBeCloseTo((predicao / forecast.last_close - 1) * 100, 10);
  });
});

describe('/previsoes', () => {
  it('holds every forecast against what happened', async () => {
    const answer = await get('/previsoes/BTC');
    expect(historyAnswerSchema.unwrap().strict().parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({ ativo: 'BTC', total: DAYS + 1, avaliadas: DAYS, pendentes: 1, simulated: true });
    const stored = await lake.candles.read({ source: 'simulated', symbol: 'BTC', quote: 'USD', interval: '1d' });
    const closes = new Map(Array.from(stored.time, (time, row) => [isoTime(time), stored.close[row]!]));
    const [newest, ...scored] = answer.previsoes;
    expect(newest).toMatchObject({ status: 'pending', actual_close: null, release: version });
    expect(newest.modelos.regressor_lin).toMatchObject({ erro: null, acertou: null, dentro: null });
    expect(scored).toHaveLength(DAYS);
    for (const { status, target_candle_time, actual_close, last_close, modelos } of scored) {
      expect(status).toBe('scored');
      expect(actual_close).toBe(closes.get(target_candle_time));
      const { predicao, erro, acertou, dentro, intervals, direction } = modelos.regressor_rf;
      expect(erro).toBeCloseTo(predicao - actual_close, 9);
      expect(acertou).toBe(actual_close > last_close === (direction === 1));
      const { low, high } = intervals['0.95'];
      expect(dentro['0.95']).toBe(low <= actual_close && actual_close <= high);
      expect(modelos.classifier_log).toMatchObject({ erro: null, dentro: null, acertou: expect.any(Boolean) });
    }
  });

  it('adds up what each model got right, beside the naive forecast', async () => {
    const { previsoes, modelos, rises } = await get('/previsoes/BTC');
    const scored = previsoes.filter(({ status }: { status: string }) => status === 'scored');
    expect(Object.keys(modelos)).toEqual([...MODEL_NAMES]);
    for (const name of MODEL_NAMES) {
      const right = scored.filter((one: never) => one['modelos'][name]['acertou']).length;
      expect(modelos[name]).toMatchObject({ avaliadas: DAYS, directional: { share: right / DAYS, n: DAYS } });
      expect(modelos[name].directional.low).toBeLessThan(right / DAYS + 1e-12);
    }
    const errors = scored.map((one: never) => Math.abs(one['modelos']['regressor_lin']['erro']));
    const moves = scored.map((one: never) => Math.abs(one['actual_close'] - one['last_close']));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(modelos.regressor_lin.mae).toBeCloseTo(mean(errors), 9);
    expect(modelos.regressor_lin.mae_naive).toBeCloseTo(mean(moves), 9);
    expect(modelos.classifier_rf).toMatchObject({ mae: null, mae_naive: null, coverage: {} });
    expect(Object.keys(modelos.regressor_lin.coverage)).toEqual(['0.5', '0.8', '0.95']);
    expect(rises.n).toBe(DAYS);
  });

  it('looks at the newest so many', async () => {
    expect(await get('/previsoes/BTC?limit=3')).toMatchObject({ total: 3, avaliadas: 2, pendentes: 1 });
    expect((await api.inject('/previsoes/BTC?limit=0')).statusCode).toBe(400);
  });

  it('knows what became of the asset that nobody stores', async () => {
    expect(await get('/previsoes/HET')).toMatchObject({ ativo: 'HET', simulated: true, avaliadas: DAYS, pendentes: 1 });
  });

  it('is empty for an asset that nobody has asked for', async () => {
    expect(await get('/previsoes/SOL')).toMatchObject({
      total: 0,
      avaliadas: 0,
      rises: null,
      modelos: {},
      previsoes: [],
    });
  });
});

describe('/status', () => {
  it('says what is stored, how new it is, and what serves', async () => {
    await lakeTrainingRunLog(lake.store).append({
      startedAt: NOW,
      seconds: 2.5,
      outcome: 'released',
      version,
      reason: 'The first release.',
      error: null,
      rows: 1000,
      assets: ASSETS,
      models: { regressor_lin: { skill: -0.01, verdict: 'no_edge' } },
    });
    const answer = await get('/status');
    expect(statusAnswerSchema.unwrap().strict().parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({
      status: 'ok',
      started_at: NOW,
      timestamp: isoTime(START + DAYS * DAY),
      uptime_seconds: (DAYS * DAY) / 1000,
      lake: 'folder',
      database: null,
      simulated: true,
      candles: {
        assets: ASSETS.length,
        stored: 501 * ASSETS.length + DAYS,
        missing: 0,
        newest_candle_time: isoTime(LAST + DAYS * DAY),
        behind: ['ETH', 'SOL'],
      },
      release: { version, pinned: false, trained_until: expect.stringContaining('2026-11-') },
      last_training: { outcome: 'released', version, seconds: 2.5, models: { regressor_lin: { verdict: 'no_edge' } } },
      problem: null,
    });
  });
});

it.each([
  ['/home/me/pavio.db', 'sqlite'],
  ['postgres://pavio@postgres:5432/pavio', 'postgresql'],
])('/status names the kind of the database %s, and no more of it', async (database, kind) => {
  const other = lake.newApi({}, { database });
  const answer = await other.inject('/status');
  expect(answer.json()).toMatchObject({ database: kind });
  expect(answer.body).not.toContain(database);
  await other.close();
});

describe('/metrics', () => {
  const run = { reason: 'Better.', error: null, rows: 1000, assets: ASSETS, seconds: 2.5, models: {} };

  it('lists the trainings, newest first, at most so many', async () => {
    const log = lakeTrainingRunLog(lake.store);
    for (const [day, outcome] of (['released', 'kept_back'] as const).entries()) {
      await log.append({ ...run, startedAt: isoTime(START + day * DAY), outcome, version });
    }
    const answer = await get('/metrics?limit=2');
    expect(answer).toMatchObject({
      total: 2,
      treinos: [
        { started_at: isoTime(START + DAY), outcome: 'kept_back', times: 1, assets: ASSETS.length, rows: 1000 },
        { started_at: isoTime(START), outcome: 'released', version, error: null },
      ],
    });
    expect((await api.inject('/metrics?limit=0')).json()).toMatchObject({ status: 400, code: 'bad_input' });
  });

  it('is the state in numbers for Prometheus', async () => {
    await lakeTrainingRunLog(lake.store).append({
      ...run,
      startedAt: isoTime(START + 2 * DAY),
      outcome: 'released',
      version,
      models: {
        regressor_lin: { skill: -0.01, verdict: 'no_edge' },
        classifier_rf: { skill: null, verdict: 'inconclusive' },
      },
    });
    const accept = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1';
    const { headers, body } = await api.inject({ url: '/metrics', headers: { accept } });
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(headers['vary']).toBe('accept');
    const lines = body.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        `pavio_info{software="0.1.0",release="${version}"} 1`,
        'pavio_ready 1',
        `pavio_assets ${ASSETS.length}`,
        'pavio_assets_behind 2',
        `pavio_newest_candle_timestamp_seconds ${(LAST + DAYS * DAY) / 1000}`,
        `pavio_training_timestamp_seconds ${(START + 2 * DAY) / 1000}`,
        'pavio_training_outcome{outcome="released"} 1',
        'pavio_training_outcome{outcome="failed"} 0',
        '# TYPE pavio_model_skill gauge',
        'pavio_model_skill{model="regressor_lin",verdict="no_edge"} -0.01',
      ]),
    );
    expect(body).not.toContain('classifier_rf');
  });

  it('has no numbers for what is not there yet', async () => {
    const empty = await openLake();
    const none = empty.newApi();
    expect((await none.inject('/metrics')).json()).toEqual({ total: 0, treinos: [] });
    const { body } = await none.inject({ url: '/metrics', headers: { accept: 'text/plain' } });
    expect(body).toContain('pavio_ready 0');
    expect(body).not.toMatch(/^pavio_(release_created|newest_candle)_timestamp_seconds /m);
    expect(body).not.toContain('NaN');
    await none.close();
    await empty.remove();
  });
});

describe('/reports', () => {
  it('gives the page of a training, in which nothing can run', async () => {
    await lake.store.put(`reports/${version}.html`, Buffer.from('<!doctype html><title>é</title>'));
    for (const url of [`/reports/${version}.html`, `/reports/${version}`]) {
      const { statusCode, headers, body } = await api.inject(url);
      expect(statusCode).toBe(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox$/);
      expect(body).toContain('é');
    }
  });

  it.each(['20200101-0000.html', 'x', '..%2Fmodels%2Flatest%2Fmanifest.json', `20200101-0000.html.html`])(
    'has none under %s',
    async (file) => {
      const answer = await api.inject(`/reports/${file}`);
      expect(answer.statusCode).toBe(404);
      expect(answer.json()).toMatchObject({ code: 'unknown_version' });
    },
  );
});

describe('of an empty lake', () => {
  it('says that there is nothing, and what to do', async () => {
    const empty = await openLake();
    const none = empty.newApi();
    expect((await none.inject('/moedas')).json()).toEqual({ total: 0, moedas: [] });
    expect((await none.inject('/prices/latest')).json()).toEqual({ total: 0, prices: [] });
    expect((await none.inject('/status')).json()).toMatchObject({
      status: 'unavailable',
      simulated: null,
      candles: { assets: 0, stored: 0, missing: 0, newest_candle_time: null, behind: [] },
      release: null,
      last_training: null,
      problem: { code: 'no_models', remedy: expect.stringContaining('pavio run') },
    });
    for (const url of ['/prever/BTC', '/previsoes/BTC', '/prices/latest?ativo=BTC']) {
      const answer = await none.inject(url);
      expect(answer.statusCode).toBe(503);
      expect(answer.json().remedy).toMatch(/pavio (run|crawl)/);
    }
    await none.close();
    await empty.remove();
  });
});
