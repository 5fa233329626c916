import { hash32, normal, uniform } from './noise.ts';

export const MINUTES_AN_HOUR = 60;
export const KNOTS = MINUTES_AN_HOUR + 1;

/**
 * Half of the bridges are drawn, the others are their mirror images. Making all noise of a minute from such a table, rather than
 * drawing it, is what lets daily candles be made of exactly the same minutes as minute candles and cost next to nothing.
 */
const DRAWN = 4096;

/** Brownian bridges from 0 to 0 over an hour of unit variance, one after another. */
export interface BridgeTable {
  /** Number of bridges, a power of two. */
  readonly size: number;
  /** Values at the 61 ends of minutes. */
  readonly knots: Float32Array;
  /** How far the 60 minutes reach above their higher and below their lower end. */
  readonly above: Float32Array;
  readonly below: Float32Array;
  /** Shares of the minutes in the hour's volume; sum to one. */
  readonly volumeShares: Float32Array;
  readonly upper: Envelopes;
  /** Of the bridges turned upside down. */
  readonly lower: Envelopes;
}

let table: BridgeTable | undefined;

/** The one table, made when it is first needed. */
export function bridgeTable(): BridgeTable {
  table ??= makeTable();
  return table;
}

/**
 * What of each bridge can ever be its highest point once a straight line is added: the upper convex hull, some ten points of
 * sixty-one.
 */
class Envelopes {
  readonly #starts: number[] = [0];
  readonly #minutes: number[] = [];
  readonly #values: number[] = [];

  /** Adds the next bridge by its 61 values (Andrew 1979, monotone chain). */
  add(values: ArrayLike<number>): void {
    const hull: number[] = [];
    for (let m = 0; m < values.length; m++) {
      while (hull.length >= 2 && !isConvex(values, hull.at(-2) as number, hull.at(-1) as number, m)) hull.pop();
      hull.push(m);
    }
    for (const m of hull) {
      this.#minutes.push(m);
      this.#values.push(values[m] as number);
    }
    this.#starts.push(this.#minutes.length);
  }

  /** Maximum over the hour of slope x minute + spread x bridge. */
  highest(bridge: number, slope: number, spread: number): number {
    const end = this.#starts[bridge + 1] as number;
    let highest = -Infinity;
    for (let at = this.#starts[bridge] as number; at < end; at++) {
      const value = slope * (this.#minutes[at] as number) + spread * (this.#values[at] as number);
      if (value > highest) highest = value;
    }
    return highest;
  }
}

/** Does the middle point lie above the line from the left to the right one? */
function isConvex(values: ArrayLike<number>, left: number, middle: number, right: number): boolean {
  const rise = (values[right] as number) - (values[left] as number);
  return ((values[middle] as number) - (values[left] as number)) * (right - left) > rise * (middle - left);
}

function makeTable(): BridgeTable {
  const size = 2 * DRAWN;
  const made: BridgeTable = {
    size,
    knots: new Float32Array(size * KNOTS),
    above: new Float32Array(size * MINUTES_AN_HOUR),
    below: new Float32Array(size * MINUTES_AN_HOUR),
    volumeShares: new Float32Array(size * MINUTES_AN_HOUR),
    upper: new Envelopes(),
    lower: new Envelopes(),
  };
  for (let b = 0; b < DRAWN; b++) drawBridge(made, b);
  for (let b = 0; b < DRAWN; b++) mirrorBridge(made, b, b + DRAWN);
  for (let b = 0; b < size; b++) {
    const knots = made.knots.subarray(b * KNOTS, (b + 1) * KNOTS);
    const [from, to] = [b * MINUTES_AN_HOUR, (b + 1) * MINUTES_AN_HOUR];
    // In double precision, or an hour's high would differ from its minutes' in the eighth digit.
    made.upper.add(Float64Array.from(knots, (value, m) => value + reach(made.above.subarray(from, to), m)));
    made.lower.add(Float64Array.from(knots, (value, m) => -value + reach(made.below.subarray(from, to), m)));
  }
  return made;
}

/** The larger excursion of the two minutes that meet at a knot. */
function reach(excursions: Float32Array, knot: number): number {
  return Math.max(excursions[knot - 1] ?? 0, excursions[knot] ?? 0);
}

function drawBridge(table: BridgeTable, b: number): void {
  const deviation = 1 / Math.sqrt(MINUTES_AN_HOUR);
  const knots = table.knots.subarray(b * KNOTS, (b + 1) * KNOTS);
  const walk = new Float64Array(KNOTS);
  const shares = new Float64Array(MINUTES_AN_HOUR);
  for (let m = 0; m < MINUTES_AN_HOUR; m++) {
    const bits = hash32(b, 3 * m);
    const step = deviation * normal(bits);
    walk[m + 1] = (walk[m] as number) + step;
    table.above[b * MINUTES_AN_HOUR + m] = excursion(step, deviation, hash32(b, 3 * m + 1));
    table.below[b * MINUTES_AN_HOUR + m] = excursion(step, deviation, hash32(b, 3 * m + 2));
    shares[m] = Math.exp(0.6 * normal(bits >>> 16)) * (0.5 + Math.abs(step) / deviation);
  }
  const end = walk[MINUTES_AN_HOUR] as number;
  const total = shares.reduce((sum, share) => sum + share, 0);
  for (let m = 1; m < MINUTES_AN_HOUR; m++) knots[m] = (walk[m] as number) - (end * m) / MINUTES_AN_HOUR;
  for (let m = 0; m < MINUTES_AN_HOUR; m++) table.volumeShares[b * MINUTES_AN_HOUR + m] = (shares[m] as number) / total;
}

/** How far a Brownian path that ends `step` away reaches beyond its higher end (Glasserman 2003, section 6.4). */
function excursion(step: number, deviation: number, bits: number): number {
  return (Math.sqrt(step ** 2 - 2 * deviation ** 2 * Math.log(uniform(bits))) - Math.abs(step)) / 2;
}

function mirrorBridge(table: BridgeTable, from: number, to: number): void {
  const { knots, above, below, volumeShares } = table;
  for (let m = 0; m < KNOTS; m++) knots[to * KNOTS + m] = -(knots[from * KNOTS + m] as number);
  for (let m = 0; m < MINUTES_AN_HOUR; m++) {
    const [source, target] = [from * MINUTES_AN_HOUR + m, to * MINUTES_AN_HOUR + m];
    above[target] = below[source] as number;
    below[target] = above[source] as number;
    volumeShares[target] = volumeShares[source] as number;
  }
}
