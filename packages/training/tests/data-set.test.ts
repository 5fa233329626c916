import { type FeatureTable, PavioError } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { createDataSet, hashDataSet } from '../src/index.ts';
import { DAY } from './lake.ts';

interface Row {
  readonly symbol: number;
  readonly day: number;
  readonly close: number;
  readonly a?: number;
  readonly b?: number;
  readonly volatility?: number;
}

function table(rows: readonly Row[]): FeatureTable {
  const column = (pick: (row: Row) => number) => Float64Array.from(rows, pick);
  return {
    source: 'simulated',
    quote: 'USD',
    interval: '1d',
    featureSet: { name: 'test', hash: 'f'.repeat(64), columns: ['a', 'b', 'volatility'], inputs: ['a', 'b'] },
    symbols: ['BTC', 'ETH'],
    symbol: Int32Array.from(rows, ({ symbol }) => symbol),
    time: column(({ day }) => day * DAY),
    close: column(({ close }) => close),
    columns: new Map([
      ['a', column(({ a = 0.1 }) => a)],
      ['b', column(({ b = 0.2 }) => b)],
      ['volatility', column(({ volatility = 0.03 }) => volatility)],
    ]),
  };
}

describe('createDataSet', () => {
  it('forecasts the NEXT candle: the target of a row is the return that follows it', () => {
    const data = createDataSet(
      table([
        { symbol: 0, day: 1, close: 100, a: 1 },
        { symbol: 0, day: 2, close: 110, a: 2 },
        { symbol: 0, day: 3, close: 99, a: 3 },
      ]),
      'volatility',
    );
    expect([...data.inputs.data]).toEqual([1, 2, Math.fround(0.2), Math.fround(0.2)]);
    expect([...data.logReturn]).toEqual([Math.log(1.1), Math.log(0.9)]);
    expect([...data.isUp]).toEqual([1, 0]);
  });

  it('orders the panel by time and then by asset', () => {
    const data = createDataSet(
      table([
        { symbol: 0, day: 1, close: 1 },
        { symbol: 0, day: 2, close: 2 },
        { symbol: 0, day: 3, close: 3 },
        { symbol: 1, day: 1, close: 4 },
        { symbol: 1, day: 2, close: 5 },
      ]),
      'volatility',
    );
    expect([...data.time].map((time) => time / DAY)).toEqual([1, 1, 2]);
    expect([...data.symbol]).toEqual([0, 1, 0]);
  });

  it('leaves out rows before a gap, the last row of an asset and rows that lack an input', () => {
    const data = createDataSet(
      table([
        { symbol: 0, day: 1, close: 1, a: Number.NaN },
        { symbol: 0, day: 2, close: 1, volatility: 0 },
        { symbol: 0, day: 3, close: 1 },
        { symbol: 0, day: 4, close: 2 },
        { symbol: 0, day: 6, close: 3 },
        { symbol: 1, day: 7, close: 4 },
      ]),
      'volatility',
    );
    expect([...data.time].map((time) => time / DAY)).toEqual([3]);
    expect(data.leftOut).toEqual({ missingInput: 2, missingTarget: 3 });
  });

  it('names a column that is not there, and says when no row is left', () => {
    const rows = [{ symbol: 0, day: 1, close: 1 }];
    expect(() => createDataSet(table(rows), 'spread')).toThrow(/no column "spread"/);
    expect(() => createDataSet(table(rows), 'volatility')).toThrow(
      expect.objectContaining({ code: 'not_enough_data', remedy: expect.stringContaining('--start') }),
    );
    expect(() => createDataSet(table([]), 'volatility')).toThrow(PavioError);
  });
});

it('hashes what models see: any other number is another hash', () => {
  const rows: Row[] = [
    { symbol: 0, day: 1, close: 1 },
    { symbol: 0, day: 2, close: 2 },
    { symbol: 0, day: 3, close: 3 },
  ];
  const hashOf = (change: Partial<Row>) =>
    hashDataSet(createDataSet(table(rows.map((row, i) => (i === 1 ? { ...row, ...change } : row))), 'volatility'));
  const hashes = [{}, { a: 0.3 }, { close: 2.5 }, { volatility: 0.04 }].map(hashOf);
  expect(new Set(hashes).size).toBe(4);
  expect(hashOf({})).toBe(hashes[0]);
});
