/**
 * Randomness that can be asked for in any order: a hash of (key, counter) instead of a generator with a state. The same
 * question always has the same answer, which is what makes a candle the same whenever and in whatever window it is asked.
 */

const TABLE_BITS = 16;
const TABLE_SIZE = 2 ** TABLE_BITS;

/** 32 well-mixed bits of a key and a counter (the finaliser of MurmurHash3, Austin Appleby, public domain). */
export function hash32(key: number, counter: number): number {
  let h = Math.imul(counter ^ 0x9e3779b9, 0x85ebca6b) ^ key;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A key from text, for an asset's own stream of numbers. */
export function textKey(text: string, seed: number): number {
  let key = hash32(seed, text.length);
  for (let at = 0; at < text.length; at++) key = hash32(key, text.charCodeAt(at));
  return key;
}

/** In (0, 1), never an end of it. */
export function uniform(bits: number): number {
  return (bits + 0.5) / 2 ** 32;
}

/**
 * A standard normal number for 16 random bits. The table holds a sample made once, together with its mirror image and scaled
 * to variance one, so mean and skewness are exactly zero: no asset drifts because of its noise.
 */
export function normal(bits: number): number {
  normals ??= normalTable();
  return normals[bits & (TABLE_SIZE - 1)] as number;
}

/** Made with the first number: it takes longer than many programs that use no simulated market take to start. */
let normals: Float64Array | undefined;

function normalTable(): Float64Array {
  const table = new Float64Array(TABLE_SIZE);
  const half = TABLE_SIZE / 2;
  let squares = 0;
  for (let i = 0; i < half; i++) {
    // Box and Muller 1958.
    const radius = Math.sqrt(-2 * Math.log(uniform(hash32(1, i))));
    const z = radius * Math.cos(2 * Math.PI * uniform(hash32(2, i)));
    table[i] = z;
    squares += z * z;
  }
  const scale = 1 / Math.sqrt(squares / half);
  for (let i = 0; i < half; i++) {
    table[i] = (table[i] as number) * scale;
    table[half + i] = -(table[i] as number);
  }
  return table;
}
