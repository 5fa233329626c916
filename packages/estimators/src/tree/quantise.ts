/**
 * How gradients and hessians become whole numbers. Sums of whole numbers are exact whatever their order, so trees do
 * not depend on how their rows are summed up: by which kernel, in which blocks, directly or by subtraction. A sum of
 * gradients and its count share one 64-bit word, the count in the low `countBits` bits.
 */
export interface Quantisation {
  readonly countBits: number;
  /** Powers of two. */
  readonly gradientScale: number;
  readonly hessianScale: number;
}

/** Sums stay below 2^50, so that they are exact as float64 too. */
const MOST_SUM_BITS = 50;

/**
 * The finest scales that cannot overflow.
 * @param draws the most rows, counted as often as drawn, that a tree is grown on
 */
export function chooseQuantisation(
  gradients: Float64Array,
  hessians: Float64Array | undefined,
  draws: number,
): Quantisation {
  const countBits = 32 - Math.clz32(draws);
  const gradientBits = Math.min(MOST_SUM_BITS, 62 - countBits);
  return {
    countBits,
    gradientScale: scaleFor(largest(gradients), draws, gradientBits),
    hessianScale: hessians === undefined ? 1 : scaleFor(largest(hessians), draws, MOST_SUM_BITS),
  };
}

/** The whole number nearest to `value * scale`. */
export function quantise(value: number, scale: number): number {
  return Math.floor(value * scale + 0.5);
}

function largest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size > most) most = size;
  }
  return most;
}

/** A power of two `s` with `s * most * draws <= 2^bits / 2`; half of the range is room for rounding. */
function scaleFor(most: number, draws: number, bits: number): number {
  if (most === 0) return 1;
  const exponent = bits - 1 - Math.ceil(Math.log2(most * draws));
  return 2 ** Math.min(1000, Math.max(-1000, exponent));
}
