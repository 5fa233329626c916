import { describe, expect, it } from 'vitest';
import { CONFIG_FILE, DEFAULT_ASSETS, flagName, loadConfig, PavioError } from '../src/index.ts';

describe('loadConfig', () => {
  it('needs nothing', () => {
    expect(loadConfig()).toMatchObject({
      lake: 'data',
      database: undefined,
      source: 'auto',
      quote: 'auto',
      interval: '1d',
      assets: [],
      start: undefined,
      every: 30_000,
      host: '127.0.0.1',
      port: 8000,
      apiKey: undefined,
    });
  });

  it('takes flags over environment over file over defaults', () => {
    const file = { lake: 'from-file', quote: 'eur', interval: '1h', port: 1 };
    const env = { PAVIO_LAKE: 'from-env', PAVIO_QUOTE: 'usd', PORT: '' };
    const config = loadConfig({ flags: { lake: 'from-flag' }, env, file });
    expect(config).toMatchObject({ lake: 'from-flag', quote: 'USD', interval: '1h', port: 1 });
  });

  it('reads lists, durations, dates and addresses', () => {
    const config = loadConfig({
      env: { PAVIO_ASSETS: 'btc, ETH-USD,btc', PAVIO_START: '2020-01-31', BINANCE_BASE_URL: 'http://127.0.0.1:1/' },
      flags: { every: '5m' },
    });
    expect(config.assets).toEqual(['BTC', 'ETH']);
    expect(config.start).toBe(Date.parse('2020-01-31T00:00:00Z'));
    expect(config.every).toBe(300_000);
    expect(config.binanceBaseUrl).toEqual(['http://127.0.0.1:1']);
    expect(loadConfig({ file: { assets: [...DEFAULT_ASSETS] } }).assets).toEqual(DEFAULT_ASSETS);
  });

  it('reads what to learn from: days, candles or all', () => {
    expect(loadConfig().window).toBeUndefined();
    expect(loadConfig({ flags: { window: '730d' } }).window).toEqual({ days: 730 });
    expect(loadConfig({ file: { window: 500 } }).window).toEqual({ candles: 500 });
    for (const window of ['0', '-5', '1.5d', '2y', 'sliding']) {
      expect(() => loadConfig({ flags: { window } })).toThrow(/--window\) must be expanding, days like 730d/);
    }
  });

  it('understands BUCKET_NAME as a lake on S3, after PAVIO_LAKE', () => {
    expect(loadConfig({ env: { BUCKET_NAME: 'candles' } }).lake).toBe('s3://candles');
    expect(loadConfig({ env: { BUCKET_NAME: 'candles', PAVIO_LAKE: 'here' } }).lake).toBe('here');
  });

  it('takes a database from DATABASE_URL, the flag wins', () => {
    const env = { DATABASE_URL: 'postgres://pavio:secret@db:5432/pavio' };
    expect(loadConfig({ env }).database).toBe(env.DATABASE_URL);
    expect(loadConfig({ env, flags: { database: 'sqlite:pavio.db' } }).database).toBe('sqlite:pavio.db');
    expect(loadConfig({ env: { DATABASE_URL: '' } }).database).toBeUndefined();
  });

  it('names every wrong setting and where it came from', () => {
    let problem: unknown;
    try {
      loadConfig({
        flags: { interval: '2d' },
        env: { PORT: 'x', PAVIO_ASSETS: 'a b' },
        file: { colour: 1, every: 'soon' },
      });
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(PavioError);
    expect(problem).toMatchObject({ code: 'bad_config', exit: 2 });
    const { message } = problem as PavioError;
    for (const part of ['--interval', 'PORT', 'PAVIO_ASSETS', CONFIG_FILE, 'unknown keys: colour', 'like 30s']) {
      expect(message).toContain(part);
    }
  });

  it('refuses a file that is no object', () => {
    expect(() => loadConfig({ file: ['x'] })).toThrow(/must hold a JSON object/);
  });
});

it('writes flags with dashes', () => {
  expect(flagName('cryptocompareBaseUrl')).toBe('cryptocompare-base-url');
});
