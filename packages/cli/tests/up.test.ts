import { startProvider } from '@pavio/market/testing';
import { expect, it, onTestFinished } from 'vitest';
import { clock, emptyFolder, pavio, SMALL, startPavio } from './pavio.ts';

/** The address that `up` and `serve` print. */
function addressIn(output: string): string {
  return /API +(http:\S+)/.exec(output)?.[1] ?? '';
}

async function getJson(url: string, init?: RequestInit): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.json() };
}

it('up: answers from the start, then with forecasts of simulated candles, and stops cleanly', async () => {
  const cwd = await emptyFolder();
  // Nothing listens on the discard port: Binance is out of reach and no key is set.
  const env = { ...SMALL, PORT: '0', BINANCE_BASE_URL: 'http://127.0.0.1:9' };
  const running = startPavio(['up', '--every', '1s'], { cwd, env });
  await running.until('Ctrl-C stops.');
  const address = addressIn(running.output());

  expect(await getJson(`${address}/livez`)).toMatchObject({ status: 200 });
  await running.until('forecast  4 assets (SIMULATED)');
  expect(running.output()).toContain('Warning: SIMULATED MARKET');
  const { status, body } = await getJson(`${address}/symbol/BTC`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ ativo: 'BTC', total_modelos: 5, simulated: true, source: 'simulated' });
  expect(await getJson(`${address}/symbol/HET`)).toMatchObject({ status: 200, body: { simulated: true } });
  expect(await getJson(`${address}/health`)).toMatchObject({ body: { status: 'ok', models_loaded: true } });
  expect(await getJson(`${address}/reload`, { method: 'POST' })).toMatchObject({ body: { total_models: 5 } });

  running.process.kill('SIGINT');
  const ended = await running.ended;
  expect(ended.code).toBe(0);
  expect(ended.stderr).toMatch(/Stopped\.\n$/);
});

it('up: crawls the provider that it is pointed at instead, and forecasts again when a release comes', async () => {
  const provider = await startProvider({ clock, apiKey: 'key-of-the-test' });
  onTestFinished(() => provider.close());
  const cwd = await emptyFolder();
  const env = { ...SMALL, PORT: '0', CRYPTOCOMPARE_BASE_URL: provider.url, CRYPTOCOMPARE_API_KEY: 'key-of-the-test' };
  const running = startPavio(['up', '--every', '1s', '--json'], { cwd, env });
  await running.until('"msg":"Release');
  const line = running
    .output()
    .split('\n')
    .find((text) => text.includes('serves'));
  expect(JSON.parse(line ?? '')).toMatchObject({ level: 'info', version: expect.any(String) });
  running.process.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, stdout: '' });

  expect(provider.requests.every(({ path }) => path === '/data/v2/histoday')).toBe(true);
  expect(provider.requests.length).toBeGreaterThanOrEqual(3);
  const forecast = await pavio(['predict', 'BTC', '--json'], { cwd, env });
  expect(JSON.parse(forecast.stdout)).toMatchObject({ source: 'cryptocompare', isSimulated: false, quote: 'USD' });
  // The key is nowhere: not in the logs, not in the lake.
  expect(running.output()).not.toContain('key-of-the-test');
});

it('up: says what is wrong with the settings at once', async () => {
  const cwd = await emptyFolder();
  const wrong = await pavio(['up', '--port', '0', '--source', 'kraken'], { cwd });
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('no market source "kraken"') });
});

it('up: a provider that fails is said, and tried again', async () => {
  const provider = await startProvider({ clock, faults: () => 'unauthorized' });
  onTestFinished(() => provider.close());
  const cwd = await emptyFolder();
  const env = { ...SMALL, PORT: '0', CRYPTOCOMPARE_BASE_URL: provider.url, CRYPTOCOMPARE_API_KEY: 'refused-key' };
  const running = startPavio(['up', '--every', '1s'], { cwd, env });
  await running.until('The next one tries again.');
  running.process.kill('SIGINT');
  const ended = await running.ended;
  expect(ended.code).toBe(0);
  expect(ended.stderr).toMatch(/INCOMPLETE: 3 with something missing/);
});

it('serve: the API alone, over what is there', async () => {
  const cwd = await emptyFolder();
  const running = startPavio(['serve', '--port', '0'], { cwd });
  await running.until('Ctrl-C stops.');
  const address = addressIn(running.output());
  expect(await getJson(`${address}/symbol/BTC`)).toMatchObject({ status: 503, body: { code: 'no_models' } });
  const taken = await pavio(['serve', '--port', new URL(address).port], { cwd });
  expect(taken).toMatchObject({ code: 2, stderr: expect.stringContaining('is in use') });
  running.process.kill('SIGINT');
  expect((await running.ended).code).toBe(0);
});
