import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { allocateSeries, type CandleSeries, type Interval, intervalMs, parseInterval, sliceRows } from '@pavio/core';
import fc from 'fast-check';

/** How made-up candles behave. */
export interface Temper {
  readonly seed: number;
  readonly rows: number;
  readonly interval?: Interval;
  /** Level of the first price. */
  readonly price?: number;
  /** Level of the volumes. */
  readonly volume?: number;
  /** Standard deviation of a log return. */
  readonly sigma?: number;
  /** Chance a candle that one or more are missing before it. */
  readonly gaps?: number;
  /** Chance a candle that a stretch of equal prices without volume begins. */
  readonly standstills?: number;
  /** Candles of such a stretch. */
  readonly standstillRows?: number;
  /** Chance a candle that its low is a ten-thousandth of its price. */
  readonly flashes?: number;
}

/** Candles that walk at random, the same for the same temper. Some opens lie outside of [low, high]. */
export function walk(temper: Temper): CandleSeries {
  const { rows, interval = '1d', price = 100, volume = 1000, sigma = 0.03, standstillRows = 40 } = temper;
  const random = randomFrom(temper.seed);
  const step = intervalMs(interval);
  const series = allocateSeries(rows);
  let time = step * 20_000;
  let last = price;
  let still = 0;
  for (let t = 0; t < rows; t++) {
    if (t > 0) time += step;
    if (random() < (temper.gaps ?? 0)) time += step * (1 + Math.floor(random() * 5));
    if (random() < (temper.standstills ?? 0)) still = standstillRows;
    const isStill = still-- > 0;
    const close = isStill ? last : last * Math.exp(sigma * (random() + random() + random() - 1.5) * 2);
    const open = random() < 0.1 ? last * (1 + sigma * (random() - 0.5)) : last;
    const isFlash = random() < (temper.flashes ?? 0);
    series.time[t] = time;
    series.open[t] = isStill ? last : open;
    series.high[t] = isStill ? last : Math.max(last, close) * (1 + sigma * random());
    series.low[t] = isStill ? last : Math.min(last, close) * (isFlash ? 1e-4 : 1 - sigma * random());
    series.close[t] = close;
    series.volume[t] = isStill || random() < 0.02 ? 0 : volume * Math.exp(2 * (random() - 0.5));
    series.quoteVolume[t] = Number.NaN;
    last = close;
  }
  return series;
}

/** Intervals on which properties of features are checked: without hours, with them, and without a season for models. */
export const CHECKED_INTERVALS = ['1d', '1h', '1m'] as const satisfies readonly Interval[];

export interface Walks {
  /** Fewest and most rows. */
  readonly min: number;
  readonly max: number;
  readonly interval?: Interval;
  readonly isGapless?: boolean;
}

/** Walks of every temper: gaps, standstills, flash prints, tiny prices, huge volumes. */
export function walks({ min, max, interval = '1d', isGapless = false }: Walks): fc.Arbitrary<CandleSeries> {
  return fc
    .record({
      seed: fc.integer(),
      rows: fc.integer({ min, max }),
      interval: fc.constant(interval),
      price: fc.constantFrom(1e-8, 1, 3e4),
      volume: fc.constantFrom(1e-6, 1, 1e12),
      sigma: fc.constantFrom(1e-5, 0.03, 0.2),
      gaps: isGapless ? fc.constant(0) : fc.constantFrom(0, 0, 0.005, 0.1),
      standstills: fc.constantFrom(0, 0.01),
      flashes: fc.constantFrom(0, 0.002),
    })
    .map(walk);
}

/** Uniform numbers in [0, 1): mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Number columns of a CSV with a header; empty cells are NaN. */
export function readColumns(file: string): Map<string, Float64Array> {
  const [header = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const rows = lines.map((line) => line.split(','));
  return new Map(
    header
      .split(',')
      .map((name, index) => [
        name,
        Float64Array.from(rows, (row) =>
          row[index] === undefined || row[index] === '' ? Number.NaN : Number(row[index]),
        ),
      ]),
  );
}

/** Candles from a CSV in the lake's form. */
export function readCandles(file: string): CandleSeries {
  const columns = readColumns(file);
  const series = allocateSeries(columns.get('time')!.length);
  series.time.set(columns.get('time')!.map((seconds) => seconds * 1000));
  for (const name of ['open', 'high', 'low', 'close'] as const) series[name].set(columns.get(name)!);
  series.volume.set(columns.get('volumefrom')!);
  series.quoteVolume.set(columns.get('volumeto')!);
  return series;
}

/** The rows from the first whose prices are above zero: recorded series begin with all-zero rows before an asset was listed. */
export function withoutPadding(series: CandleSeries): CandleSeries {
  return sliceRows(
    series,
    series.close.findIndex((close) => close > 0),
  );
}

const REAL = path.resolve(import.meta.dirname, '../../../../shared/data');

/** Real candles are beside the checkout, not in it; where they are absent, tests on them are skipped and say so. */
export const hasRealCandles = existsSync(REAL);

export function realFiles(pattern: string): string[] {
  return globSync(pattern, { cwd: REAL })
    .sort()
    .map((file) => path.join(REAL, file));
}

/** The interval of a file's candles, as its name ends. */
export function intervalOf(file: string): Interval {
  return parseInterval(path.basename(file, '.csv').split('-').at(-1)!);
}

/** At each row how many candles, the row's own included, follow each other without a gap. */
export function unbrokenRows({ time }: CandleSeries, interval: Interval): Int32Array {
  const unbroken = new Int32Array(time.length).fill(1);
  for (let t = 1; t < time.length; t++) {
    const distance = time[t]! - time[t - 1]!;
    if (distance === intervalMs(interval)) unbroken[t] = unbroken[t - 1]! + 1;
  }
  return unbroken;
}
