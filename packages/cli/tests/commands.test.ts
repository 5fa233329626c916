import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MODEL_NAMES } from '@pavio/core';
import { simulateCandles } from '@pavio/market';
import { startProvider } from '@pavio/market/testing';
import { encodeCandleCsv } from '@pavio/storage';
import { describe, expect, it } from 'vitest';
import { clock, daysAgo, emptyFolder, pavio, SMALL, startPavio } from './pavio.ts';

const simulated = { ...SMALL, PAVIO_SOURCE: 'simulated' };

describe('pavio, step by step', () => {
  it('crawls, computes, trains, forecasts and tells how things stand', async () => {
    const cwd = await emptyFolder();
    const options = { cwd, env: simulated };

    const crawl = await pavio(['crawl', '--json'], options);
    expect(crawl).toMatchObject({ code: 0, stderr: expect.not.stringContaining('"level":"error"') });
    expect(JSON.parse(crawl.stdout)).toMatchObject({ isComplete: true, isSimulated: true, totals: { series: 3 } });
    const again = await pavio(['crawl'], options);
    expect(again.stdout).toMatch(/^3 series from simulated \(SIMULATED\): 0 new candles/);

    const features = await pavio(['features'], options);
    expect(features.stdout).toMatch(/rows .* of 3 assets, \d+ features/);

    const training = await pavio(['train'], options);
    expect(training.code).toBe(0);
    expect(training.stdout).toMatch(/^Release \d{8}-\d{4} \(SIMULATED candles\) is live: First release\./);
    for (const name of MODEL_NAMES) expect(training.stdout).toContain(name);
    expect(training.stdout).toContain('RMSE / naive');
    const page = /Report with plots: (.*\.html)/.exec(training.stdout)?.[1] ?? '';
    expect(await readFile(page, 'utf8')).toMatch(/^<!doctype html>[^]*SIMULATED[^]*<\/html>\n$/);
    expect((await pavio(['train'], options)).stdout).toMatch(/^Nothing new to learn/);

    const forecast = await pavio(['predict', 'btc-usd', '--json'], options);
    expect(JSON.parse(forecast.stdout)).toMatchObject({ symbol: 'BTC', isSimulated: true, isStale: false });
    expect((await pavio(['predict', 'bitcoin'], options)).stdout).toContain('SIMULATED: these candles are made up.');

    const models = await pavio(['models'], options);
    expect(models.stdout).toMatch(/\* +\d{8}-\d{4} +simulated USD 1d/);
    expect(JSON.parse((await pavio(['models', '--json'], options)).stdout).versions).toHaveLength(1);

    const doctor = await pavio(['doctor'], options);
    expect(doctor.code).toBe(0);
    expect(doctor.stdout).toMatch(
      /ok {4}Lake .*\nWARN {2}Market .*SIMULATED.*\nok {4}Candles .*\nok {4}Features .*\nWARN {2}Models/,
    );
    expect(await readdir(path.join(cwd, 'data'))).toEqual([
      '.pavio',
      'features',
      'models',
      'predictions',
      'raw',
      'reports',
      'training_runs',
    ]);
  });

  it('does one whole cycle, and nothing in a second one', async () => {
    const cwd = await emptyFolder();
    const run = await pavio(['run'], { cwd, env: simulated });
    expect(run.code).toBe(0);
    for (const part of [
      'SIMULATED MARKET',
      'Crawl  ',
      'Features  ',
      'Evaluation  walk-forward, 5 folds',
      'Skill is 1 -',
    ]) {
      expect(run.stdout).toContain(part);
    }
    expect(run.stderr).toContain('train 100 % (30/30)');
    const second = await pavio(['run', '--json'], { cwd, env: simulated });
    expect(JSON.parse(second.stdout)).toMatchObject({ crawl: { totals: { inserted: 0 } }, training: { isNew: false } });
  });

  it('works on imported candles by itself, without asking any market', async () => {
    const cwd = await emptyFolder();
    const to = Date.parse('2024-12-31T00:00:00Z');
    for (const symbol of ['BTC', 'ETH']) {
      const candles = simulateCandles(symbol, '1d', to - 400 * 86_400_000, to);
      await writeFile(path.join(cwd, `${symbol}-USDT-1d.csv`), encodeCandleCsv(candles));
    }
    const imported = await pavio(['import', cwd], { cwd });
    expect(imported).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^2 series from import: 802 new candles/),
    });
    const run = await pavio(['run'], { cwd });
    expect(run).toMatchObject({ code: 0, stderr: expect.not.stringContaining('SIMULATED') });
    expect(run.stdout).toContain('nothing fetched, stored candles of import');
    const forecast = await pavio(['predict', 'ETHUSDT'], { cwd });
    expect(forecast.stdout).toContain('STALE');
    const crawl = await pavio(['crawl'], { cwd });
    expect(crawl).toMatchObject({ code: 2, stderr: expect.stringContaining('--source cryptocompare') });
  });
});

describe('a lake that is in use', () => {
  it('never turns to made-up candles because its market cannot be reached today', async () => {
    const cwd = await emptyFolder();
    const provider = await startProvider({ clock });
    expect(await pavio(['run'], { cwd, env: { ...SMALL, BINANCE_BASE_URL: provider.url } })).toMatchObject({ code: 0 });
    await provider.close();
    // Earlier candles are wanted, so that there is something to ask for.
    const env = { ...SMALL, PAVIO_START: daysAgo(510), BINANCE_BASE_URL: provider.url };
    const offline = startPavio(['run', '--json'], { cwd, env: { ...env, PAVIO_LAKE: path.join(cwd, 'data') } });
    await offline.until('asking again');
    offline.process.kill('SIGINT');
    const ended = await offline.ended;
    expect(ended.stderr).not.toContain('SIMULATED');
    const forecast = await pavio(['predict', 'BTC', '--json'], { cwd });
    expect(JSON.parse(forecast.stdout)).toMatchObject({ source: 'binance', isSimulated: false });
  });

  it('keeps to one interval', async () => {
    const cwd = await emptyFolder();
    expect(await pavio(['run'], { cwd, env: simulated })).toMatchObject({ code: 0 });
    const other = await pavio(['run', '--interval', '1h', '--start', daysAgo(10)], { cwd, env: simulated });
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('are of 1d candles, not of 1h ones') });
    expect(other.stderr).toMatch(/--lake .*data-1h/);
  });
});

describe('pavio, used wrongly', () => {
  it('says what is wrong and what to do', async () => {
    const cwd = await emptyFolder();
    const cases: [string[], number, RegExp][] = [
      [['fly'], 2, /unknown command 'fly'/],
      [['crawl', '--colour'], 2, /unknown option '--colour'/],
      [['predict'], 2, /missing required argument 'symbol'/],
      [['run', '--interval', '2d'], 2, /interval \(--interval\)/],
      [['crawl', '--source', 'kraken'], 2, /no market source "kraken".*\n.*cryptocompare, binance, simulated/],
      [['features'], 1, /There are no 1d candles in .*data\.\n.*pavio crawl/],
      [['train'], 1, /no features to train on\.\n.*pavio features/],
      [['predict', 'BTC'], 1, /No models have been released yet\.\n.*pavio run/],
      [['import', 'nothing.csv'], 3, /nothing\.csv/],
    ];
    for (const [words, code, message] of cases) {
      const ended = await pavio(words, { cwd });
      expect({ words, code: ended.code }).toEqual({ words, code });
      expect(ended.stderr).toMatch(message);
      expect(ended.stderr).not.toMatch(/\n\s+at /);
    }
  });

  it('names the broken line of a file that it imports, and imports the others', async () => {
    const cwd = await emptyFolder();
    const day = Date.parse('2024-01-01T00:00:00Z');
    const good = encodeCandleCsv(simulateCandles('BTC', '1d', day, day + 86_400_000));
    await writeFile(path.join(cwd, 'BTC-USD-1d.csv'), good);
    await writeFile(path.join(cwd, 'ETH-USD-1d.csv'), 'time,open,high,low,close,volumefrom,volumeto\n1704067200,1,2\n');
    const ended = await pavio(['import', cwd], { cwd });
    expect(ended.code).toBe(3);
    expect(ended.stdout).toMatch(/BTC-USD +2 +2/);
    expect(ended.stderr).toMatch(/ETH-USD-1d\.csv.*line 2/);
  });

  it('gives the error as JSON when JSON was asked for', async () => {
    const cwd = await emptyFolder();
    const ended = await pavio(['predict', 'BTC', '--json'], { cwd });
    const last = ended.stderr.trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({ error: { code: 'no_models', remedy: expect.any(String) } });
    expect(ended.stdout).toBe('');
  });

  it('refuses a configuration file with words it does not know', async () => {
    const cwd = await emptyFolder();
    await writeFile(path.join(cwd, 'pavio.config.json'), '{"lakes": "x"}');
    expect(await pavio(['doctor'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('unknown keys: lakes'),
    });
    await writeFile(path.join(cwd, 'pavio.config.json'), '{');
    expect(await pavio(['doctor'], { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining('is not JSON') });
  });
});

it('explains itself', async () => {
  const cwd = await emptyFolder();
  const help = await pavio(['--help'], { cwd });
  expect(help.code).toBe(0);
  for (const word of ['up', 'run', 'crawl', 'import', 'features', 'train', 'predict', 'serve', 'models', 'doctor']) {
    expect(help.stdout).toMatch(new RegExp(`^  ${word} `, 'm'));
  }
  expect(help.stdout).toContain('CRYPTOCOMPARE_API_KEY');
  expect((await pavio(['crawl', '--help'], { cwd })).stdout).toContain('Exit code 3');
  expect((await pavio(['--version'], { cwd })).stdout).toMatch(/^pavio \d+\.\d+\.\d+\n$/);
  const list = await pavio(['features', '--list'], { cwd });
  expect(list.stdout).toMatch(/^column +formula +edge +unit +made of +lookback +memory +model +source$/m);
  expect(list.stdout).toMatch(
    /^rsi_14 .*50 where the price stands still .* percent +close +14 +\d+ +yes +Wilder 1978; TA-Lib RSI$/m,
  );
  expect(list.stdout).toMatch(/^obv .* volume +close, volume +0 +all +Granville 1963; TA-Lib OBV$/m);
  const json = JSON.parse((await pavio(['features', '--list', '--json'], { cwd })).stdout) as unknown[];
  expect(json).toContainEqual(expect.objectContaining({ name: 'obv', memory: 'all', lookback: 0 }));
});
