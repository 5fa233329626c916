import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holmAdjusted } from '../src/index.ts';

test('multiplies the smallest by the number of tests, the next by one less, and never goes down', () => {
  const adjusted = holmAdjusted(Float64Array.of(0.01, 0.04, 0.03, 0.005));
  for (const [i, value] of [0.03, 0.06, 0.06, 0.02].entries()) expect(adjusted[i]).toBeCloseTo(value, 12);
  expect([...holmAdjusted(new Float64Array())]).toEqual([]);
});

test('never makes a p-value smaller, keeps their order and stays at most 1', () => {
  const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(pValues, (list) => {
      const adjusted = holmAdjusted(Float64Array.from(list));
      for (const [i, p] of list.entries()) {
        expect(adjusted[i]).toBeGreaterThanOrEqual(p);
        expect(adjusted[i]).toBeLessThanOrEqual(1);
        const larger = adjusted.filter((_, j) => list[j]! > p);
        expect(Math.min(...larger, 1)).toBeGreaterThanOrEqual(adjusted[i]!);
      }
    }),
  );
});
