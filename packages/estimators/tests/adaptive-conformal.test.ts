import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adaptiveConformal } from '../src/evaluation/adaptive-conformal.ts';
import { conformalRadius } from '../src/evaluation/conformal.ts';
import { OrderStatistics } from '../src/evaluation/order-statistics.ts';
import { wilsonInterval } from '../src/evaluation/proportion.ts';
import { createRandom } from '../src/random.ts';
import { gauss } from './synthetic.ts';

const LEVELS = [0.5, 0.8, 0.95];

/** Absolute errors, one a time step, of standard deviation `spreadAt(step)`. */
function simulate(seed: number, steps: number, spreadAt: (step: number) => number) {
  const random = createRandom(seed);
  return {
    times: Float64Array.from({ length: steps }, (_, step) => step),
    scores: Float64Array.from({ length: steps }, (_, step) => Math.abs(spreadAt(step) * gauss(random))),
  };
}

/** The plain radius of the first half, for all. */
function plain(scores: Float64Array, level: number): Float64Array {
  const radius = conformalRadius(scores.subarray(0, scores.length / 2), 1 - level)!;
  return new Float64Array(scores.length).fill(radius);
}

describe('coverage in simulation', () => {
  const steps = 3000;
  const half = steps / 2;
  const seeds = Array.from({ length: 60 }, (_, seed) => seed + 1);
  /** Of 60 that each hold with a chance of 95 %, 57 do on average; fewer than 52 do once in 350 times. */
  const FEWEST = 52;

  /** Shares of the later half that each kind of radius covered: one a seed, for each level. */
  function coverages(spreadAt: (step: number) => number) {
    const all = seeds.map((seed) => {
      const { times, scores } = simulate(seed, steps, spreadAt);
      const { radii } = adaptiveConformal(times, scores, { levels: LEVELS });
      const share = (ofRow: Float64Array) => scores.filter((score, i) => i >= half && score <= ofRow[i]!).length / half;
      return LEVELS.map((level, l) => ({ level, plain: share(plain(scores, level)), adaptive: share(radii[l]!) }));
    });
    return LEVELS.map((level, l) => ({ level, shares: all.map((levels) => levels[l]!) }));
  }

  /** Does a share of `half` trials hold the level, at 95 %? */
  function holds(share: number, level: number): boolean {
    const { low, high } = wilsonInterval(share * half, half);
    return low < level && level < high;
  }

  test('scores that could come in any order: both kinds hold their level', () => {
    for (const { level, shares } of coverages(() => 1)) {
      expect(shares.filter(({ adaptive }) => holds(adaptive, level)).length).toBeGreaterThanOrEqual(FEWEST);
      // The radius is of as many scores as it is judged on, and its own luck is as large as that of the judgement: coverage
      // given the radius has the distribution Beta(rank, n + 1 - rank).
      const deviation = Math.sqrt(level * (1 - level) * (1 / half + 1 / (half + 2)));
      const near = shares.filter((share) => Math.abs(share.plain - level) < 1.96 * deviation);
      expect(near.length).toBeGreaterThanOrEqual(FEWEST);
    }
  });

  test.each([
    ['errors that grow threefold', (step: number) => 1 + (2 * step) / steps],
    ['errors that double at once', (step: number) => (step < half ? 1 : 2)],
    ['errors that come in waves', (step: number) => (step < half ? 1 : 1.5 - 0.5 * Math.sin(step / 300))],
  ])('%s: the plain ones fail, the adaptive ones hold', (_, spreadAt) => {
    for (const { level, shares } of coverages(spreadAt)) {
      expect(shares.filter((share) => holds(share.plain, level) || share.plain > level)).toEqual([]);
      expect(shares.filter(({ adaptive }) => holds(adaptive, level)).length).toBeGreaterThanOrEqual(FEWEST);
    }
  });
});

describe('adaptive radii', () => {
  test('without learning and forgetting are the split-conformal ones of what is past', () => {
    const { times, scores } = simulate(3, 300, () => 1);
    const { radii, next } = adaptiveConformal(times, scores, { levels: LEVELS, rate: 0, window: Infinity });
    for (const [l, level] of LEVELS.entries()) {
      for (let i = 0; i < 300; i++) {
        expect(radii[l]![i]).toBe(conformalRadius(scores.subarray(0, i), 1 - level) ?? Infinity);
      }
      expect(next[l]).toBe(conformalRadius(scores, 1 - level));
    }
  });

  test('forget what is older than the window', () => {
    const { times, scores } = simulate(4, 400, () => 1);
    const { radii } = adaptiveConformal(times, scores, { levels: [0.8], rate: 0, window: 100 });
    for (let i = 100; i < 400; i++) {
      expect(radii[0]![i]).toBe(conformalRadius(scores.subarray(i - 100, i), 0.2));
    }
  });

  test('of a row depend on earlier times alone, those of its own time excluded', () => {
    const { scores } = simulate(5, 600, () => 1);
    const times = Float64Array.from(scores, (_, i) => Math.floor(i / 3));
    const before = adaptiveConformal(times, scores, { levels: LEVELS });
    const changed = adaptiveConformal(
      times,
      scores.map((score, i) => (i >= 300 ? 10 * score : score)),
      { levels: LEVELS },
    );
    for (const l of LEVELS.keys()) {
      expect(changed.radii[l]!.subarray(0, 303)).toEqual(before.radii[l]!.subarray(0, 303));
      expect(changed.radii[l]!.subarray(303)).not.toEqual(before.radii[l]!.subarray(303));
    }
  });

  test('are none with too few scores, and widen with the level', () => {
    const { times, scores } = simulate(6, 19, () => 1);
    expect(adaptiveConformal(times, scores, { levels: LEVELS }).next).not.toContain(undefined);
    const fewer = adaptiveConformal(times.subarray(1), scores.subarray(1), { levels: LEVELS });
    expect(fewer.next).toEqual([expect.any(Number), expect.any(Number), undefined]);
    expect(fewer.next[1]).toBeGreaterThan(fewer.next[0]!);
    expect(adaptiveConformal(new Float64Array(), new Float64Array(), { levels: LEVELS }).next).toEqual(
      LEVELS.map(() => undefined),
    );
  });

  // Proposition 4.1 of Gibbs and Candes: no assumption about the scores, so any will do.
  test('miss as often as they should over time, whatever comes', () => {
    const scenario = fc.record({
      level: fc.constantFrom(...LEVELS),
      rate: fc.constantFrom(0.02, 0.1),
      scores: fc.array(fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constantFrom(0.5, 1e9)), {
        minLength: 200,
        maxLength: 600,
      }),
    });
    fc.assert(
      fc.property(scenario, ({ level, rate, scores: drawn }) => {
        const scores = Float64Array.from(drawn);
        const times = Float64Array.from(scores.keys());
        const { radii } = adaptiveConformal(times, scores, { levels: [level], rate, window: 50 });
        // Steps before there are scores enough for the level teach nothing.
        const first = Array.from(scores.keys()).find((n) => conformalRadius(scores.subarray(0, n), 1 - level))!;
        const taught = scores.length - first;
        const missed = scores.filter((score, i) => i >= first && score > radii[0]![i]!).length;
        expect(Math.abs(missed / taught - (1 - level))).toBeLessThanOrEqual((1 + rate) / (rate * taught) + 1e-9);
      }),
    );
  });

  test('refuse what makes no sense', () => {
    const two = Float64Array.of(1, 2);
    expect(() => adaptiveConformal(two, Float64Array.of(1), { levels: LEVELS })).toThrow(/2 times but 1 scores/);
    expect(() => adaptiveConformal(two.toReversed(), two, { levels: LEVELS })).toThrow(/do not ascend/);
    expect(() => adaptiveConformal(two, two, { levels: [0.8, 0.5] })).toThrow(/levels 0.8, 0.5/);
    expect(() => adaptiveConformal(two, Float64Array.of(1, Number.NaN), { levels: LEVELS })).toThrow(/NaN/);
  });
});

test('order statistics are those of a sorted list', () => {
  const change = fc.record({ index: fc.nat(29), rank: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }) });
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 30, maxLength: 30 }),
      fc.array(change, { maxLength: 60 }),
      (list, changes) => {
        const values = Float64Array.from(list);
        const statistics = new OrderStatistics(values);
        const inside = new Set<number>();
        for (const { index, rank } of changes) {
          if (inside.has(index)) statistics.remove(index);
          else statistics.add(index);
          if (!inside.delete(index)) inside.add(index);
          expect(statistics.size).toBe(inside.size);
          if (inside.size === 0) continue;
          const sorted = Float64Array.from(inside, (i) => values[i]!).sort();
          const k = 1 + Math.floor(rank * inside.size);
          expect(statistics.smallest(k)).toBe(sorted[k - 1]);
        }
      },
    ),
  );
});
