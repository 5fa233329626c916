import { type BridgeTable, bridgeTable, KNOTS, MINUTES_AN_HOUR } from './bridge-table.ts';

/** What is known of an hour before its minutes are. Prices are logarithms. */
export interface Hour {
  readonly open: number;
  readonly close: number;
  /** Standard deviation of the noise inside the hour. */
  readonly spread: number;
  /** Part of the hour's return that happens at once. */
  readonly jump: number;
  /** The hour's own 32 random bits. */
  readonly bits: number;
}

/** The minutes of one hour, as logarithms of prices. The arrays are reused: the next hour overwrites them. */
export interface MinutePath {
  /** 61 prices: minute m goes from `price[m]` to `price[m + 1]`. */
  readonly price: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  /** Share of the hour's volume; sums to one. */
  readonly volumeShare: Float64Array;
}

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
 * bridge), the jump at one random minute.
 */
export function fillMinutes(path: MinutePath, { open, close, spread, jump, bits }: Hour): void {
  const table = bridgeTable();
  const { price, high, low, volumeShare } = path;
  const bridge = bridgeOf(table, bits);
  const jumpMinute = (bits >>> 16) % MINUTES_AN_HOUR;
  const slope = (close - open - jump) / MINUTES_AN_HOUR;
  let previous = open;
  price[0] = open;
  for (let m = 0; m < MINUTES_AN_HOUR; m++) {
    let next = open + slope * (m + 1) + spread * (table.knots[bridge * KNOTS + m + 1] as number);
    if (m >= jumpMinute) next += jump;
    if (m === MINUTES_AN_HOUR - 1) next = close;
    price[m + 1] = next;
    // The higher and the lower of the two without a branch: which it is cannot be predicted, and this is the inner loop.
    const middle = (previous + next) / 2;
    const half = Math.abs(next - previous) / 2;
    const at = bridge * MINUTES_AN_HOUR + m;
    high[m] = middle + half + spread * (table.above[at] as number);
    low[m] = middle - half - spread * (table.below[at] as number);
    volumeShare[m] = table.volumeShares[at] as number;
    previous = next;
  }
}

/** Highest price of the minutes that `fillMinutes` gives, without filling them. Only for hours without a jump. */
export function hourHigh({ open, close, spread, bits }: Hour): number {
  const table = bridgeTable();
  return open + table.upper.highest(bridgeOf(table, bits), (close - open) / MINUTES_AN_HOUR, spread);
}

/** Lowest price of the minutes that `fillMinutes` gives, without filling them. Only for hours without a jump. */
export function hourLow({ open, close, spread, bits }: Hour): number {
  const table = bridgeTable();
  return open - table.lower.highest(bridgeOf(table, bits), (open - close) / MINUTES_AN_HOUR, spread);
}

function bridgeOf(table: BridgeTable, bits: number): number {
  return bits & (table.size - 1);
}
