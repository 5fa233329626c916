import { type CandleSeries, type Interval, PavioError, seriesLength, sliceRows } from '@pavio/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeFeatures, featureSet, latestRow } from '../src/index.ts';
import {
  CHECKED_INTERVALS,
  hasRealCandles,
  intervalOf,
  randomFrom,
  readCandles,
  realFiles,
  unbrokenRows,
  walk,
  walks,
  withoutPadding,
} from './candle-series.ts';

const set = featureSet('1d');

/** Features that are infinite somewhere, as float32 too, and inputs without a value in a row after their lookback. */
function unusable(series: CandleSeries, interval: Interval = '1d'): string[] {
  const table = computeFeatures(series, interval);
  const unbroken = unbrokenRows(series, interval);
  return featureSet(interval)
    .features.filter(({ name, isInput, lookback }) =>
      table.get(name)!.some((value, t) => {
        const mustHaveValue = isInput && unbroken[t]! > lookback;
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

it.each(CHECKED_INTERVALS)('gives numbers on %s walks of every temper', (interval) => {
  fc.assert(
    fc.property(walks({ min: 1, max: 400, interval }), (series) => {
      expect(unusable(series, interval)).toEqual([]);
    }),
    { numRuns: 40 },
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
    ['a price that no market has', (s: CandleSeries) => s.low.fill(1e-320, 3, 4) && s.close.fill(1e-320, 3, 4)],
    ['a close that no market has', (s: CandleSeries) => s.close.fill(1e200, 3, 4)],
    ['a volume next to nothing', (s: CandleSeries) => s.volume.fill(1e-320, 3, 4)],
    ['a volume that no market has', (s: CandleSeries) => s.volume.fill(1e200, 3, 4)],
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

describe('no NaN and no infinity gets to a model or into an answer', () => {
  /** Prices and volumes of any size that is let in, with jumps of so many digits. */
  const size = fc.record({ from: fc.integer({ min: -30, max: 29 }), digits: fc.constantFrom(0, 3, 20, 60) });
  const wild = fc
    .record({ seed: fc.integer(), rows: fc.integer({ min: set.lookback + 1, max: 90 }), prices: size, volumes: size })
    .map(({ seed, rows, prices, volumes }) => {
      const random = randomFrom(seed);
      const drawn = ({ from, digits }: typeof prices) => 10 ** Math.min(30, from + digits * random() ** 4);
      const series = walk({ seed, rows });
      for (let row = 0; row < rows; row++) {
        const [low, a, b, high] = Array.from({ length: 4 }, () => drawn(prices)).sort((x, y) => x - y);
        for (const [column, value] of [
          ['low', low],
          ['open', a],
          ['close', b],
          ['high', high],
        ] as const)
          series[column][row] = value!;
        series.volume[row] = random() < 0.2 ? 0 : drawn(volumes);
      }
      return series;
    });

  it('on candles of any size: their inputs are refused, or all is finite', () => {
    const met = new Map<string, number>();
    const count = (what: string) => met.set(what, (met.get(what) ?? 0) + 1);
    fc.assert(
      fc.property(wild, (series) => {
        let row: ReturnType<typeof latestRow>;
        try {
          const infinite = Array.from(computeFeatures(series, '1d')).filter(([, values]) =>
            values.some((value) => Math.abs(value) === Infinity),
          );
          expect(infinite.map(([name]) => name)).toEqual([]);
          row = latestRow(series, '1d');
        } catch (error) {
          if (!(error instanceof PavioError)) throw error;
          count(error.code);
          return error.code === 'bad_features';
        }
        count('finite');
        return row.inputs.every(Number.isFinite) && set.inputs.every((input) => Number.isFinite(row.values.get(input)));
      }),
      { numRuns: 400 },
    );
    expect([...met.keys()].sort()).toEqual(['bad_features', 'finite']);
  });

  it('and the inputs that were refused are named', () => {
    const series = walk({ seed: 3, rows: 120 });
    series.close.fill(1e-25, 100, 110);
    series.low.fill(1e-25, 100, 110);
    series.close.fill(1e25, 119);
    series.high.fill(1e25, 119);
    expect(() => latestRow(series, '1d', 'BTC-USD')).toThrow(
      expect.objectContaining({
        code: 'bad_features',
        message: expect.stringMatching(/^BTC-USD: .*roc_10/) as string,
        details: { inputs: expect.arrayContaining(['roc_10']) as string[] },
      }),
    );
  });
});

it('refuses a column that the set does not have', () => {
  expect(() => computeFeatures(walk({ seed: 4, rows: 3 }), '1d', { columns: ['rsi_14', 'hour_sin'] })).toThrow(
    expect.objectContaining({ code: 'bad_input', message: expect.stringContaining('"hour_sin"') as string }),
  );
});

describe.skipIf(!hasRealCandles)('on real candles (skipped where ../shared/data is absent)', () => {
  it.each(realFiles('*/*.csv'))('%s gives numbers', (file) => {
    const series = withoutPadding(readCandles(file));
    expect(seriesLength(series)).toBeGreaterThan(0);
    expect(unusable(series, intervalOf(file))).toEqual([]);
  });
});
