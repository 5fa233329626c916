/**
 * The gain below which a split is rounding noise: 1e-12 of the spread that there is to explain. Sums over n rows carry
 * relative errors of about 1e-16 each, so a pure node may seem to gain a little.
 *
 * @param gradients weight * what is to be explained, one a row
 */
export function noiseGain(gradients: Float64Array, weight: Float64Array): number {
  let spread = 0;
  for (let i = 0; i < gradients.length; i++) spread += gradients[i]! ** 2 / weight[i]!;
  return 1e-12 * spread;
}
