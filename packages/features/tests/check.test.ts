import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CandleSeries, fixedClock, sliceRows } from '@pavio/core';
import { folderStore, lakeCandleStore } from '@pavio/storage';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkAsset, type Feature, featureSet, isClean, runCheckJob } from '../src/index.ts';
import { column } from '../src/indicators/column.ts';
import {
  CHECKED_INTERVALS,
  hasRealCandles,
  intervalOf,
  readCandles,
  realFiles,
  unbrokenRows,
  walk,
  walks,
  withoutPadding,
} from './candle-series.ts';

const { features } = featureSet('1d');
const honest = features.find(({ name }) => name === 'log_return_1')!;

/** A feature of ours with another kernel. */
function planted(name: string, change: Partial<Feature>): readonly Feature[] {
  return [...features, { ...honest, name, ...change }];
}

const series = walk({ seed: 3, rows: 1500, gaps: 0.002, standstills: 0.002, flashes: 0.002 });

it.each(CHECKED_INTERVALS)('finds nothing wrong with our features, on %s walks of every temper', (interval) => {
  fc.assert(
    fc.property(walks({ min: 1, max: 700, interval }), (walked) => {
      expect(checkAsset('BTC', walked, interval)).toMatchObject({ lookAhead: [], warmUp: [], carriedOver: [] });
    }),
    { numRuns: 3 },
  );
});

describe('a planted feature', () => {
  const lookAheadOf = (list: readonly Feature[]) =>
    checkAsset('BTC', series, '1d', { features: list }).lookAhead.map(({ feature }) => feature);

  it('that peeks one candle ahead is caught', () => {
    const peek = planted('peek', {
      compute: ({ close }) => close.map((value, row) => (row === 0 ? Number.NaN : (close[row + 1] ?? value) / value)),
    });
    expect(lookAheadOf(peek)).toEqual(['peek']);
  });

  it('that peeks only where something rare happens is caught', () => {
    const peek = planted('rare', {
      compute: ({ close }) =>
        close.map((value, row) => {
          if (row === 0) return Number.NaN;
          const isRare = row % 10 === 0;
          return isRare && (close[row + 1] ?? 0) > value ? 1 : 0;
        }),
    });
    expect(lookAheadOf(peek)).toEqual(['rare']);
  });

  it('that is scaled by the whole history is caught', () => {
    const scaled = planted('scaled', {
      compute: ({ close }) => {
        const max = Math.max(...close);
        return close.map((value, row) => (row === 0 ? Number.NaN : value / max));
      },
    });
    expect(lookAheadOf(scaled)).toEqual(['scaled']);
  });

  it.each([
    ['a memory that is too short', { compute: runningSum, memory: 20 }, /memory of 20/],
    ['a value before its lookback', { compute: honest.compute, lookback: 2 }, /before its lookback of 2/],
    ['a hole', { compute: (frame) => honest.compute(frame).fill(Number.NaN, 5, 6) }, /is NaN for a model/],
    ['infinity', { isInput: false, compute: (frame) => honest.compute(frame).fill(Infinity, 5, 6) }, /infinite/],
  ] as [string, Partial<Feature>, RegExp][])('with %s is caught', (_, change, problem) => {
    const { warmUp } = checkAsset('BTC', series, '1d', { features: planted('planted', change) });
    expect(warmUp).toEqual([
      { feature: 'planted', problem: expect.stringMatching(problem) as string, time: expect.any(Number) as number },
    ]);
  });
});

describe('a planted feature that depends on the asset before', () => {
  const candles = walk({ seed: 4, rows: 300 });
  const other = walk({ seed: 6, rows: 500 });
  let newest = 0;

  it.each([
    ['by what it leaves in memory', ({ close }) => column(close.length)],
    [
      'by what it keeps in a variable',
      ({ close }) => {
        const before = newest;
        newest = close.at(-1)!;
        return close.map((value) => value / before);
      },
    ],
  ] as [string, Feature['compute']][])('%s is caught', (_, compute) => {
    const features = planted('leak', { lookback: 0, compute });
    for (const options of [{ features, other }, { features }]) {
      const { carriedOver } = checkAsset('BTC', candles, '1d', options);
      expect(carriedOver.map(({ feature }) => feature)).toEqual(['leak']);
    }
  });
});

describe('says how many features were checked', () => {
  const checkedOn = (candles: CandleSeries) => checkAsset('BTC', candles, '1d').checked;
  const all = { lookAhead: features.length, warmUp: features.length, carriedOver: features.length };
  const { memory } = featureSet('1d');
  const remembering = (rows: number) =>
    features.filter((feature) => feature.lookback < rows && (feature.memory < rows || feature.memory === Infinity))
      .length;

  it('all, with one candle more than any remembers', () => {
    expect(checkedOn(walk({ seed: 1, rows: memory + 1 }))).toEqual(all);
    expect(checkedOn(walk({ seed: 1, rows: memory }))).toEqual({ ...all, warmUp: remembering(memory) });
    expect(remembering(memory)).toBeLessThan(features.length);
  });

  it('those whose memory fits into the longest stretch without a gap', () => {
    const candles = walk({ seed: 1, rows: memory + 100 });
    const time = candles.time.map((value, row) => (row < 400 ? value : value + 86_400_000));
    const longest = memory + 100 - 400;
    expect(checkedOn({ ...candles, time })).toEqual({ ...all, warmUp: remembering(longest) });
  });

  it('those that have a value, with few candles; none, with none', () => {
    expect(checkedOn(walk({ seed: 1, rows: 2 }))).toEqual({
      lookAhead: features.filter(({ lookback }) => lookback === 0).length,
      warmUp: remembering(2),
      carriedOver: features.filter(({ lookback }) => lookback < 2).length,
    });
    expect(checkedOn(walk({ seed: 1, rows: 0 }))).toEqual({ lookAhead: 0, warmUp: 0, carriedOver: 0 });
    const bad = walk({ seed: 1, rows: 300 });
    bad.high[7] = bad.low[7]! / 2;
    expect(checkedOn(bad)).toEqual({ lookAhead: 0, warmUp: 0, carriedOver: 0 });
  });

  it('not a memory that is declared longer than the history', () => {
    const forgetful = planted('forgetful', { compute: runningSum, memory: 5000 });
    const { warmUp, checked } = checkAsset('BTC', walk({ seed: 1, rows: 4900 }), '1d', { features: forgetful });
    expect({ warmUp, checked: checked.warmUp }).toEqual({ warmUp: [], checked: features.length });
    expect(forgetful).toHaveLength(features.length + 1);
  });
});

it('counts gaps, missing candles, standstills, jumps and candles without volume', () => {
  const candles = walk({ seed: 5, rows: 400, sigma: 0.01 });
  candles.volume.fill(0, 100, 104);
  candles.close.fill(candles.close[200]!, 201, 206);
  candles.close[300] = candles.close[299]! * 2;
  const time = candles.time.map((value, row) => (row < 50 ? value : value + 3 * 86_400_000));
  const quiet = checkAsset('BTC', walk({ seed: 5, rows: 400, sigma: 0.01 }), '1d');
  const check = checkAsset('BTC', { ...candles, time }, '1d');
  expect(check).toMatchObject({ gaps: 1, missingCandles: 3, longestStandstill: 5, jumps: 2 });
  expect(check.withoutVolume).toBeGreaterThanOrEqual(4);
  expect(quiet).toMatchObject({ gaps: 0, missingCandles: 0, longestStandstill: 0, jumps: 0 });
});

it('says which candle is impossible', () => {
  const candles = walk({ seed: 5, rows: 40 });
  candles.high[7] = candles.low[7]! / 2;
  const check = checkAsset('BTC', candles, '1d');
  expect(check.badCandles).toMatch(/BTC: the candle at .* is impossible/);
  expect(isClean(check)).toBe(false);
});

it('checks what is stored', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-check-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const candles = lakeCandleStore(folderStore(folder));
  const market = { source: 'binance', quote: 'USDT', interval: '1d' } as const;
  await candles.upsert({ ...market, symbol: 'BTC' }, walk({ seed: 1, rows: 300 }));
  await candles.upsert({ ...market, symbol: 'ETH' }, sliceRows(walk({ seed: 2, rows: 300 }), 200));
  const clock = fixedClock(Date.UTC(2026, 0, 1));
  const report = await runCheckJob({ candles, ...market, clock, symbols: ['BTC', 'ETH', 'XYZ'] });
  expect(report).toMatchObject({ features: features.length, missing: ['XYZ'], isClean: true });
  expect(report.assets).toMatchObject([
    { symbol: 'BTC', rows: 300 },
    { symbol: 'ETH', rows: 100 },
  ]);
  const peek: Feature = { ...honest, name: 'peek', compute: ({ close }) => close.map((_, row) => close[row + 1] ?? 0) };
  expect(await runCheckJob({ candles, ...market, clock, features: [peek] })).toMatchObject({ isClean: false });
  const leak: Feature = { ...honest, name: 'leak', lookback: 0, compute: ({ close }) => column(close.length) };
  const unshared = features.find(({ name }) => name === 'simple_return_1')!;
  const leaking = await runCheckJob({ candles, ...market, clock, symbols: ['ETH'], features: [unshared, leak] });
  expect(leaking.assets).toMatchObject([{ symbol: 'ETH', lookAhead: [], carriedOver: [{ feature: 'leak' }] }]);
});

describe.skipIf(!hasRealCandles)('on real candles (skipped where ../shared/data is absent)', () => {
  const files = realFiles('*/*.csv');

  it.each(files)('%s is clean', (file) => {
    const interval = intervalOf(file);
    const other = readCandles(files.find((each) => each !== file && intervalOf(each) === interval) ?? file);
    const series = withoutPadding(readCandles(file));
    const check = checkAsset('BTC', series, interval, { other: withoutPadding(other) });
    expect(check).toMatchObject({ lookAhead: [], warmUp: [], carriedOver: [] });
    const all = featureSet(interval).columns.length;
    const isLong = Math.max(...unbrokenRows(series, interval)) > featureSet(interval).memory;
    expect(check.checked.warmUp === all).toBe(isLong);
  });
});

function runningSum({ close }: { close: Float64Array }): Float64Array {
  let sum = 0;
  return close.map((value, row) => (row === 0 ? ((sum = value), Number.NaN) : (sum += value)));
}
