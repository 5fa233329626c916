import type { FeatureTable } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { checkInputs, featureSet } from '../src/index.ts';
import { featureTable } from '../testing/index.ts';
import { hasRealCandles, readCandles, realFiles, walk } from './candle-series.ts';

const table = featureTable([{ symbol: 'BTC', candles: walk({ seed: 1, rows: 500 }) }], {
  source: 'simulated',
  quote: 'USD',
  interval: '1d',
});

function withColumn(name: string, values: Float64Array | undefined): FeatureTable {
  const columns = new Map(table.columns);
  columns.delete(name);
  if (values !== undefined) columns.set(name, values);
  return { ...table, columns };
}

function problemsOf(broken: FeatureTable, rows?: number[]) {
  try {
    checkInputs(broken, rows);
  } catch (error) {
    return error;
  }
  return undefined;
}

it('accepts a table with all inputs', () => {
  expect(problemsOf(table)).toBeUndefined();
});

it('names inputs that are absent or have no value', () => {
  const missing = { code: 'bad_features', details: { missing: ['rsi_14'], infinite: [], constant: [] } };
  expect(problemsOf(withColumn('rsi_14', undefined))).toMatchObject(missing);
  expect(problemsOf(withColumn('rsi_14', new Float64Array(500).fill(Number.NaN)))).toMatchObject(missing);
});

it('names inputs that never change, be it only in the rows looked at', () => {
  const flat = new Float64Array(500).fill(50).fill(Number.NaN, 0, 14);
  expect(problemsOf(withColumn('rsi_14', flat))).toMatchObject({
    message: expect.stringContaining('constant: rsi_14') as string,
    details: { constant: ['rsi_14'] },
  });
  flat[400] = 51;
  expect(problemsOf(withColumn('rsi_14', flat))).toBeUndefined();
  const firstRows = Array.from({ length: 300 }, (_, row) => row);
  expect(problemsOf(withColumn('rsi_14', flat), firstRows)).toMatchObject({ details: { constant: ['rsi_14'] } });
});

it('names inputs that overflow when a model reads them', () => {
  const column = table.columns.get('rsi_14')!.slice();
  column[300] = 1e39;
  expect(problemsOf(withColumn('rsi_14', column))).toMatchObject({ details: { infinite: ['rsi_14'] } });
});

it('does not mind columns that models do not see', () => {
  expect(featureSet('1d').inputs).not.toContain('obv');
  expect(problemsOf(withColumn('obv', new Float64Array(500)))).toBeUndefined();
});

describe.skipIf(!hasRealCandles)('on real candles (skipped where ../shared/data is absent)', () => {
  it.each([
    ['1d', 'binance/*-1d.csv'],
    ['1h', 'binance/BTC-USDT-1h.csv'],
    ['1h', 'cryptocompare/BTC-USD-1h.csv'],
    ['1m', 'binance-us/BTC-USDT-1m.csv'],
  ] as const)('accepts the %s candles of %s', (interval, pattern) => {
    const assets = realFiles(pattern).map((file) => ({ symbol: file, candles: readCandles(file) }));
    expect(assets).not.toEqual([]);
    const real = featureTable(assets, { source: 'import', quote: 'USDT', interval });
    expect(problemsOf(real)).toBeUndefined();
  });
});
