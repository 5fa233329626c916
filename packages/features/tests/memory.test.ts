import { type CandleSeries, seriesLength, sliceRows } from '@pavio/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isClose, scaleOf } from '../src/check/tolerance.ts';
import { computeFeatures, featureSet, latestRow } from '../src/index.ts';
import { hasRealCandles, readCandles, realFiles, walk, walks } from './candle-series.ts';

const set = featureSet('1d');
const forgetting = set.features.filter(({ memory }) => Number.isFinite(memory));

/** Features that at row `row` have another value from their memory alone than from the whole history. */
function forgetful(series: CandleSeries, all: Map<string, Float64Array>, row: number): string[] {
  const memories = [...new Set(forgetting.map((feature) => feature.memory))].filter((memory) => memory <= row + 1);
  return memories.flatMap((memory) => {
    const features = forgetting.filter((feature) => feature.memory === memory);
    const window = sliceRows(series, row + 1 - memory, row + 1);
    const table = computeFeatures(window, '1d', { columns: features.map(({ name }) => name) });
    return features
      .map((feature) => ({ feature, got: table.get(feature.name)!.at(-1)!, wanted: all.get(feature.name)![row]! }))
      .filter(({ feature, got, wanted }) => !isClose(feature.unit, got, wanted, scaleOf(window)))
      .map(({ feature, got, wanted }) => `${feature.name} of row ${row}: ${got}, not ${wanted}`);
  });
}

describe('a feature needs no more candles than its declared memory', () => {
  it('on walks of every temper', () => {
    fc.assert(
      fc.property(walks({ min: set.memory + 1, max: set.memory + 400 }, true), fc.nat(399), (series, back) => {
        const all = computeFeatures(series, '1d');
        const last = seriesLength(series) - 1;
        expect([...forgetful(series, all, last), ...forgetful(series, all, last - back)]).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it.each([30, 200, 700, 1500])('through a standstill of %i candles', (standstillRows) => {
    const moving = { sigma: 0.1, flashes: 0.01 };
    const series = walk({ seed: standstillRows, rows: 4500, standstills: 0.002, standstillRows, ...moving });
    const all = computeFeatures(series, '1d');
    const rows = Array.from({ length: 50 }, (_, k) => set.memory + 61 * k);
    expect(rows.flatMap((row) => forgetful(series, all, row))).toEqual([]);
  });

  it('and with fewer than the lookback says it has none', () => {
    const series = walk({ seed: 1, rows: 60 });
    for (const { name, lookback } of forgetting.filter((feature) => feature.lookback > 0)) {
      const table = computeFeatures(sliceRows(series, 0, lookback), '1d', { columns: [name] });
      expect([name, table.get(name)!.at(-1)]).toEqual([name, Number.NaN]);
    }
  });
});

/** What is not in the newest row as it is in the last row of the batch. */
function unlikeBatch(series: CandleSeries): string[] {
  const all = computeFeatures(series, '1d');
  const { time, close, values, inputs } = latestRow(series, '1d');
  const last = seriesLength(series) - 1;
  const scale = scaleOf(sliceRows(series, Math.max(0, last + 1 - set.memory)));
  return [
    ...forgetting
      .filter((feature) => !isClose(feature.unit, values.get(feature.name)!, all.get(feature.name)![last]!, scale))
      .map(({ name }) => name),
    ...set.inputs.filter((input, index) => !Object.is(inputs[index], Math.fround(values.get(input)!))),
    ...(inputs.every(Number.isFinite) && inputs.length === set.inputs.length ? [] : ['inputs']),
    ...(values.size === forgetting.length ? [] : ['values']),
    ...(time === series.time[last] && close === series.close[last] ? [] : ['candle']),
  ];
}

describe('the newest row', () => {
  it('equals the last row of the batch', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 4 }), (seed, steps) => {
        const series = walk({ seed, rows: 60 + 500 * steps, standstills: 0.005, flashes: 0.001 });
        expect(unlikeBatch(series)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('begins after the last gap', () => {
    const series = walk({ seed: 2, rows: 200 });
    const time = series.time.map((value, row) => (row < 100 ? value : value + 86_400_000));
    expect(unlikeBatch({ ...series, time })).toEqual([]);
  });

  it('is refused, with the numbers, where the unbroken stretch is too short', () => {
    const series = walk({ seed: 2, rows: 100 });
    const time = series.time.map((value, row) => (row < 60 ? value : value + 86_400_000));
    expect(() => latestRow({ ...series, time }, '1d', 'BTC-USD')).toThrow(
      expect.objectContaining({ code: 'not_enough_data', details: { rows: 40, needed: set.lookback + 1 } }),
    );
    expect(() => latestRow(sliceRows(series, 0, 0), '1d')).toThrow(/there are 0/);
  });

  describe.skipIf(!hasRealCandles)('on real candles (skipped where ../shared/data is absent)', () => {
    it.each(realFiles('binance/*-1d.csv'))('of %s equals the last row of the batch', (file) => {
      const series = readCandles(file);
      expect(unlikeBatch(series)).toEqual([]);
      expect(unlikeBatch(sliceRows(series, 0, set.lookback + 1))).toEqual([]);
    });
  });
});
