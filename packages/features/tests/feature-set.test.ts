import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type CandleSeries, INTERVAL_NAMES, seriesLength, sliceRows } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { featuresPage } from '../src/documentation.ts';
import { computeFeatures, FEATURE_GROUPS, featureSet, VOLATILITY_COLUMN } from '../src/index.ts';
import { randomFrom, walk } from './candle-series.ts';

/** Columns that the design promises, beside their scale-free twins. */
const PROMISED = [
  [1, 2, 3, 4, 5].map((k) => `close_lag_${k}`),
  ['open_lag_1', 'volume_lag_1', 'simple_return_1', 'cumulative_return'],
  [1, 2, 3, 5, 7, 14, 30].map((k) => `log_return_${k}`),
  ['sma_5', 'sma_10', 'sma_20', 'sma_50', 'ema_12', 'ema_26', 'hull_20'].flatMap((name) => [name, `close_to_${name}`]),
  ['open_sma_5', 'open_sma_20'].flatMap((name) => [name, `close_to_${name}`]),
  ['volume_sma_5', 'volume_sma_20'].flatMap((name) => [name, `volume_to_${name}`]),
  ['volatility_5', 'volatility_10', 'volatility_20', 'volatility_30', 'close_std_5', 'parkinson_10', 'garman_klass_10'],
  ['atr_14', 'atr_14_to_close'],
  ['median_20', 'mad_20', 'iqr_20', 'robust_z_20'].flatMap((name) => [`close_${name}`, `volume_${name}`]),
  ['range_position', 'upper_shadow', 'lower_shadow', 'body', 'direction', 'doji', 'hammer', 'engulfing'],
  ['rsi_14', 'macd', 'macd_signal', 'macd_histogram', 'stochastic_k_14', 'stochastic_d_3', 'williams_r_14', 'cci_20'],
  ['upper_20', 'lower_20', 'percent_b_20', 'bandwidth_20'].map((name) => `bollinger_${name}`),
  ['adx_14', 'plus_di_14', 'minus_di_14', 'momentum_10', 'roc_10'],
  ['obv', 'obv_z_20', 'volume_change', 'volume_momentum_10', 'average_price', 'running_max', 'drawdown'],
  ['hour', 'weekday', 'month'].flatMap((name) => [`${name}_sin`, `${name}_cos`]),
].flat();

it('has every column of the design', () => {
  expect(featureSet('1h').columns).toEqual(expect.arrayContaining(PROMISED));
});

describe.each(INTERVAL_NAMES)('the set of %s candles', (interval) => {
  const { features, columns, inputs, hash, lookback, memory } = featureSet(interval);

  it('names each column once, in snake case, grouped', () => {
    expect(new Set(columns).size).toBe(columns.length);
    expect(columns.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
    expect([...new Set(features.map(({ group }) => group))]).toEqual([...FEATURE_GROUPS]);
  });

  it('shows models what carries no scale and forgets', () => {
    const seen = features.filter(({ isInput }) => isInput);
    expect(inputs).toEqual(seen.map(({ name }) => name));
    expect(seen.filter((feature) => feature.unit === 'price' || feature.unit === 'volume')).toEqual([]);
    expect(seen.filter((feature) => feature.memory === Infinity)).toEqual([]);
    expect(lookback).toBe(Math.max(...seen.map((feature) => feature.lookback)));
    expect(memory).toBeGreaterThan(lookback);
    expect(inputs).toContain(VOLATILITY_COLUMN);
  });

  it('declares a memory that is longer than its lookback', () => {
    expect(features.filter((feature) => feature.memory <= feature.lookback)).toEqual([]);
  });

  it('has the same hash as other intervals only where it is the same set', () => {
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    const said = JSON.stringify(features);
    for (const other of INTERVAL_NAMES) {
      expect(featureSet(other).hash === hash).toBe(JSON.stringify(featureSet(other).features) === said);
    }
  });
});

it('has no hour for a daily candle, and no season for a model of minutes', () => {
  expect(featureSet('1d').columns).not.toContain('hour_sin');
  expect(featureSet('1h').inputs).toEqual(expect.arrayContaining(['hour_sin', 'weekday_cos', 'month_sin']));
  expect(featureSet('1m').inputs).not.toContain('month_sin');
  expect(featureSet('1m').columns).toContain('month_sin');
});

describe('a feature is made of the columns of candles that it declares, and of no other', () => {
  const series = walk({ seed: 17, rows: 1000, interval: '1h' });
  const all = computeFeatures(series, '1h');
  const random = randomFrom(18);
  const moved = (column: Float64Array, least: number, most: number) =>
    column.map((value) => value * (least + (most - least) * random()));
  const others = {
    // Another hour, weekday and month.
    time: series.time.map((time) => time + (40 * 24 + 5) * 3_600_000),
    open: moved(series.open, 0.9, 1.1),
    high: moved(series.high, 1, 1.1),
    low: moved(series.low, 0.9, 1),
    close: moved(series.close, 0.9, 1.1),
    volume: moved(series.volume, 0.5, 2),
  } as const;

  it.each(Object.keys(others) as (keyof typeof others)[])('%s', (column) => {
    const other = computeFeatures({ ...series, [column]: others[column] }, '1h');
    const changed = [...all.keys()].filter(
      (name) => !all.get(name)!.every((value, row) => Object.is(value, other.get(name)![row])),
    );
    const declared = featureSet('1h').features.filter(({ inputs }) => inputs.includes(column));
    expect(changed).toEqual(declared.map(({ name }) => name));
  });
});

it('shows models the same numbers whatever the unit of price and volume', () => {
  const series = walk({ seed: 21, rows: 300, standstills: 0.01, flashes: 0.005 });
  // Powers of two scale without rounding, so even the last bit must agree.
  const scaled = (column: Float64Array, by: number) => column.map((value) => value * by);
  const other: CandleSeries = {
    ...series,
    open: scaled(series.open, 2 ** -30),
    high: scaled(series.high, 2 ** -30),
    low: scaled(series.low, 2 ** -30),
    close: scaled(series.close, 2 ** -30),
    volume: scaled(series.volume, 2 ** 20),
  };
  const columns = featureSet('1d').inputs;
  expect(computeFeatures(other, '1d', { columns })).toEqual(computeFeatures(series, '1d', { columns }));
});

it('shows models no linear combination of other inputs', () => {
  const { inputs, lookback } = featureSet('1h');
  const series = walk({ seed: 5, rows: 3000, interval: '1h' });
  const table = computeFeatures(series, '1h', { columns: inputs });
  const residuals = leftAfterOthers(inputs.map((name) => table.get(name)!.subarray(lookback)));
  const dependent = inputs.filter((_, index) => residuals[index]! < 1e-4);
  expect(seriesLength(series)).toBe(3000);
  expect(dependent).toEqual([]);
});

it('computes the columns asked for, as it does when asked for all', () => {
  const series = walk({ seed: 8, rows: 90 });
  const some = computeFeatures(series, '1d', { columns: ['macd_signal', 'sma_5'] });
  const all = computeFeatures(series, '1d');
  expect([...some.keys()]).toEqual(['sma_5', 'macd_signal']);
  expect([...all.keys()]).toEqual(featureSet('1d').columns);
  for (const [name, values] of some) expect(values).toEqual(all.get(name));
  expect(computeFeatures(sliceRows(series, 0, 0), '1d').size).toBe(all.size);
});

it('is documented as it is', () => {
  const page = path.resolve(import.meta.dirname, '../../../docs/features.md');
  expect(readFileSync(page, 'utf8'), 'write it with: node packages/features/scripts/write-docs.ts').toBe(
    featuresPage(),
  );
});

/** Share of each column's norm that those before it (and a constant) do not explain: Gram-Schmidt, twice for accuracy. */
function leftAfterOthers(columns: readonly Float64Array[]): number[] {
  const rows = columns[0]!.length;
  const basis: Float64Array[] = [new Float64Array(rows).fill(1 / Math.sqrt(rows))];
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, row) => sum + value * b[row]!, 0);
  return columns.map((column) => {
    let rest = column;
    for (const direction of [...basis, ...basis]) {
      const share = dot(rest, direction);
      rest = rest.map((value, row) => value - share * direction[row]!);
    }
    const norm = Math.sqrt(dot(rest, rest));
    basis.push(rest.map((value) => value / norm));
    const mean = column.reduce((sum, value) => sum + value, 0) / rows;
    return norm / Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  });
}
