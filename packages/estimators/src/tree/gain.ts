/**
 * The gain below which a split is rounding noise: 1e-12 of the spread that there is to explain. Sums over n rows carry
 * relative errors of about 1e-16 each, so a pure node may seem to gain a little.
 */
export function noiseGain(target: Float64Array, weight: Float64Array, base: number): number {
  let spread = 0;
  for (let i = 0; i < target.length; i++) spread += weight[i]! * (target[i]! - base) ** 2;
  return 1e-12 * spread;
}
