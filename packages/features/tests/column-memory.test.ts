import { seriesLength } from '@pavio/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { featureColumns } from '../src/compute.ts';
import { computeFeatures, featureSet } from '../src/index.ts';
import { ColumnMemory } from '../src/indicators/column.ts';
import { walks } from './candle-series.ts';

const { features } = featureSet('1d');

it('memory that is used again leaves nothing of what was in it', () => {
  const memory = new ColumnMemory();
  const used = new Set<ArrayBufferLike>();
  fc.assert(
    fc.property(walks({ min: 1, max: 300 }), (series) => {
      // As dirty as can be: a value that no formula hides.
      for (let i = 0; i < 150; i++) memory.take(seriesLength(series)).fill(1e300);
      memory.clear();
      const expected = computeFeatures(series, '1d');
      for (const [name, values] of featureColumns(series, '1d', features, 'BTC', memory)) {
        expect({ name, values }).toEqual({ name, values: expected.get(name) });
        used.add(values.buffer);
      }
    }),
    { numRuns: 60 },
  );
  expect(used.size).toBeGreaterThan(0);
});

it('memory is used again from feature to feature, and what is shared is not', () => {
  const memory = new ColumnMemory();
  const [series] = fc.sample(walks({ min: 300, max: 300, isGapless: true }), 1);
  const buffers = Array.from(featureColumns(series!, '1d', features, 'BTC', memory), ([, values]) => values.buffer);
  expect(new Set(buffers).size).toBeLessThan(features.length / 2);
  const again = Array.from(featureColumns(series!, '1d', features, 'BTC', memory), ([, values]) => values.buffer);
  expect(new Set([...buffers, ...again]).size).toBeLessThan(2 * new Set(buffers).size);
});
