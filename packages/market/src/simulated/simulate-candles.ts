import { allocateSeries, type CandleSeries, type Interval, intervalMs, PavioError } from '@pavio/core';
import { type AssetProfile, assetProfile } from './asset-profile.ts';
import { MINUTES_AN_HOUR } from './bridge-table.ts';
import { DAY_MS, type DayPath, HISTORY_START, HOURS_A_DAY, HourlyPath } from './hourly-path.ts';
import { allocateMinutes, fillMinutes, hourHigh, hourLow, type MinutePath } from './minutes.ts';
import { hash32 } from './noise.ts';

const HOUR_MS = DAY_MS / HOURS_A_DAY;
const MINUTE_MS = HOUR_MS / MINUTES_AN_HOUR;

/**
 * Candles of the simulated market with open times in [from, to] (UTC milliseconds, inclusive), whether closed or not. Nothing is
 * before 2015-01-01.
 *
 * A pure function: the same candle for the same (seed, asset, interval, time) in whatever window. Returns have stochastic
 * volatility, jumps and a common market factor, and no memory of their sign. Prices and volumes of all seven intervals
 * are those of the same minutes, rounded to about 8 digits (`quoteVolume` from 1h upward is that of the hours, which
 * differs from the minutes' by less than a candle's range).
 *
 * @throws PavioError `unknown_pair` for what cannot be a ticker, `bad_input` for times that are not finite.
 */
export function simulateCandles(symbol: string, interval: Interval, from: number, to: number, seed = 0): CandleSeries {
  if (!Number.isFinite(from) || !Number.isFinite(to)) {
    throw new PavioError('bad_input', `Candles from ${from} to ${to} cannot be simulated.`, {
      remedy: 'Give both ends as UTC milliseconds.',
    });
  }
  const { profile, path } = assetPath(symbol, seed);
  const step = intervalMs(interval);
  const first = Math.ceil(Math.max(from, HISTORY_START) / step) * step;
  const length = Math.max(Math.floor((to - first) / step) + 1, 0);
  const writer = new CandleWriter(allocateSeries(length), profile, first, step);
  const end = first + length * step;
  for (let day = Math.floor((first - HISTORY_START) / DAY_MS); HISTORY_START + day * DAY_MS < end; day++) {
    writeDay(writer, profile, path.day(day), HISTORY_START + day * DAY_MS);
  }
  return writer.series;
}

/** Paths of the assets asked for lately; about 110 kB each. */
const paths = new Map<string, { profile: AssetProfile; path: HourlyPath }>();
const MOST_PATHS = 256;

function assetPath(symbol: string, seed: number): { profile: AssetProfile; path: HourlyPath } {
  const name = `${seed}:${symbol}`;
  let entry = paths.get(name);
  if (entry === undefined) {
    const profile = assetProfile(symbol, seed);
    entry = { profile, path: new HourlyPath(profile, seed) };
    if (paths.size >= MOST_PATHS) paths.delete(paths.keys().next().value as string);
    paths.set(name, entry);
  }
  return entry;
}

const minutes: MinutePath = allocateMinutes();

function writeDay(writer: CandleWriter, profile: AssetProfile, path: DayPath, dayStart: number): void {
  for (let h = 0; h < HOURS_A_DAY; h++) {
    const time = dayStart + h * HOUR_MS;
    if (!writer.wants(time, HOUR_MS)) continue;
    const open = path.open[h] as number;
    const close = path.open[h + 1] as number;
    const volume = path.volume[h] as number;
    const bits = hash32(profile.key ^ 0x27d4eb2f, time / HOUR_MS);
    const hour = { open, close, spread: path.spread[h] as number, jump: path.jump[h] as number, bits };
    if (writer.step >= HOUR_MS && hour.jump === 0) {
      writer.add(time, HOUR_MS, open, hourHigh(hour), hourLow(hour), close, volume);
      continue;
    }
    fillMinutes(minutes, hour);
    if (writer.step >= HOUR_MS) {
      writer.add(time, HOUR_MS, open, Math.max(...minutes.high), Math.min(...minutes.low), close, volume);
      continue;
    }
    for (let m = 0; m < MINUTES_AN_HOUR; m++) {
      const minute = time + m * MINUTE_MS;
      if (!writer.wants(minute, MINUTE_MS)) continue;
      writer.add(
        minute,
        MINUTE_MS,
        minutes.price[m] as number,
        minutes.high[m] as number,
        minutes.low[m] as number,
        minutes.price[m + 1] as number,
        volume * (minutes.volumeShare[m] as number),
      );
    }
  }
}

/** Puts pieces (hours or minutes, ascending) together to candles, and writes a candle when its last piece is there. */
class CandleWriter {
  readonly series: CandleSeries;
  readonly step: number;
  readonly #profile: AssetProfile;
  readonly #first: number;
  readonly #end: number;
  #row = 0;
  #open = 0;
  #high = 0;
  #low = 0;
  #volume = 0;
  #quoteVolume = 0;

  constructor(series: CandleSeries, profile: AssetProfile, first: number, step: number) {
    this.series = series;
    this.step = step;
    this.#profile = profile;
    this.#first = first;
    this.#end = first + series.time.length * step;
  }

  /** Does any part of the piece lie in the window? */
  wants(time: number, length: number): boolean {
    return time + length > this.#first && time < this.#end;
  }

  /** Prices are logarithms relative to the base price. */
  add(time: number, length: number, open: number, high: number, low: number, close: number, volume: number): void {
    const offset = (time - this.#first) % this.step;
    if (offset === 0) {
      this.#open = open;
      this.#high = high;
      this.#low = low;
      this.#volume = 0;
      this.#quoteVolume = 0;
    } else {
      if (high > this.#high) this.#high = high;
      if (low < this.#low) this.#low = low;
    }
    this.#volume += volume;
    this.#quoteVolume += volume * Math.exp((open + close) / 2);
    if (offset + length === this.step) this.#write(time + length - this.step, close);
  }

  #write(time: number, close: number): void {
    const { series } = this;
    const { basePrice, priceScale, volumeScale } = this.#profile;
    const row = this.#row++;
    series.time[row] = time;
    const price = (logarithm: number) => round(basePrice * Math.exp(logarithm), priceScale);
    series.open[row] = price(this.#open);
    series.high[row] = price(this.#high);
    series.low[row] = price(this.#low);
    series.close[row] = price(close);
    series.volume[row] = round(this.#volume, volumeScale);
    series.quoteVolume[row] = round(basePrice * this.#quoteVolume, 100);
  }
}

/** To the nearest multiple of 1 / scale, and never down to zero. */
function round(value: number, scale: number): number {
  return Math.max(Math.round(value * scale), 1) / scale;
}
