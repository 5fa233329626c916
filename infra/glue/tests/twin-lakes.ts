import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { computeFeatures, openWorkspace, type Workspace } from '@pavio/cli';
import { fixedClock, loadConfig, silentLogger } from '@pavio/core';
import { simulateCandles } from '@pavio/market';
import { afterAll, beforeAll } from 'vitest';

const DAY = 86_400_000;
const CANDLES = 400;

/**
 * For the tests around: lakes in `folder`, of which `cluster` and `alone` have the features of the same two simulated assets.
 * What is done with the one is held against the other.
 */
export function twinLakes(now: number) {
  const folder = mkdtempSync(path.join(tmpdir(), 'pavio-glue-'));
  const open = (name: string, env: Record<string, string> = {}, at = now): Workspace => {
    const config = loadConfig({ env: { PAVIO_SOURCE: 'simulated', PAVIO_LAKE: path.join(folder, name), ...env } });
    return openWorkspace(config, silentLogger, fixedClock(at));
  };

  beforeAll(async () => {
    const lake = open('cluster');
    const last = Math.floor(now / DAY) * DAY - DAY;
    for (const symbol of ['BTC', 'ETH']) {
      const series = simulateCandles(symbol, '1d', last - (CANDLES - 1) * DAY, last);
      await lake.candles.upsert({ source: 'simulated', symbol, quote: 'USD', interval: '1d' }, series);
    }
    await computeFeatures(lake, { source: 'simulated', quote: 'USD' });
    cpSync(path.join(folder, 'cluster'), path.join(folder, 'alone'), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  return { folder, open };
}
