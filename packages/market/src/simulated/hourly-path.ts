import type { AssetProfile } from './asset-profile.ts';
import { hash32, normal, textKey, uniform } from './noise.ts';

/** Nothing is simulated before this open time. */
export const HISTORY_START = Date.UTC(2015, 0, 1);
export const DAY_MS = 86_400_000;
export const HOURS_A_DAY = 24;

/**
 * One day of an asset, hour by hour. The arrays are reused: the next day overwrites them.
 *
 * Prices are natural logarithms relative to the base price. An hour goes from `open[h]` to `open[h + 1]`; its minutes are
 * filled in with Brownian noise of standard deviation `spread[h]` an hour, and a jump, where there is one, happens at once.
 */
export interface DayPath {
  readonly open: Float64Array;
  readonly spread: Float64Array;
  readonly jump: Float64Array;
  /** Traded in base units. */
  readonly volume: Float64Array;
}

/** Logarithm of the volatility: a slow and a fast component, each AR(1) with this deviation and half-life in hours. */
const SLOW = autoregression(0.35, 20 * HOURS_A_DAY);
const FAST = autoregression(0.3, 8);
const MARKET = autoregression(0.35, 10 * HOURS_A_DAY);
/** E[exp(2 (slow + fast))] = exp(2 (variances)): taken off so that the average volatility is the profile's. */
const VOLATILITY_OFFSET = -(SLOW.deviation ** 2 + FAST.deviation ** 2);
const MARKET_OFFSET = -(MARKET.deviation ** 2);

/** Jumps: about four a year and asset, of some 2.5 daily deviations. */
const JUMP_CHANCE = 30 / 65_536;
const JUMP_SIZE = 2.5;

/**
 * Returns are pure noise while the price is within a band of so many daily deviations around its base; outside, a pull with a
 * half-life of one year brings it back. That keeps prices believable over decades and plants next to nothing that could be learnt.
 */
const BAND_WIDTH = 20;
const PULL = Math.LN2 / (365.25 * HOURS_A_DAY);

const STATE_SIZE = 3;

/** The common factor of all assets of a seed: returns in units of deviations, and the market's own volatility. */
class MarketFactor {
  readonly shock: number[] = [];
  readonly volatility: number[] = [];
  readonly #key: number;
  #logVolatility = 0;

  constructor(seed: number) {
    this.#key = textKey('the market', seed);
  }

  /** Makes sure that the hours before `hour` (counted from the start of history) are there. */
  extendTo(hour: number): void {
    for (let h = this.shock.length; h < hour; h++) {
      const bits = hash32(this.#key, h);
      this.#logVolatility = MARKET.next(this.#logVolatility, normal(bits >>> 16));
      const volatility = Math.exp(this.#logVolatility + MARKET_OFFSET);
      this.volatility.push(volatility);
      this.shock.push(volatility * normal(bits));
    }
  }
}

const factors = new Map<number, MarketFactor>();

function marketFactor(seed: number): MarketFactor {
  let factor = factors.get(seed);
  if (factor === undefined) {
    if (factors.size >= 8) factors.clear();
    factor = new MarketFactor(seed);
    factors.set(seed, factor);
  }
  return factor;
}

/**
 * The price path of an asset at hourly resolution, from the start of history. A price is the sum of all returns before it, so
 * the state at the beginning of each day (24 bytes) is kept and any day can be made again from there.
 */
export class HourlyPath {
  readonly #profile: AssetProfile;
  readonly #market: MarketFactor;
  /** Log price, slow and fast log volatility at the beginning of each day. */
  readonly #states: number[];
  readonly #scratch: DayPath = {
    open: new Float64Array(HOURS_A_DAY + 1),
    spread: new Float64Array(HOURS_A_DAY),
    jump: new Float64Array(HOURS_A_DAY),
    volume: new Float64Array(HOURS_A_DAY),
  };

  constructor(profile: AssetProfile, seed: number) {
    this.#profile = profile;
    this.#market = marketFactor(seed);
    const start = (uniform(hash32(profile.key, -2)) - 0.5) * BAND_WIDTH * profile.dailyVolatility;
    this.#states = [start, 0, 0];
  }

  /** The day with this number, 0 being the first of history. */
  day(day: number): DayPath {
    const known = this.#states.length / STATE_SIZE - 1;
    for (let d = known; d < day; d++) this.#walk(d);
    return this.#walk(day);
  }

  #walk(day: number): DayPath {
    const { key, basePrice, dailyVolatility, marketWeight, dailyTurnover } = this.#profile;
    const { open, spread, jump, volume } = this.#scratch;
    const market = this.#market;
    market.extendTo((day + 1) * HOURS_A_DAY);

    const hourlyVolatility = dailyVolatility / Math.sqrt(HOURS_A_DAY);
    const ownWeight = Math.sqrt(1 - marketWeight ** 2);
    const band = BAND_WIDTH * dailyVolatility;
    const hourlyVolume = dailyTurnover / HOURS_A_DAY / basePrice;

    let price = this.#states[day * STATE_SIZE] as number;
    let slow = this.#states[day * STATE_SIZE + 1] as number;
    let fast = this.#states[day * STATE_SIZE + 2] as number;
    for (let h = 0; h < HOURS_A_DAY; h++) {
      const hour = day * HOURS_A_DAY + h;
      const bits = hash32(key, 2 * hour);
      const moreBits = hash32(key, 2 * hour + 1);
      slow = SLOW.next(slow, normal(bits >>> 16));
      fast = FAST.next(fast, normal(moreBits));
      const logVolatility = slow + fast + VOLATILITY_OFFSET;
      const volatility = hourlyVolatility * Math.exp(logVolatility);
      const marketShock = marketWeight * (market.shock[hour] as number);
      const marketSpread = marketWeight * (market.volatility[hour] as number);
      const shock = marketShock + ownWeight * normal(bits);
      const leap =
        (moreBits >>> 16) / 65_536 < JUMP_CHANCE
          ? JUMP_SIZE * dailyVolatility * normal(hash32(key ^ 0x5bd1e995, hour))
          : 0;

      open[h] = price;
      spread[h] = volatility * Math.sqrt(marketSpread ** 2 + ownWeight ** 2);
      jump[h] = leap;
      // Turnover follows volatility and the size of the move (Karpoff 1987); in base units it falls as the price rises.
      const activity = 1.1 * logVolatility + 0.35 * normal(moreBits ^ (bits >>> 8)) - price;
      volume[h] = hourlyVolume * Math.exp(activity) * (0.6 + 0.5 * Math.abs(shock) + (leap === 0 ? 0 : 3));

      const outside = price - Math.min(Math.max(price, -band), band);
      price += volatility * shock + leap - PULL * outside;
    }
    open[HOURS_A_DAY] = price;
    if (this.#states.length === (day + 1) * STATE_SIZE) this.#states.push(price, slow, fast);
    return this.#scratch;
  }
}

/** x[t] = phi x[t-1] + eta z with the given stationary deviation. */
function autoregression(deviation: number, halfLife: number) {
  const phi = 0.5 ** (1 / halfLife);
  const eta = deviation * Math.sqrt(1 - phi ** 2);
  return { deviation, next: (x: number, z: number) => phi * x + eta * z };
}
