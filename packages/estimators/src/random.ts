/**
 * Random numbers that depend on nothing but the seed and the stream, so that results never depend on the thread count.
 */
export interface Random {
  /** Uniform in [0, 1), with 32 random bits. */
  next(): number;
  /** Uniform integer in [0, below). */
  integer(below: number): number;
  /** The four 32-bit words that the next number comes from. */
  state(): readonly [number, number, number, number];
}

/**
 * xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), its state filled by
 * splitmix-style mixing of seed and stream. Streams of one seed are unrelated: tree number `i` of a forest takes stream
 * `i`.
 */
export function createRandom(seed: number, stream = 0): Random {
  let mix = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(Math.floor(seed / 2 ** 32), 0xc2b2ae35);
  const word = (salt: number) => {
    mix = (mix + 0x9e3779b9 + salt) | 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  word(0);
  let a = word(Math.imul(stream + 1, 0x9e3779b1));
  let b = word(stream);
  let c = word(0);
  let d = word(0) | 1;

  const bits = () => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  return {
    next: () => bits() / 2 ** 32,
    integer: (below) => Math.floor((bits() / 2 ** 32) * below),
    state: () => [a, b, c, d],
  };
}
