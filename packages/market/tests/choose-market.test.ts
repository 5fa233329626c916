import { createLogger, fixedClock, loadConfig } from '@pavio/core';
import { chooseMarket, simulateCandles } from '@pavio/market';
import { type Fault, type Provider, startProvider } from '@pavio/market/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';

const clock = fixedClock('2026-11-20T12:00:00Z');
// The provider's candles are made up before anybody waits for them.
simulateCandles('BTC', '1d', clock.now(), clock.now());

let provider: Provider;
let lines: string[];
beforeEach(async () => {
  provider = await startProvider({ clock });
  lines = [];
});
afterEach(() => provider.close());

function choose(
  env: Record<string, string> = {},
  { imported = false, signal }: { imported?: boolean; signal?: AbortSignal } = {},
) {
  const config = loadConfig({ env: { BINANCE_BASE_URL: provider.url, CRYPTOCOMPARE_BASE_URL: provider.url, ...env } });
  const log = createLogger('info', { write: (line: string) => void lines.push(line) });
  const hasImported = () => Promise.resolve(imported);
  return chooseMarket({ config, clock, log, hasImported, ...(signal === undefined ? {} : { signal }) });
}

test.each(['cryptocompare', 'binance', 'simulated'])('%s by its name, unasked', async (name) => {
  expect(await choose({ PAVIO_SOURCE: name })).toMatchObject({ kind: 'source', source: { name } });
  expect(provider.requests).toHaveLength(0);
  expect(lines).toEqual([]);
});

test('import means what was imported', async () => {
  expect(await choose({ PAVIO_SOURCE: 'import' })).toEqual({ kind: 'imported' });
});

test.each(['coingecko', 'constructor'])('"%s" is no source', async (name) => {
  await expect(choose({ PAVIO_SOURCE: name })).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringContaining(name),
    remedy: 'Choose one of auto, cryptocompare, binance, simulated, import.',
  });
});

test('auto with a key is CryptoCompare, even if there are imported candles', async () => {
  const chosen = await choose({ CRYPTOCOMPARE_API_KEY: 'some-key' }, { imported: true });
  expect(chosen).toMatchObject({ kind: 'source', source: { name: 'cryptocompare' } });
});

test('auto does not look elsewhere when the key is refused', async () => {
  provider.fail('unauthorized');
  const chosen = await choose({ CRYPTOCOMPARE_API_KEY: 'refused-key' });
  if (chosen.kind !== 'source') throw new Error('A source was expected.');
  await expect(chosen.source.ping()).rejects.toMatchObject({ code: 'market_unauthorized' });
});

test('auto without a key is what was imported', async () => {
  expect(await choose({}, { imported: true })).toEqual({ kind: 'imported' });
  expect(provider.requests).toHaveLength(0);
});

test('auto with neither is Binance when it answers, also if it asks to slow down', async () => {
  expect(await choose()).toMatchObject({ kind: 'source', source: { name: 'binance' } });
  provider.fail('rate-limit');
  expect(await choose()).toMatchObject({ kind: 'source', source: { name: 'binance' } });
  expect(lines).toEqual([]);
});

test.each(['restricted', '500', 'html', 'reset'] satisfies Fault[])(
  'auto is the simulated market when Binance answers with %s, and says so',
  async (fault) => {
    provider.fail(fault);
    expect(await choose()).toMatchObject({ kind: 'source', source: { name: 'simulated', isSimulated: true } });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      level: 'warn',
      source: 'simulated',
      msg: expect.stringMatching(/SIMULATED.*made up.*127\.0\.0\.1.*CRYPTOCOMPARE_API_KEY/),
    });
  },
);

test('auto stops when it is told to', async () => {
  const reason = new Error('enough');
  await expect(choose({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
