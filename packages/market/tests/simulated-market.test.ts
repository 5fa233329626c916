import { fixedClock, INTERVALS } from '@pavio/core';
import { HISTORY_START, simulatedMarket } from '@pavio/market';
import { expect, test } from 'vitest';

const HOUR = INTERVALS['1h'];
const NOW = Date.UTC(2026, 10, 20, 12, 30);
const clock = fixedClock(NOW);
const market = simulatedMarket({ clock });
const pair = { symbol: 'HET', quote: 'USD', interval: '1h' } as const;
const noon = Date.UTC(2026, 10, 20, 12);

test('says that it is simulated', () => {
  expect(market).toMatchObject({ name: 'simulated', isSimulated: true, defaultQuote: 'USD' });
});

test('gives closed candles only, more of them as time passes', async () => {
  const moving = fixedClock(NOW);
  const source = simulatedMarket({ clock: moving });
  const window = { ...pair, from: noon - 3 * HOUR, to: noon + HOUR };
  const before = await source.candles(window);
  expect(before.candles.map(({ time }) => time)).toEqual([noon - 3 * HOUR, noon - 2 * HOUR, noon - HOUR]);
  expect(before.isStartOfHistory).toBe(false);
  moving.set(noon + HOUR);
  const after = await source.candles(window);
  expect(after.candles).toHaveLength(4);
  expect(after.candles.slice(0, 3)).toEqual(before.candles);
});

test('says where history begins', async () => {
  const first = await market.candles({ ...pair, from: HISTORY_START, to: HISTORY_START + HOUR });
  expect(first).toMatchObject({ isStartOfHistory: true, candles: [{ time: HISTORY_START }, {}] });
  const before = await market.candles({ ...pair, from: HISTORY_START - 5 * HOUR, to: HISTORY_START - HOUR });
  expect(before).toEqual({ isStartOfHistory: true, candles: [] });
});

test('is priced in dollars of any name, and in nothing else', async () => {
  const window = { ...pair, from: noon - HOUR, to: noon - HOUR };
  expect(await market.candles({ ...window, quote: 'USDT' })).toEqual(await market.candles(window));
  await expect(market.candles({ ...window, quote: 'BRL' })).rejects.toMatchObject({
    code: 'unknown_pair',
    message: expect.stringContaining('HET-BRL'),
  });
  await expect(market.candles({ ...window, symbol: 'no such' })).rejects.toMatchObject({ code: 'unknown_pair' });
});

test('stops when it is told to', async () => {
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  await expect(market.candles({ ...pair, from: noon - HOUR, to: noon }, signal)).rejects.toBe(reason);
  await expect(market.ping(signal)).rejects.toBe(reason);
  await expect(market.ping()).resolves.toBeUndefined();
});
