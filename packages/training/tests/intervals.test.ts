import { createMatrix } from '@pavio/estimators';
import { describe, expect, it } from 'vitest';
import type { DataSet } from '../src/data-set.ts';
import { intervalsOf } from '../src/intervals.ts';
import type { OutOfSample } from '../src/walk-forward.ts';
import { DAY } from './lake.ts';
import { randomFrom } from './random.ts';

const FOLDS = 3;

/**
 * Rows of two assets a day whose returns are normal with the row's volatility times `factor(day)`; everything is out of
 * sample, and the forecast is zero.
 */
function market(days: number, factor: (day: number) => number = () => 1): { data: DataSet; outOfSample: OutOfSample } {
  const random = randomFrom(3);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const rows = 2 * days;
  const time = Float64Array.from({ length: rows }, (_, row) => Math.floor(row / 2) * DAY);
  const volatility = time.map(() => 0.01 + 0.05 * random());
  const logReturn = volatility.map((v, row) => v * factor(Math.floor(row / 2)) * gauss());
  const zeros = new Float64Array(rows);
  const size = rows / FOLDS;
  const parts = Array.from({ length: FOLDS }, (_, k) => {
    return { from: k * size, to: (k + 1) * size, known: Math.max(0, k * size - 4) };
  });
  const data: DataSet = {
    inputs: createMatrix(rows, 1),
    logReturn,
    isUp: logReturn.map((r) => (r > 0 ? 1 : 0)),
    time,
    volatility,
    symbols: ['BTC', 'ETH'],
    symbol: Int32Array.from(time, (_, row) => row % 2),
    source: {
      source: 'simulated',
      quote: 'USD',
      interval: '1d',
      featureSet: { name: 'test', hash: 'f'.repeat(64), columns: ['a'], inputs: ['a'] },
    },
    leftOut: { missingInput: 0, missingTarget: 0 },
  };
  const fold = Uint8Array.from(time, (_, row) => Math.floor(row / size));
  const usualDirection = new Uint8Array(time.length);
  const own = { rows: Int32Array.from(time.keys()), fold, parts, calibration: undefined, usualDirection };
  return { data, outOfSample: { ...own, predicted: zeros, raw: zeros, naive: zeros } };
}

describe('intervals', () => {
  it('hold what they promise on later rows, in each regime, where nothing changes', () => {
    const { data, outOfSample } = market(3000);
    const { intervals, adaptiveIntervals, coverage } = intervalsOf(data, outOfSample);
    // Two-sided quantiles of the normal distribution.
    for (const radii of [intervals, adaptiveIntervals]) {
      expect(Math.abs(radii['0.5']! - 0.674)).toBeLessThan(0.1);
      expect(Math.abs(radii['0.8']! - 1.282)).toBeLessThan(0.15);
      expect(Math.abs(radii['0.95']! - 1.96)).toBeLessThan(0.25);
    }
    expect(coverage.map(({ method, level }) => [method, level])).toEqual(
      [0.5, 0.8, 0.95].flatMap((level) => [
        ['plain', level],
        ['adaptive', level],
      ]),
    );
    for (const { level, radius, overall, regimes } of coverage) {
      expect(radius).toBeGreaterThan(0);
      // The first fold has none before it.
      expect(overall!.rows).toBe(4000);
      expect(overall!.low).toBeLessThan(level);
      expect(overall!.high).toBeGreaterThan(level);
      expect(Object.values(regimes).reduce((sum, regime) => sum + regime!.rows, 0)).toBe(4000);
      for (const regime of Object.values(regimes)) {
        expect(regime!.rows).toBeGreaterThan(4000 / 4);
        expect(Math.abs(regime!.share - level)).toBeLessThan(0.05);
      }
    }
  });

  it('tell that plain ones fail and adaptive ones hold where errors grow', () => {
    const { data, outOfSample } = market(3000, (day) => 1 + day / 1000);
    const { intervals, adaptiveIntervals, coverage } = intervalsOf(data, outOfSample);
    const judged = coverage.map(({ method, level, overall }) => {
      const { low, high } = overall!;
      return [method, level, high < level ? 'too few' : low > level ? 'too many' : 'held'];
    });
    expect(judged).toEqual(
      [0.5, 0.8, 0.95].flatMap((level) => [
        ['plain', level, 'too few'],
        ['adaptive', level, 'held'],
      ]),
    );
    expect(adaptiveIntervals['0.8']).toBeGreaterThan(intervals['0.8']!);
  });

  it('judge radii by what they were taken from: the future changes neither', () => {
    const calm = market(300);
    const shaken = market(300, (day) => (day >= 200 ? 50 : 1));
    const radiusOf = ({ data, outOfSample }: typeof calm, method: string) =>
      intervalsOf(data, { ...outOfSample, parts: outOfSample.parts.slice(0, 2) }).coverage.find(
        (entry) => entry.method === method && entry.level === 0.8,
      )!.radius;
    // The last fold alone is shaken: without it both are alike; with it the plain radius of its fold is still the old one.
    const before = ({ data, outOfSample }: typeof calm) => {
      const rows = outOfSample.rows.subarray(0, 400);
      const cut = { ...outOfSample, rows, predicted: outOfSample.predicted.subarray(0, 400) };
      return { data, outOfSample: cut };
    };
    for (const method of ['plain', 'adaptive']) {
      expect(radiusOf(before(shaken), method)).toBe(radiusOf(before(calm), method));
    }
    const judged = ({ data, outOfSample }: typeof calm) =>
      intervalsOf(data, outOfSample).coverage.find(({ method, level }) => method === 'plain' && level === 0.8);
    const [plain, old] = [judged(shaken), judged(calm)];
    expect(plain!.radius).toBe(old!.radius);
    expect(plain!.overall!.share).toBeLessThan(old!.overall!.share - 0.2);
  });

  it('are none, never narrow ones, where there are too few residuals', () => {
    const { data, outOfSample } = market(9);
    const { intervals, adaptiveIntervals, coverage } = intervalsOf(data, outOfSample);
    expect(Object.keys(intervals)).toEqual(['0.5', '0.8']);
    expect(Object.keys(adaptiveIntervals)).toEqual(['0.5', '0.8']);
    expect(coverage.filter(({ level }) => level === 0.95)).toEqual(
      ['plain', 'adaptive'].map((method) => {
        return { method, level: 0.95, radius: null, overall: null, regimes: { calm: null, usual: null, wild: null } };
      }),
    );
  });
});
