// What makes the verdict worth something: it finds nothing where there is nothing, and something where there is. That a
// feature which peeks one candle ahead is caught by `pavio check` is proven where the check is: features/tests/check.test.ts.
import { type FeatureStore, type FeatureTable, MODEL_NAMES, type Score } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { openLake, simulated } from './lake.ts';
import { persistentMarket } from './persistent-market.ts';
import { randomFrom } from './random.ts';

/** The default parameters and folds, as a user's training has them. */
const AS_RELEASED = { parameters: {}, folds: 5 };

describe('on shuffled targets', () => {
  it.each([1, 2, 3, 4, 5])('every verdict is no_edge (seed %i)', async (seed) => {
    const lake = await openLake();
    await lake.put({ BTC: simulated('BTC', 700), ETH: simulated('ETH', 700), ADA: simulated('ADA', 600) });
    const features = withShuffledTargets(lake.features, seed);
    const { manifest } = await lake.train({ ...AS_RELEASED, features, seed });
    for (const name of MODEL_NAMES) {
      const { overall, assets, folds } = manifest.models[name].evaluation;
      const scores: Record<string, Score> = { overall, ...assets, ...Object.fromEntries(folds.entries()) };
      const verdicts = Object.entries(scores).map(([part, { verdict }]) => [part, verdict]);
      expect(verdicts).toHaveLength(1 + 3 + 5);
      expect(verdicts).toEqual(Object.keys(scores).map((part) => [part, 'no_edge']));
    }
  });
});

describe('on a market with a known edge', () => {
  it('every model beats the naive forecast', async () => {
    const lake = await openLake();
    const market = (seed: number) => persistentMarket(900, { longestShadow: 0.15, seed });
    await lake.put({ BTC: market(7), ETH: market(8) });
    const { manifest } = await lake.train(AS_RELEASED);
    for (const name of MODEL_NAMES) {
      const { verdict, skill, directional } = manifest.models[name].evaluation.overall;
      expect(verdict).toBe('beats_naive');
      expect(skill).toBeGreaterThan(0.3);
      // Nine directions in ten can be known.
      expect(directional?.accuracy).toBeGreaterThan(0.75);
      expect(directional?.accuracy).toBeLessThan(0.93);
    }
  });
});

/** The same features, and closes whose steps are those of the same asset in another order: nothing foretells them. */
function withShuffledTargets(store: FeatureStore, seed: number): FeatureStore {
  return {
    encoder: () => store.encoder(),
    encoderModule: store.encoderModule,
    write: (info, assets, now) => store.write(info, assets, now),
    summary: () => store.summary(),
    async latest(options) {
      const table = await store.latest(options);
      return table && { ...table, close: shuffledCloses(table, seed) };
    },
  };
}

function shuffledCloses({ symbol, close }: FeatureTable, seed: number): Float64Array {
  const random = randomFrom(seed);
  const shuffled = close.slice();
  for (let from = 0, to = 0; from < close.length; from = to) {
    while (to < close.length && symbol[to] === symbol[from]) to++;
    const steps = Array.from({ length: to - from - 1 }, (_, i) => Math.log(close[from + i + 1]! / close[from + i]!));
    for (let i = steps.length - 1; i > 0; i--) {
      const other = Math.floor(random() * (i + 1));
      [steps[i], steps[other]] = [steps[other]!, steps[i]!];
    }
    for (const [i, step] of steps.entries()) shuffled[from + i + 1] = shuffled[from + i]! * Math.exp(step);
  }
  return shuffled;
}
