import { type CandleSeries, sliceRows } from '@pavio/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeFeatures, type Feature, featureSet, latestRow } from '../src/index.ts';
import { hasRealCandles, readCandles, realFiles, rowsOf, walk, walks } from './candle-series.ts';

const set = featureSet('1d');
const forgetting = set.features.filter(({ memory }) => Number.isFinite(memory));

/**
 * 1e-9 of the value; and where the value is a difference that cancels (MACD, a return near zero), 1e-12 of what it is a
 * difference of: the highest price or largest volume it was made of, 1 for ratios and scores, 100 for percentages.
 */
function tolerance(feature: Feature, value: number, window: CandleSeries): number {
  const scale = {
    price: () => Math.max(...window.high),
    volume: () => Math.max(...window.volume),
    percent: () => 100,
    ratio: () => 1,
    'log return': () => 1,
    score: () => 100,
    flag: () => 0,
    wave: () => 0,
  }[feature.unit]();
  return 1e-9 * Math.abs(value) + 1e-12 * scale;
}

/** At row `row` each feature has the same value from its memory alone as from the whole history. */
function expectRemembered(series: CandleSeries, all: Map<string, Float64Array>, row: number) {
  for (const memory of new Set(forgetting.map((feature) => feature.memory))) {
    if (row + 1 < memory) continue;
    const features = forgetting.filter((feature) => feature.memory === memory);
    const window = sliceRows(series, row + 1 - memory, row + 1);
    const table = computeFeatures(window, '1d', { columns: features.map(({ name }) => name) });
    for (const feature of features) {
      const wanted = all.get(feature.name)![row]!;
      const got = table.get(feature.name)!.at(-1)!;
      const isEqual = Object.is(got, wanted) || Math.abs(got - wanted) <= tolerance(feature, wanted, window);
      if (!isEqual) expect(got, `${feature.name} at row ${row}`).toBe(wanted);
    }
  }
}

describe('a feature needs no more candles than its declared memory', () => {
  it('on walks of every temper', () => {
    fc.assert(
      fc.property(walks({ min: set.memory + 1, max: set.memory + 400 }, true), fc.nat(399), (series, back) => {
        const all = computeFeatures(series, '1d');
        expectRemembered(series, all, rowsOf(series) - 1);
        expectRemembered(series, all, rowsOf(series) - 1 - back);
      }),
      { numRuns: 25 },
    );
  });

  it.each([30, 200, 700, 1500])('through a standstill of %i candles', (standstillRows) => {
    const moving = { sigma: 0.1, flashes: 0.01 };
    const series = walk({ seed: standstillRows, rows: 4500, standstills: 0.002, standstillRows, ...moving });
    const all = computeFeatures(series, '1d');
    for (let row = set.memory; row < 4500; row += 61) expectRemembered(series, all, row);
  });

  it('and with fewer than the lookback says it has none', () => {
    const series = walk({ seed: 1, rows: 60 });
    for (const { name, lookback } of forgetting.filter((feature) => feature.lookback > 0)) {
      const table = computeFeatures(sliceRows(series, 0, lookback), '1d', { columns: [name] });
      expect(table.get(name)!.at(-1), name).toBeNaN();
    }
  });
});

/** The newest row is that of the batch. */
function expectLatest(series: CandleSeries) {
  const all = computeFeatures(series, '1d');
  const row = latestRow(series, '1d');
  const last = rowsOf(series) - 1;
  expect([row.time, row.close]).toEqual([series.time[last], series.close[last]]);
  expect([...row.values.keys()]).toEqual(forgetting.map(({ name }) => name));
  const window = sliceRows(series, Math.max(0, last + 1 - set.memory));
  for (const feature of forgetting) {
    const wanted = all.get(feature.name)![last]!;
    const got = row.values.get(feature.name)!;
    const isEqual = Object.is(got, wanted) || Math.abs(got - wanted) <= tolerance(feature, wanted, window);
    if (!isEqual) expect(got, feature.name).toBe(wanted);
  }
  expect(Array.from(row.inputs)).toEqual(set.inputs.map((input) => Math.fround(row.values.get(input)!)));
  expect(row.inputs.every(Number.isFinite)).toBe(true);
}

describe('the newest row', () => {
  it('equals the last row of the batch', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 4 }), (seed, thousands) => {
        expectLatest(walk({ seed, rows: 60 + 500 * thousands, standstills: 0.005, flashes: 0.001 }));
      }),
      { numRuns: 25 },
    );
  });

  it('begins after the last gap', () => {
    const series = walk({ seed: 2, rows: 200 });
    const time = series.time.map((value, row) => (row < 100 ? value : value + 86_400_000));
    expectLatest({ ...series, time });
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
    it.each(realFiles('binance/*-1d.csv').map((file) => [file.split('/').at(-1), file]))('%s', (_, file) => {
      const series = readCandles(file!);
      expectLatest(series);
      expectLatest(sliceRows(series, 0, set.lookback + 1));
    });
  });
});
