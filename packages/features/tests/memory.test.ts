import { type CandleSeries, type Interval, seriesLength, sliceRows } from '@pavio/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isClose, scaleOf } from '../src/check/tolerance.ts';
import { computeFeatures, type Feature, featureSet, latestRow } from '../src/index.ts';
import { CHECKED_INTERVALS, hasRealCandles, intervalOf, readCandles, realFiles, walk, walks } from './candle-series.ts';

const set = featureSet('1d');

function forgettingOf(interval: Interval): Feature[] {
  return featureSet(interval).features.filter(({ memory }) => Number.isFinite(memory));
}

/** Features that at row `row` have another value from their memory alone than from the whole history. */
function forgetful(series: CandleSeries, interval: Interval, all: Map<string, Float64Array>, row: number): string[] {
  const forgetting = forgettingOf(interval);
  const memories = [...new Set(forgetting.map((feature) => feature.memory))].filter((memory) => memory <= row + 1);
  return memories.flatMap((memory) => {
    const features = forgetting.filter((feature) => feature.memory === memory);
    const window = sliceRows(series, row + 1 - memory, row + 1);
    const table = computeFeatures(window, interval, { columns: features.map(({ name }) => name) });
    return features
      .map((feature) => ({ feature, got: table.get(feature.name)!.at(-1)!, wanted: all.get(feature.name)![row]! }))
      .filter(({ feature, got, wanted }) => !isClose(feature.unit, got, wanted, scaleOf(window)))
      .map(({ feature, got, wanted }) => `${feature.name} of row ${row}: ${got}, not ${wanted}`);
  });
}

describe('a feature needs no more candles than its declared memory', () => {
  it.each(CHECKED_INTERVALS)('on %s walks of every temper', (interval) => {
    const { memory } = featureSet(interval);
    const long = walks({ min: memory + 1, max: memory + 400, interval, isGapless: true });
    fc.assert(
      fc.property(long, fc.nat(399), (series, back) => {
        const all = computeFeatures(series, interval);
        const last = seriesLength(series) - 1;
        const found = [last, last - back].flatMap((row) => forgetful(series, interval, all, row));
        expect(found).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it.each([30, 200, 700, 1500])('through a standstill of %i candles', (standstillRows) => {
    const moving = { sigma: 0.1, flashes: 0.01 };
    const series = walk({ seed: standstillRows, rows: 4500, standstills: 0.002, standstillRows, ...moving });
    const all = computeFeatures(series, '1d');
    const rows = Array.from({ length: 50 }, (_, k) => set.memory + 61 * k);
    expect(rows.flatMap((row) => forgetful(series, '1d', all, row))).toEqual([]);
  });

  it('and with fewer than the lookback says it has none', () => {
    const series = walk({ seed: 1, rows: 60 });
    for (const { name, lookback } of forgettingOf('1d').filter((feature) => feature.lookback > 0)) {
      const table = computeFeatures(sliceRows(series, 0, lookback), '1d', { columns: [name] });
      expect([name, table.get(name)!.at(-1)]).toEqual([name, Number.NaN]);
    }
  });
});

/** What is not in the newest row as it is in the last row of the batch. */
function unlikeBatch(series: CandleSeries, interval: Interval): string[] {
  const set = featureSet(interval);
  const forgetting = forgettingOf(interval);
  const all = computeFeatures(series, interval);
  const { time, close, values, inputs } = latestRow(series, interval);
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
  it.each(CHECKED_INTERVALS)('equals the last row of the batch of %s candles', (interval) => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 4 }), (seed, steps) => {
        const series = walk({ seed, rows: 60 + 500 * steps, interval, standstills: 0.005, flashes: 0.001 });
        expect(unlikeBatch(series, interval)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it('begins after the last gap', () => {
    const series = walk({ seed: 2, rows: 200 });
    const time = series.time.map((value, row) => (row < 100 ? value : value + 86_400_000));
    expect(unlikeBatch({ ...series, time }, '1d')).toEqual([]);
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
    it.each(realFiles('binance*/*.csv'))('of %s equals the last row of the batch', (file) => {
      const series = readCandles(file);
      const interval = intervalOf(file);
      expect(unlikeBatch(series, interval)).toEqual([]);
      expect(unlikeBatch(sliceRows(series, 0, set.lookback + 1), interval)).toEqual([]);
    });
  });
});
