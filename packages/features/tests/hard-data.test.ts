import { type CandleSeries, seriesLength, sliceRows } from '@pavio/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeFeatures, featureSet } from '../src/index.ts';
import { hasRealCandles, readCandles, realFiles, walk, walks, withoutPadding } from './candle-series.ts';

const set = featureSet('1d');

/** Features that are infinite somewhere, as float32 too, and inputs without a value in a row after their lookback. */
function unusable(series: CandleSeries): string[] {
  const table = computeFeatures(series, '1d');
  const unbroken = new Int32Array(seriesLength(series));
  for (let t = 1; t < unbroken.length; t++) {
    const distance = series.time[t]! - series.time[t - 1]!;
    unbroken[t] = distance === 86_400_000 ? unbroken[t - 1]! + 1 : 0;
  }
  return set.features
    .filter(({ name, isInput, lookback }) =>
      table.get(name)!.some((value, t) => {
        const mustHaveValue = isInput && unbroken[t]! >= lookback;
        return mustHaveValue ? !Number.isFinite(Math.fround(value)) : !(Number.isFinite(value) || Number.isNaN(value));
      }),
    )
    .map(({ name }) => name);
}

function flat(rows: number, price: number, volume: number): CandleSeries {
  const series = walk({ seed: 1, rows });
  const prices = new Float64Array(rows).fill(price);
  return {
    ...series,
    open: prices,
    high: prices,
    low: prices,
    close: prices,
    volume: new Float64Array(rows).fill(volume),
  };
}

function lastOf(series: CandleSeries): Record<string, number> {
  return Object.fromEntries(Array.from(computeFeatures(series, '1d'), ([name, values]) => [name, values.at(-1)!]));
}

it('gives numbers on walks of every temper', () => {
  fc.assert(
    fc.property(walks({ min: 1, max: 400 }), (series) => {
      expect(unusable(series)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

it('gives an empty column for no candles, and what it can for one', () => {
  const none = computeFeatures(sliceRows(walk({ seed: 1, rows: 1 }), 0, 0), '1d');
  expect([...none.values()].every((values) => values.length === 0)).toBe(true);
  const one = lastOf(walk({ seed: 1, rows: 1 }));
  expect(one['cumulative_return']).toBe(0);
  expect(one['rsi_14']).toBeNaN();
});

it.each([
  ['a price that never moves', 100, 5],
  ['nothing traded', 100, 0],
  ['a tiny price', 1e-8, 0],
])('is neutral on %s', (_, price, volume) => {
  const series = flat(120, price, volume);
  expect(unusable(series)).toEqual([]);
  expect(lastOf(series)).toMatchObject({
    range_position: 0.5,
    body: 0,
    doji: 1,
    hammer: 0,
    engulfing: 0,
    rsi_14: 50,
    macd: 0,
    bollinger_percent_b_20: 0.5,
    bollinger_bandwidth_20: 0,
    stochastic_k_14: 50,
    stochastic_d_3: 50,
    williams_r_14: -50,
    cci_20: 0,
    adx_14: 0,
    plus_di_14: 0,
    close_robust_z_20: 0,
    volume_robust_z_20: 0,
    obv_z_20: 0,
    volatility_20: 0,
    parkinson_10: 0,
    garman_klass_10: 0,
    volume_to_volume_sma_20: 0,
    volume_change_balanced: 0,
    drawdown: 0,
  });
});

it('stands a flash print: a low of a ten-thousandth of the price, and the candle after it', () => {
  const series = walk({ seed: 9, rows: 200 });
  series.low[150] = series.close[150]! * 1e-4;
  expect(unusable(series)).toEqual([]);
});

it('stands an open outside of [low, high]', () => {
  const series = walk({ seed: 9, rows: 200 });
  for (let t = 0; t < 200; t += 3) series.open[t] = series.high[t]! * 1.01;
  for (let t = 1; t < 200; t += 3) series.open[t] = series.low[t]! * 0.99;
  expect(unusable(series)).toEqual([]);
  const table = computeFeatures(series, '1d');
  const shares = ['range_position', 'upper_shadow', 'lower_shadow'].flatMap((name) => Array.from(table.get(name)!));
  expect(shares.filter((value) => !(value >= 0 && value <= 1))).toEqual([]);
});

describe('refuses, naming the candle,', () => {
  const broken = (change: (series: CandleSeries) => void) => {
    const series = walk({ seed: 4, rows: 30 });
    change(series);
    return () => computeFeatures(series, '1d', { name: 'BTC-USD' });
  };
  const impossible = expect.objectContaining({
    code: 'bad_candles',
    message: expect.stringContaining('BTC-USD') as string,
  });

  it.each([
    ['a duplicate', (s: CandleSeries) => s.time.copyWithin(5, 4, 5)],
    ['unordered candles', (s: CandleSeries) => s.time.reverse()],
    ['a time off the grid', (s: CandleSeries) => s.time.fill(s.time[7]! + 1, 7, 8)],
    ['a price of zero', (s: CandleSeries) => s.low.fill(0, 3, 4)],
    ['a price that is missing', (s: CandleSeries) => s.close.fill(Number.NaN, 3, 4)],
    ['an infinite price', (s: CandleSeries) => s.high.fill(Infinity, 3, 4)],
    ['a negative volume', (s: CandleSeries) => s.volume.fill(-1, 3, 4)],
    ['a high below the low', (s: CandleSeries) => s.high.fill(s.low[3]! / 2, 3, 4)],
  ])('%s', (_, change) => {
    expect(broken(change)).toThrow(impossible);
  });

  it('columns of different lengths', () => {
    const series = { ...walk({ seed: 4, rows: 30 }), volume: new Float64Array(29) };
    expect(() => computeFeatures(series, '1d')).toThrow(expect.objectContaining({ code: 'bad_candles' }));
  });
});

it('refuses a column that the set does not have', () => {
  expect(() => computeFeatures(walk({ seed: 4, rows: 3 }), '1d', { columns: ['rsi_14', 'hour_sin'] })).toThrow(
    expect.objectContaining({ code: 'bad_input', message: expect.stringContaining('"hour_sin"') as string }),
  );
});

describe.skipIf(!hasRealCandles)('on real candles (skipped where ../shared/data is absent)', () => {
  it.each(realFiles('{binance,cryptocompare}/*-1d.csv'))('%s gives numbers', (file) => {
    const series = withoutPadding(readCandles(file));
    expect(seriesLength(series)).toBeGreaterThan(0);
    expect(unusable(series)).toEqual([]);
  });
});
