import { PavioError, SIMULATED_ASSET } from '@pavio/core';
import { hash32, textKey, uniform } from './noise.ts';

/** What makes one simulated asset different from another. */
export interface AssetProfile {
  /** Key of the asset's stream of random numbers. */
  readonly key: number;
  /** Price that the asset wanders around, in quote units. */
  readonly basePrice: number;
  /** Standard deviation of daily log returns, on average. */
  readonly dailyVolatility: number;
  /** Correlation with the market factor while both are calm. */
  readonly marketWeight: number;
  /** Average turnover a day, in quote units. */
  readonly dailyTurnover: number;
  /** Prices are whole multiples of 1 / priceScale, volumes of 1 / volumeScale: powers of ten that keep about 8 digits. */
  readonly priceScale: number;
  readonly volumeScale: number;
}

/** symbol: [base price, daily volatility, average turnover a day in millions]. Round numbers of a plausible size. */
const PROFILES: Readonly<Record<string, readonly [number, number, number]>> = {
  BTC: [60_000, 0.028, 1500],
  ETH: [3000, 0.036, 900],
  BNB: [500, 0.034, 200],
  XRP: [0.6, 0.042, 250],
  ADA: [0.5, 0.043, 90],
  SOL: [120, 0.05, 300],
  DOGE: [0.1, 0.05, 180],
  TRX: [0.1, 0.034, 60],
  DOT: [8, 0.045, 60],
  LTC: [90, 0.04, 80],
  LINK: [15, 0.047, 80],
  AVAX: [35, 0.052, 90],
  BCH: [350, 0.043, 50],
  XLM: [0.12, 0.043, 40],
  ATOM: [10, 0.046, 40],
  ETC: [25, 0.045, 40],
  UNI: [8, 0.05, 50],
  ALGO: [0.25, 0.048, 25],
  AAVE: [120, 0.05, 40],
  VET: [0.03, 0.048, 25],
  SHIB: [0.000_02, 0.055, 120],
  NEAR: [5, 0.055, 60],
  FIL: [6, 0.05, 50],
  ICP: [10, 0.053, 30],
  HBAR: [0.08, 0.048, 25],
  SUI: [1.5, 0.055, 120],
  TON: [4, 0.04, 50],
  PEPE: [0.000_01, 0.065, 150],
  APT: [9, 0.053, 50],
  XMR: [160, 0.035, 20],
  WBTC: [60_000, 0.028, 30],
  STETH: [3000, 0.036, 20],
  USDT: [1, 0.0006, 3000],
  USDC: [1, 0.0005, 900],
  [SIMULATED_ASSET]: [150, 0.02, 10],
};

const TICKER = /^[A-Z0-9]{1,20}$/;
const MINUTES_A_DAY = 1440;

/**
 * The profile of any ticker: of plausible size for the assets known by name, derived from the ticker's hash for all others.
 *
 * @throws PavioError `unknown_pair` for what cannot be a ticker.
 */
export function assetProfile(symbol: string, seed: number): AssetProfile {
  if (!TICKER.test(symbol)) {
    throw new PavioError('unknown_pair', `The simulated market has no asset "${symbol.slice(0, 40)}".`, {
      remedy: 'Write a ticker: up to 20 capital letters and digits.',
      details: { symbol },
    });
  }
  const key = textKey(symbol, seed);
  const [basePrice, dailyVolatility, millions] = PROFILES[symbol] ?? derivedProfile(symbol);
  const dailyTurnover = millions * 1e6;
  const isStable = dailyVolatility < 0.01;
  return {
    key,
    basePrice,
    dailyVolatility,
    marketWeight: isStable ? 0 : 0.5 + 0.2 * uniform(hash32(key, -1)),
    dailyTurnover,
    priceScale: decimalScale(basePrice),
    volumeScale: decimalScale(dailyTurnover / basePrice / MINUTES_A_DAY),
  };
}

/** Price 0.02 to 200, evenly in its logarithm; volatility of a small coin. Independent of the seed, as for the known ones. */
function derivedProfile(symbol: string): readonly [number, number, number] {
  const key = textKey(symbol, 0);
  const price = 0.02 * 10 ** (4 * uniform(hash32(key, 1)));
  return [
    Number(price.toPrecision(2)),
    0.04 + 0.02 * uniform(hash32(key, 2)),
    5 + Math.floor(45 * uniform(hash32(key, 3))),
  ];
}

/** The power of ten that leaves eight significant digits of `typical`. */
function decimalScale(typical: number): number {
  return 10 ** Math.min(Math.max(7 - Math.floor(Math.log10(typical)), 0), 15);
}
