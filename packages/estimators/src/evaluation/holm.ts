/**
 * P-values corrected for how many tests were made, by Holm's step-down method: the chance that any useless model of the
 * family is called better stays below the level each is held against, however the tests depend on each other
 * (Holm 1979, A simple sequentially rejective multiple test procedure).
 *
 * @param pValues of one family of tests, in any order
 * @returns the adjusted p-values in the same order, at most 1
 */
export function holmAdjusted(pValues: Float64Array): Float64Array {
  const order = Array.from(pValues.keys()).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Float64Array(pValues.length);
  let largest = 0;
  for (const [rank, test] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[test]!));
    adjusted[test] = largest;
  }
  return adjusted;
}
