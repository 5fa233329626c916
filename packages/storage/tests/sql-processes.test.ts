import { setTimeout as sleep } from 'node:timers/promises';
import type { SeriesKey } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../src/index.ts';
import { candles } from './support/candles.ts';
import { testDatabases } from './support/databases.ts';
import { startProgram } from './support/processes.ts';

const DAY = 86_400_000;

describe.each(await testDatabases())('processes on $name', ({ isMissing, create }) => {
  const both = (symbol: string): SeriesKey => ({ source: 'test', symbol, quote: 'USD', interval: '1d' });

  it.skipIf(isMissing)('make the tables of an empty database and write one series, all at once', async () => {
    const url = await create();
    const days = 600;
    const writers = ['0', '1', '0', '1'].map((first) => {
      return startProgram('upsert-candles.ts', url, 'BTC', first, String(days));
    });
    await Promise.all(writers.map((writer) => writer.printed('ready')));
    for (const { child } of writers) child.stdin?.end('go\n');
    expect(await Promise.all(writers.map(({ ended }) => ended))).toEqual([0, 0, 0, 0]);

    const database = openDatabase(url);
    const times = Array.from({ length: days }, (_, day) => day * DAY);
    expect(await database.candles.read(both('BTC'))).toEqual(candles(times));
    expect(await database.status()).toMatchObject({ series: 1, candles: days });
    await database.close();
  });

  it.skipIf(isMissing)('leave all of an upsert or nothing, killed at random instants', async () => {
    const url = await create();
    const count = 2000;
    const times = Array.from({ length: count }, (_, day) => day * DAY);
    for (let kill = 0; kill < 3; kill++) {
      const writer = startProgram('rewrite-candles.ts', url, String(count));
      await writer.printed('writing 2\n');
      await sleep(Math.random() * 200);
      writer.child.kill('SIGKILL');
      expect(await writer.ended).toBe('SIGKILL');
      const said = Number(writer.output().trim().split(' ').at(-1));

      const database = openDatabase(url);
      const stored = await database.candles.read(both('KILL'));
      // The mark of a candle is its volume beyond ten.
      const mark = (stored.volume[0] ?? 0) - 10;
      expect([said - 1, said]).toContain(mark);
      expect(stored).toEqual(candles(times, mark));
      // The lock of the dead went with them.
      expect(await database.candles.upsert(both('KILL'), candles(times, 0))).toEqual({ inserted: 0, changed: count });
      await database.close();
    }
  });
});
