import { type CandleSeries, DEFAULT_ASSETS, INTERVAL_NAMES, INTERVALS, type Interval, sliceTime } from '@pavio/core';
import { HISTORY_START, simulateCandles } from '@pavio/market';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const DAY = INTERVALS['1d'];
const END = Date.UTC(2026, 10, 20);
const lastDays = (symbol: string, days: number, interval: Interval = '1d') =>
  simulateCandles(symbol, interval, END - days * DAY, END - 1);

describe('the same candle for the same time', () => {
  test('in whatever window it is asked', () => {
    const whole = Object.fromEntries(INTERVAL_NAMES.map((name) => [name, lastDays('ETH', 6, name)]));
    fc.assert(
      fc.property(
        fc.constantFrom(...INTERVAL_NAMES),
        fc.integer({ min: END - 6 * DAY, max: END - 1 }),
        fc.integer({ min: 0, max: 2 * DAY }),
        (interval, from, length) => {
          const to = Math.min(from + length, END - 1);
          const part = simulateCandles('ETH', interval, from, to);
          expect(part).toEqual(sliceTime(whole[interval] as CandleSeries, from, to));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('in whatever order assets and times are asked', () => {
    const late = simulateCandles('ORDER1', '1h', END - DAY, END);
    simulateCandles('ORDER2', '1d', HISTORY_START, HISTORY_START + 10 * DAY);
    const early = simulateCandles('ORDER1', '1h', HISTORY_START, HISTORY_START + DAY);
    for (let other = 0; other < 300; other++) simulateCandles(`CROWD${other}`, '1d', HISTORY_START, HISTORY_START);
    expect(simulateCandles('ORDER1', '1h', HISTORY_START, HISTORY_START + DAY)).toEqual(early);
    expect(simulateCandles('ORDER1', '1h', END - DAY, END)).toEqual(late);
  });

  test('and another one for another asset or seed', () => {
    const one = simulateCandles('BTC', '1d', END - 30 * DAY, END);
    expect(simulateCandles('ETH', '1d', END - 30 * DAY, END).volume).not.toEqual(one.volume);
    expect(simulateCandles('BTC', '1d', END - 30 * DAY, END, 7).close).not.toEqual(one.close);
  });
});

describe('a series', () => {
  test('is valid: on the grid, no gap, prices in order, something traded', () => {
    for (const interval of INTERVAL_NAMES) {
      for (const symbol of ['BTC', 'SHIB', 'HET', 'USDT', 'NEVERHEARDOF']) {
        const { time, open, high, low, close, volume, quoteVolume } = lastDays(symbol, 4, interval);
        expect(time.length).toBe((4 * DAY) / INTERVALS[interval]);
        for (let row = 0; row < time.length; row++) {
          const [o, h, l, c] = [open, high, low, close].map((column) => column[row] as number) as [
            number,
            number,
            number,
            number,
          ];
          expect(time[row]).toBe(END - 4 * DAY + row * INTERVALS[interval]);
          expect(Math.min(o, h, l, c)).toBe(l);
          expect(Math.max(o, h, l, c)).toBe(h);
          expect(l).toBeGreaterThan(0);
          expect(volume[row]).toBeGreaterThan(0);
          const average = (quoteVolume[row] as number) / (volume[row] as number);
          // The rounding of a small volume shows in the quotient.
          expect(average).toBeGreaterThan(l * (1 - 1e-4));
          expect(average).toBeLessThan(h * (1 + 1e-4));
        }
      }
    }
  });

  test('begins in 2015 and is empty before', () => {
    expect(simulateCandles('BTC', '1d', 0, HISTORY_START + DAY).time).toEqual(
      Float64Array.of(HISTORY_START, HISTORY_START + DAY),
    );
    expect(simulateCandles('BTC', '1h', 0, HISTORY_START - 1).time).toHaveLength(0);
    expect(simulateCandles('BTC', '1h', END, END - DAY).time).toHaveLength(0);
  });

  test('is refused for what cannot be a ticker or a time', () => {
    for (const symbol of ['', 'btc', 'BTC-USD', 'A'.repeat(21)]) {
      expect(() => simulateCandles(symbol, '1d', 0, END)).toThrowError(
        expect.objectContaining({ code: 'unknown_pair' }),
      );
    }
    expect(() => simulateCandles('BTC', '1d', Number.NaN, END)).toThrowError(
      expect.objectContaining({ code: 'bad_input' }),
    );
  });
});

test.each(INTERVAL_NAMES.slice(1))('a %s candle is its minutes put together', (interval) => {
  // Two months, so that hours with jumps are among them.
  for (const symbol of ['BTC', 'PEPE']) {
    const fine = lastDays(symbol, 60, '1m');
    const coarse = lastDays(symbol, 60, interval);
    const count = INTERVALS[interval] / INTERVALS['1m'];
    for (let row = 0; row < coarse.time.length; row++) {
      const rows = [row * count, (row + 1) * count] as const;
      expect(coarse.open[row]).toBe(fine.open[rows[0]]);
      expect(coarse.close[row]).toBe(fine.close[rows[1] - 1]);
      expect(coarse.high[row]).toBe(Math.max(...fine.high.subarray(...rows)));
      expect(coarse.low[row]).toBe(Math.min(...fine.low.subarray(...rows)));
      const volume = fine.volume.subarray(...rows).reduce((sum, value) => sum + value, 0);
      expect(Math.abs(volume / (coarse.volume[row] as number) - 1)).toBeLessThan(1e-5);
    }
  }
});

describe('believable', () => {
  const assets = [...DEFAULT_ASSETS, 'HET'];
  const series = new Map(assets.map((symbol) => [symbol, simulateCandles(symbol, '1d', HISTORY_START, END)]));
  const returns = new Map(assets.map((symbol) => [symbol, logReturns(series.get(symbol) as CandleSeries)]));

  test.each([
    ['BTC', 60_000],
    ['ETH', 3000],
    ['DOGE', 0.1],
    ['HET', 150],
  ])('%s wanders around %d for as long as it exists', (symbol, base) => {
    const { close } = simulateCandles(symbol, '1d', HISTORY_START, Date.UTC(2040, 0, 1));
    const middle = close.toSorted()[close.length >> 1] as number;
    expect(middle / base).toBeGreaterThan(1 / 4);
    expect(middle / base).toBeLessThan(4);
    expect(Math.min(...close) / base).toBeGreaterThan(1 / 40);
    expect(Math.max(...close) / base).toBeLessThan(40);
  });

  test('daily volatility is that of coins, with heavy tails and clusters', () => {
    for (const symbol of DEFAULT_ASSETS) {
      const r = returns.get(symbol) as number[];
      expect(deviation(r)).toBeGreaterThan(0.025);
      expect(deviation(r)).toBeLessThan(0.065);
      expect(kurtosis(r)).toBeGreaterThan(4);
      expect(kurtosis(r)).toBeLessThan(20);
      expect(correlation(r.slice(1).map(Math.abs), r.slice(0, -1).map(Math.abs))).toBeGreaterThan(0.08);
      expect(Math.max(...r.map(Math.abs))).toBeLessThan(0.8);
    }
  });

  test('assets rise and fall together, weakly', () => {
    const r = correlation(returns.get('BTC') as number[], returns.get('ETH') as number[]);
    expect(r).toBeGreaterThan(0.15);
    expect(r).toBeLessThan(0.6);
  });

  test('turnover follows the size of the move', () => {
    for (const symbol of assets) {
      const logTurnover = Array.from((series.get(symbol) as CandleSeries).quoteVolume, Math.log).slice(1);
      expect(correlation(logTurnover, (returns.get(symbol) as number[]).map(Math.abs))).toBeGreaterThan(0.1);
    }
  });

  test('returns tell nothing about the next ones', () => {
    // Sums of 20 assets are independent enough here: 4.5 deviations of a robust statistic are beyond chance.
    for (const lag of [1, 2, 3, 5, 7]) {
      const scores = assets.map((symbol) => robustAutocorrelation(returns.get(symbol) as number[], lag));
      expect(Math.max(...scores.map(Math.abs))).toBeLessThan(4.5);
      expect(Math.abs(scores.reduce((sum, z) => sum + z, 0)) / Math.sqrt(scores.length)).toBeLessThan(4.5);
    }
    for (const interval of ['1m', '15m', '1h'] as const) {
      const r = logReturns(lastDays('BTC', 200, interval));
      for (const lag of [1, 2, 5]) expect(Math.abs(robustAutocorrelation(r, lag))).toBeLessThan(4.5);
    }
  });

  test('a jump happens within a minute, anywhere in the hour', () => {
    const minutes = ['BTC', 'ETH', 'SOL'].flatMap((symbol) => {
      const candles = lastDays(symbol, 400, '1m');
      const r = logReturns(candles);
      const large = 25 * deviation(r);
      return r.flatMap((value, row) =>
        Math.abs(value) > large ? [((candles.time[row + 1] as number) / 60_000) % 60] : [],
      );
    });
    expect(minutes.length).toBeGreaterThan(3);
    expect(new Set(minutes).size).toBeGreaterThan(3);
  });

  test('as many rise as fall', () => {
    for (const symbol of assets) {
      const r = returns.get(symbol) as number[];
      const share = r.filter((value) => value > 0).length / r.length;
      expect(Math.abs(share - 0.5)).toBeLessThan(4.5 * Math.sqrt(0.25 / r.length));
    }
  });
});

function logReturns({ close }: CandleSeries): number[] {
  return Array.from(close.subarray(1), (value, row) => Math.log(value / (close[row] as number)));
}

function mean(x: readonly number[]): number {
  return x.reduce((sum, value) => sum + value, 0) / x.length;
}

function deviation(x: readonly number[]): number {
  const center = mean(x);
  return Math.sqrt(mean(x.map((value) => (value - center) ** 2)));
}

function kurtosis(x: readonly number[]): number {
  const center = mean(x);
  return mean(x.map((value) => (value - center) ** 4)) / deviation(x) ** 4;
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const [a, b] = [mean(x), mean(y)];
  return mean(x.map((value, row) => (value - a) * ((y[row] as number) - b))) / deviation(x) / deviation(y);
}

/** Standard normal when there is no correlation, whatever the volatility does (White 1980). */
function robustAutocorrelation(x: readonly number[], lag: number): number {
  let sum = 0;
  let squares = 0;
  for (let row = lag; row < x.length; row++) {
    const product = (x[row] as number) * (x[row - lag] as number);
    sum += product;
    squares += product * product;
  }
  return sum / Math.sqrt(squares);
}
