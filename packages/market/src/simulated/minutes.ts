import { hash32, normal, uniform } from './noise.ts';

export const MINUTES_AN_HOUR = 60;

/** The minutes of one hour, as logarithms of prices. The arrays are reused: the next hour overwrites them. */
export interface MinutePath {
  /** 61 prices: minute m goes from `price[m]` to `price[m + 1]`. */
  readonly price: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  /** Share of the hour's volume; sums to one. */
  readonly volumeShare: Float64Array;
}

/** What is known of an hour before its minutes are. Prices are logarithms. */
export interface Hour {
  readonly open: number;
  readonly close: number;
  /** Standard deviation of the noise inside the hour. */
  readonly spread: number;
  /** Part of the hour's return that happens at once. */
  readonly jump: number;
}

/**
 * Brownian bridges from 0 to 0 over an hour of unit variance, with the excursions of each minute beyond its two ends. An hour
 * takes the sum of two of them, each turned up or down: four million different hours for the price of a table look-up,
 * which is what makes daily candles exact sums of their minutes and still cheap.
 */
const BRIDGES = 1024;
const KNOTS = MINUTES_AN_HOUR + 1;

interface BridgeTable {
  readonly knots: Float64Array;
  readonly excursions: Float64Array;
  readonly volumeShares: Float64Array;
}

let table: BridgeTable | undefined;

export function allocateMinutes(): MinutePath {
  return {
    price: new Float64Array(KNOTS),
    high: new Float64Array(MINUTES_AN_HOUR),
    low: new Float64Array(MINUTES_AN_HOUR),
    volumeShare: new Float64Array(MINUTES_AN_HOUR),
  };
}

/**
 * Fills the minutes of an hour: a Brownian path from open to close (Glasserman 2003, section 3.1: the straight line plus a
 * bridge), the jump at one random minute. `bits` are the hour's own 32 random bits.
 */
export function fillMinutes(path: MinutePath, { open, close, spread, jump }: Hour, bits: number): void {
  table ??= bridgeTable();
  const { knots, excursions, volumeShares } = table;
  const first = bits & (BRIDGES - 1);
  const second = (bits >>> 10) & (BRIDGES - 1);
  const firstScale = (bits >>> 20) & 1 ? spread * Math.SQRT1_2 : -spread * Math.SQRT1_2;
  const secondScale = (bits >>> 21) & 1 ? spread * Math.SQRT1_2 : -spread * Math.SQRT1_2;
  const jumpMinute = (bits >>> 22) % MINUTES_AN_HOUR;
  const slope = (close - open - jump) / MINUTES_AN_HOUR;
  const { price, high, low, volumeShare } = path;

  price[0] = open;
  let previous = open;
  for (let m = 0; m < MINUTES_AN_HOUR; m++) {
    const next =
      m === MINUTES_AN_HOUR - 1
        ? close
        : open +
          slope * (m + 1) +
          firstScale * (knots[first * KNOTS + m + 1] as number) +
          secondScale * (knots[second * KNOTS + m + 1] as number) +
          (m >= jumpMinute ? jump : 0);
    price[m + 1] = next;
    const up = spread * (excursions[first * MINUTES_AN_HOUR + m] as number);
    const down = spread * (excursions[second * MINUTES_AN_HOUR + m] as number);
    high[m] = Math.max(previous, next) + up;
    low[m] = Math.min(previous, next) - down;
    volumeShare[m] = volumeShares[first * MINUTES_AN_HOUR + m] as number;
    previous = next;
  }
}

function bridgeTable(): BridgeTable {
  const knots = new Float64Array(BRIDGES * KNOTS);
  const excursions = new Float64Array(BRIDGES * MINUTES_AN_HOUR);
  const volumeShares = new Float64Array(BRIDGES * MINUTES_AN_HOUR);
  const minuteDeviation = 1 / Math.sqrt(MINUTES_AN_HOUR);
  for (let b = 0; b < BRIDGES; b++) {
    const bridge = knots.subarray(b * KNOTS, (b + 1) * KNOTS);
    const shares = volumeShares.subarray(b * MINUTES_AN_HOUR, (b + 1) * MINUTES_AN_HOUR);
    let total = 0;
    for (let m = 0; m < MINUTES_AN_HOUR; m++) {
      const bits = hash32(b, m);
      const step = minuteDeviation * normal(bits);
      bridge[m + 1] = (bridge[m] as number) + step;
      // Maximum of a Brownian bridge from 0 to `step` (Glasserman 2003, section 6.4), less the higher end.
      const uniformBits = uniform(hash32(b + BRIDGES, m));
      const highest = (step + Math.sqrt(step ** 2 - 2 * minuteDeviation ** 2 * Math.log(uniformBits))) / 2;
      excursions[b * MINUTES_AN_HOUR + m] = highest - Math.max(step, 0);
      shares[m] = Math.exp(0.6 * normal(bits >>> 16)) * (0.5 + Math.abs(step) / minuteDeviation);
      total += shares[m] as number;
    }
    const end = bridge[MINUTES_AN_HOUR] as number;
    for (let m = 0; m <= MINUTES_AN_HOUR; m++) bridge[m] = (bridge[m] as number) - (end * m) / MINUTES_AN_HOUR;
    for (let m = 0; m < MINUTES_AN_HOUR; m++) shares[m] = (shares[m] as number) / total;
  }
  return { knots, excursions, volumeShares };
}
