/**
 * The value below which a share `level` of the weight lies; the middle of two where a step of the distribution ends just
 * there, so that the median of an even number of equal weights is the usual one (numpy's and scikit-learn's
 * `averaged_inverted_cdf`). Sorts the values in place, and their weights along with them.
 */
export function weightedQuantile(values: Float64Array, weights: Float64Array, level: number): number {
  sortTogether(values, weights);
  const wanted = level * weights.reduce((sum, weight) => sum + weight, 0);
  let below = 0;
  for (let i = 0; i < values.length - 1; i++) {
    below += weights[i]!;
    if (below > wanted) return values[i]!;
    if (below === wanted) return (values[i]! + values[i + 1]!) / 2;
  }
  return values.at(-1)!;
}

function sortTogether(values: Float64Array, weights: Float64Array): void {
  if (weights.every((weight) => weight === weights[0])) {
    values.sort();
    return;
  }
  const order = Int32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b);
  const [oldValues, oldWeights] = [values.slice(), weights.slice()];
  for (const [to, from] of order.entries()) {
    values[to] = oldValues[from]!;
    weights[to] = oldWeights[from]!;
  }
}
