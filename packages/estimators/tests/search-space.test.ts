import { MODEL_NAMES } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMS, drawParams, type ModelParams, type Range, resolveParams, SEARCH_SPACE } from '../src/index.ts';

const RANGES = MODEL_NAMES.flatMap((name) =>
  Object.entries<Range>(SEARCH_SPACE[name]).map(([key, range]) => [name, key, range] as const),
);

describe.each(RANGES)('the range of %s %s', (name, key, range) => {
  const draws = Array.from({ length: 400 }, (_, number) => {
    const drawn: Readonly<Record<string, unknown>> = { ...drawParams(name, DEFAULT_PARAMS[name], { seed: 1, number }) };
    return drawn[key] as number;
  });

  it('has ends that the model can be fitted with, and the default inside', () => {
    for (const end of [range.from, range.to]) expect(resolveParams(name, { [key]: end })).toHaveProperty(key, end);
    const usual = DEFAULT_PARAMS[name][key as keyof ModelParams[typeof name]] as unknown;
    // The square root of the features is a share that only the data knows.
    if (usual === 'sqrt') return;
    expect(usual).toBeGreaterThan(range.from);
    expect(usual).toBeLessThan(range.to);
  });

  it('is drawn from evenly on its scale', () => {
    const scale = range.scale === 'log' ? Math.log : (value: number) => value;
    const place = (value: number) => (scale(value) - scale(range.from)) / (scale(range.to) - scale(range.from));
    for (const value of draws) {
      expect(value).toBeGreaterThanOrEqual(range.from);
      expect(value).toBeLessThanOrEqual(range.to);
    }
    expect(draws.every(Number.isInteger)).toBe(range.whole === true);
    const lower = draws.filter((value) => place(value) < 0.5).length;
    // 400 draws: 200 of them, give or take four standard errors of 10 and a whole number in the middle.
    expect(lower).toBeGreaterThan(130);
    expect(lower).toBeLessThan(270);
    expect(Math.min(...draws.map(place))).toBeLessThan(0.02);
    expect(Math.max(...draws.map(place))).toBeGreaterThan(0.98);
  });
});

it('draws what seed and number say, and leaves alone what is not searched', () => {
  const base = { ...DEFAULT_PARAMS.regressor_rf, nEstimators: 7 };
  const draw = (seed: number, number: number) => drawParams('regressor_rf', base, { seed, number });
  expect(draw(1, 5)).toEqual(draw(1, 5));
  expect(draw(1, 5)).not.toEqual(draw(1, 6));
  expect(draw(1, 5)).not.toEqual(draw(2, 5));
  expect(draw(1, 5).nEstimators).toBe(7);
  for (const { maxFeatures } of [draw(1, 1), draw(1, 2), draw(1, 3)]) {
    expect(String(maxFeatures).replace(/^0\.0*/, '').length).toBeLessThanOrEqual(3);
  }
});
