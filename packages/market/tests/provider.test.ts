// The server that the other tests rely on.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fixedClock, INTERVALS } from '@pavio/core';
import { simulateCandles } from '@pavio/market';
import { type ProviderOptions, startProvider, truthOf } from '@pavio/market/testing';
import { expect, test } from 'vitest';

const NOW = Date.UTC(2026, 10, 20, 12);
const DAY = INTERVALS['1d'];
const TODAY = Math.floor(NOW / DAY) * DAY;

async function ask(query: string, options: ProviderOptions = {}) {
  const provider = await startProvider({ clock: fixedClock(NOW), ...options });
  const response = await fetch(provider.url + query);
  const body: unknown = await response.json();
  await provider.close();
  return { status: response.status, body };
}

test('gives N + 1 rows with the open candle last, unlike what it will be', async () => {
  const { body } = await ask('/data/v2/histoday?fsym=BTC&tsym=USD&limit=3');
  const { Data: rows } = (body as { Data: { Data: { time: number; close: number }[] } }).Data;
  expect(rows.map(({ time }) => time * 1000)).toEqual([TODAY - 3 * DAY, TODAY - 2 * DAY, TODAY - DAY, TODAY]);
  const truth = simulateCandles('BTC', '1d', TODAY - DAY, TODAY).close;
  expect(rows[2]?.close).toBe(truth[0]);
  expect(rows[3]?.close).not.toBe(truth[1]);
});

test.each([
  ['/data/v2/histoday?tsym=USD', { Type: 2, ParamWithError: 'fsym' }],
  ['/data/v2/histoday?fsym=BTC', { Type: 2, ParamWithError: 'tsym' }],
  ['/data/v2/histoday?fsym=BTC&tsym=USD&limit=2001', { Type: 2, ParamWithError: 'limit' }],
  ['/data/v2/histohour?fsym=BTC&tsym=USD&aggregate=7', { Type: 2, ParamWithError: 'aggregate' }],
])('%s is refused inside HTTP 200', async (query, document) => {
  expect(await ask(query)).toMatchObject({ status: 200, body: { Response: 'Error', Data: {}, ...document } });
});

test.each([
  ['/api/v3/klines?interval=1d', { code: -1121 }],
  ['/api/v3/klines?symbol=BTCUSDT&interval=7d', { code: -1120 }],
])('%s is refused', async (query, body) => {
  expect(await ask(query)).toMatchObject({ status: 400, body });
});

test('without a start, Binance gives the newest rows', async () => {
  const { body } = await ask('/api/v3/klines?symbol=BTCUSDT&interval=1d&limit=3');
  expect((body as number[][]).map(([time]) => time)).toEqual([TODAY - 2 * DAY, TODAY - DAY, TODAY]);
});

test('finds the first candle ever, however late it is', async () => {
  const candles = truthOf({ 'NEW 1m': simulateCandles('NEW', '1m', TODAY, TODAY + 3_600_000) });
  const { body } = await ask('/api/v3/klines?symbol=NEWUSDT&interval=1m&startTime=0&limit=1', { candles });
  expect((body as number[][]).map(([time]) => time)).toEqual([TODAY]);
  expect(await ask('/api/v3/klines?symbol=OLDUSDT&interval=1m', { candles })).toMatchObject({ status: 400 });
});

test('an address that is not served is a 404', async () => {
  expect(await ask('/data/v3/anything')).toMatchObject({ status: 404 });
});

test('records what was asked, and how much of it at once', async () => {
  const faultOf = ({ query }: { query: Readonly<Record<string, string>> }) =>
    query['symbol'] === 'AUSDT' ? '500' : undefined;
  const provider = await startProvider({ faults: faultOf, latencyMs: 50 });
  provider.fail('ok', 'restricted');
  const ask = (symbol: string) => fetch(`${provider.url}/api/v3/klines?symbol=${symbol}&interval=1d&limit=1`);
  expect((await ask('AUSDT')).status).toBe(200);
  expect((await ask('BUSDT')).status).toBe(451);
  const statuses = await Promise.all(['AUSDT', 'BUSDT', 'CUSDT'].map(async (symbol) => (await ask(symbol)).status));
  expect(statuses).toEqual([500, 200, 200]);
  expect(provider.maxConcurrency).toBeGreaterThan(1);
  expect(provider.maxConcurrency).toBeLessThanOrEqual(3);
  expect(provider.requests.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
  expect(provider.requests[1]).toMatchObject({
    path: '/api/v3/klines',
    query: { symbol: 'BUSDT' },
    fault: 'restricted',
  });
  await provider.close();
});

test('closes while requests hang', async () => {
  const provider = await startProvider({ faults: ['timeout'] });
  const hanging = fetch(`${provider.url}/api/v3/ping`).catch((thrown: unknown) => thrown);
  await expect.poll(() => provider.requests.length).toBe(1);
  await provider.close();
  expect(await hanging).toBeInstanceOf(TypeError);
});

test('runs as a process of its own', async () => {
  const main = path.resolve(import.meta.dirname, '../testing/main.ts');
  const child = spawn(process.execPath, [main, '--faults', 'restricted'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(line.toString()) as { url: string };
  expect((await fetch(`${url}/api/v3/ping`)).status).toBe(451);
  expect((await fetch(`${url}/api/v3/ping`)).status).toBe(200);
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);
});
