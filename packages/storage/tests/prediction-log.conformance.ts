import type { PredictionLog } from '@pavio/core';
import { beforeAll, expect, it } from 'vitest';
import { forecast } from './support/releases.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 22);

/** What every `PredictionLog` does. `open` gives a new handle to one and the same empty log each time it is called. */
export function testPredictionLog(open: () => Promise<PredictionLog>): void {
  let log: PredictionLog;
  let other: PredictionLog;

  beforeAll(async () => {
    log = await open();
    other = await open();
  });

  it('is empty at first', async () => {
    expect(await log.list({ symbol: 'NONE', interval: '1d' })).toEqual([]);
  });

  it('gives forecasts back as they were, ascending by target, at most the newest so many', async () => {
    const made = [3, 0, 2, 1].map((day) => forecast(START + day * DAY));
    for (const each of made) await log.append(each);
    const ascending = made.toSorted((a, b) => a.targetTime - b.targetTime);
    expect(await other.list({ symbol: 'BTC', interval: '1d' })).toEqual(ascending);
    expect(await other.list({ symbol: 'BTC', interval: '1d', limit: 2 })).toEqual(ascending.slice(2));
    expect(await other.list({ symbol: 'BTC', interval: '1d', limit: 0 })).toEqual([]);
  });

  it('keeps the first of the same symbol, interval, target and version', async () => {
    const first = forecast(START, { symbol: 'ETH' });
    await log.append(first);
    await other.append({ ...first, lastClose: 999 });
    expect(await log.list({ symbol: 'ETH', interval: '1d' })).toEqual([first]);
    const newer = { ...first, version: '20261121-0000' };
    await log.append(newer);
    expect(await log.list({ symbol: 'ETH', interval: '1d' })).toEqual([first, newer]);
  });

  it('keeps symbols and intervals apart', async () => {
    const made = [
      forecast(START, { symbol: 'UNI' }),
      forecast(START, { symbol: 'UNIX' }),
      forecast(START, { symbol: 'UNI', interval: '1h' }),
    ];
    for (const each of made) await log.append(each);
    expect(await other.list({ symbol: 'UNI', interval: '1d' })).toEqual(made.slice(0, 1));
    expect(await other.list({ symbol: 'UNIX', interval: '1d' })).toEqual(made.slice(1, 2));
    expect(await other.list({ symbol: 'UNI', interval: '1h' })).toEqual(made.slice(2));
  });

  it.each(['../BTC', 'A/B', ''])('refuses the symbol %j', async (symbol) => {
    await expect(log.append(forecast(START, { symbol }))).rejects.toMatchObject({ code: 'bad_input' });
    await expect(log.list({ symbol, interval: '1d' })).rejects.toMatchObject({ code: 'bad_input' });
  });
}
