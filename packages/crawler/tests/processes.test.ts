import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fixedClock, silentLogger } from '@pavio/core';
import { simulateCandles } from '@pavio/market';
import { folderStore, lakeCandleStore } from '@pavio/storage';
import { expect, it, onTestFailed } from 'vitest';
import { crawl } from '../src/index.ts';
import type { ChildOrder } from './support/child-order.ts';
import { rowsOf, temporaryFolder } from './support/lake.ts';
import { provide } from './support/provider.ts';

const NOW = '2026-06-15T12:00:00Z';
const NEWEST = Date.parse('2026-06-15T11:00:00Z');
const START = Date.parse('2025-08-01T00:00:00Z');
const ASSETS = ['BTC', 'ETH', 'XRP'];
const KILLS = 8;
/** A run is killed after so many requests at most. */
const MOST_REQUESTS = 6;

function startChild(order: ChildOrder): ChildProcess {
  const child = path.resolve(import.meta.dirname, 'support/crawl-child.ts');
  return spawn(process.execPath, [child, JSON.stringify(order)], { stdio: ['ignore', 'ignore', 'inherit'] });
}

const key = (symbol: string) => ({ source: 'binance', symbol, quote: 'USDT', interval: '1h' }) as const;
const truth = (symbol: string, from = START, to = NEWEST) => rowsOf(simulateCandles(symbol, '1h', from, to));

it(`is killed at ${KILLS} random instants and completes: nothing lost, nothing doubled`, async () => {
  const clock = fixedClock(NOW);
  const { provider, binance: source } = await provide({ clock, latencyMs: 3 });
  const lake = await temporaryFolder();
  const candles = lakeCandleStore(folderStore(lake));
  const order = { url: provider.url, lake, now: NOW, assets: ASSETS, interval: '1h', start: START } as const;

  const instants: string[] = [];
  const first = Math.floor(Math.random() * MOST_REQUESTS);
  onTestFailed(() => void process.stderr.write(`The kills came at ${instants.join(', ')}.\n`));
  for (let kill = 0; kill < KILLS; kill++) {
    // Some milliseconds after one of the next requests: while it is under way, or while its page is being written. Each of
    // them has its turn: from the fourth on a page is stored, for an asset asks for the next one after that.
    const requests = provider.requests.length + 1 + ((first + kill) % MOST_REQUESTS);
    const milliseconds = Math.random() * 40;
    instants.push(`request ${requests} + ${milliseconds.toFixed(1)} ms`);
    const child = startChild(order);
    const ended = once(child, 'exit');
    while (provider.requests.length < requests && child.exitCode === null) await delay(1);
    await delay(milliseconds);
    child.kill('SIGKILL');
    await ended;
    // Killed, or through before that; never fallen by itself.
    expect([null, 0]).toContain(child.exitCode);

    for (const symbol of ASSETS) {
      const stored = await candles.read(key(symbol));
      const span = await candles.span(key(symbol));
      const ends = { first: stored.time[0], last: stored.time.at(-1) };
      expect(span).toEqual(stored.time.length === 0 ? undefined : ends);
      expect(rowsOf(stored)).toEqual(truth(symbol, ends.first ?? NEWEST, ends.last ?? NEWEST - 1));
    }
  }

  const report = await crawl({
    source,
    candles,
    assets: ASSETS,
    interval: '1h',
    start: START,
    clock,
    log: silentLogger,
  });
  expect(report).toMatchObject({ isComplete: true, totals: { gapCandles: 0 } });
  for (const symbol of ASSETS) expect(rowsOf(await candles.read(key(symbol)))).toEqual(truth(symbol));
  // Those that were killed did a part of it.
  expect(report.totals.inserted).toBeLessThan(report.totals.stored);
});

it('is run twice at once on one lake, in two processes and in one: nothing lost, nothing doubled', async () => {
  const clock = fixedClock(NOW);
  const { provider, binance: source } = await provide({ clock, latencyMs: 3 });
  const lake = await temporaryFolder();
  const order = { url: provider.url, lake, now: NOW, assets: ASSETS, interval: '1h', start: START } as const;
  const options = { source, assets: ASSETS, interval: '1h', start: START, clock, log: silentLogger } as const;
  const children = [startChild(order), startChild(order)].map((child) => once(child, 'exit'));
  const candles = lakeCandleStore(folderStore(lake));
  const [one, two] = await Promise.all([crawl({ ...options, candles }), crawl({ ...options, candles })]);
  expect(await Promise.all(children)).toEqual([
    [0, null],
    [0, null],
  ]);
  expect([one.isComplete, two.isComplete]).toEqual([true, true]);
  for (const symbol of ASSETS) expect(rowsOf(await candles.read(key(symbol)))).toEqual(truth(symbol));
});
