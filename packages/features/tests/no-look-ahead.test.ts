import { type CandleSeries, INTERVAL_NAMES, sliceRows } from '@pavio/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeFeatures, featureSet, featureTable } from '../src/index.ts';
import { hasRealCandles, readCandles, realFiles, rowsOf, walk, walks } from './candle-series.ts';

/** The rows of all features up to `rows`, computed with and without what comes later, are the same to the last bit. */
function expectNoLookAhead(series: CandleSeries, all: Map<string, Float64Array>, rows: number) {
  const past = computeFeatures(sliceRows(series, 0, rows), '1d');
  for (const [name, values] of past) {
    const same = values.every((value, row) => Object.is(value, all.get(name)![row]));
    if (!same) expect(Array.from(values), name).toEqual(Array.from(all.get(name)!.subarray(0, rows)));
  }
}

it('no feature of a row depends on a later candle', () => {
  fc.assert(
    fc.property(walks({ min: 1, max: 300 }), fc.array(fc.nat(299), { minLength: 1, maxLength: 4 }), (series, cuts) => {
      const all = computeFeatures(series, '1d');
      for (const cut of cuts) expectNoLookAhead(series, all, Math.min(cut + 1, rowsOf(series)));
    }),
    { numRuns: 60 },
  );
});

it('every prefix of one walk gives the same rows', () => {
  const series = walk({ seed: 11, rows: 160, gaps: 0.01, standstills: 0.01, standstillRows: 25, flashes: 0.01 });
  const all = computeFeatures(series, '1d');
  for (let rows = 1; rows <= 160; rows++) expectNoLookAhead(series, all, rows);
});

it('no feature of an asset depends on another asset', () => {
  const assets = ['BTC', 'ETH', 'SOL'].map((symbol, seed) => ({ symbol, candles: walk({ seed, rows: 120 + seed }) }));
  const from = { source: 'simulated', quote: 'USD', interval: '1d' } as const;
  const table = featureTable(assets, from);
  const turned = featureTable(assets.toReversed(), from);
  for (const column of featureSet('1d').columns) {
    for (const symbol of ['BTC', 'ETH', 'SOL']) {
      const own = (t: typeof table) =>
        Array.from(t.columns.get(column)!).filter((_, row) => t.symbols[t.symbol[row]!] === symbol);
      expect(own(table), column).toEqual(own(turned));
    }
  }
});

describe('gaps', () => {
  it('are never spanned: each stretch is as if it were alone', () => {
    fc.assert(
      fc.property(walks({ min: 2, max: 200 }), fc.nat(), (series, at) => {
        const cut = 1 + (at % (rowsOf(series) - 1));
        const first = sliceRows(series, 0, cut);
        const second = sliceRows(series, cut);
        const moved = { ...second, time: second.time.map((time) => time + 365 * 86_400_000 * 4) };
        const joined = {
          ...series,
          time: Float64Array.from([...first.time, ...moved.time]),
        };
        const all = computeFeatures(joined, '1d');
        const alone = computeFeatures(moved, '1d');
        for (const [name, values] of alone) expect(all.get(name)!.subarray(cut), name).toEqual(values);
      }),
      { numRuns: 30 },
    );
  });
});

it.each(INTERVAL_NAMES)(
  'every feature of %s candles has its first value right after its lookback, and no hole',
  (interval) => {
    const series = walk({ seed: 7, rows: 120, interval });
    const table = computeFeatures(series, interval);
    for (const { name, lookback } of featureSet(interval).features) {
      const values = table.get(name)!;
      // The one feature that may have holes says so in its declaration.
      const isDefined = (value: number) => Number.isFinite(value) || (name === 'volume_change' && Number.isNaN(value));
      expect(values.subarray(0, lookback).every(Number.isNaN), name).toBe(true);
      expect(values.subarray(lookback).every(isDefined), name).toBe(true);
    }
  },
);

describe.skipIf(!hasRealCandles)('on real candles (skipped where ../shared/data is absent)', () => {
  it('no feature of a row depends on a later candle', () => {
    for (const file of realFiles('binance/{BTC,LINK,SOL}-USDT-1d.csv')) {
      const series = readCandles(file);
      const all = computeFeatures(series, '1d');
      for (const rows of [1, 50, 500, rowsOf(series) - 1]) expectNoLookAhead(series, all, rows);
    }
  });
});
