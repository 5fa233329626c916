import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Matrix, matrixOfColumns, readRow } from '../src/matrix.ts';
import { createRandom } from '../src/random.ts';
import { binMatrix, findThresholds, fitThresholds, MISSING_BIN } from '../src/tree/binning.ts';
import { EnsembleBuilder } from '../src/tree/builder.ts';
import { TreeEnsemble } from '../src/tree/ensemble.ts';
import type { GrowerOptions } from '../src/tree/grower.ts';
import { canRunKernel } from '../src/tree/kernel.ts';
import { PlainGrower } from '../src/tree/plain-grower.ts';
import { radixSort } from '../src/tree/radix-sort.ts';
import { WasmGrower } from '../src/tree/wasm-grower.ts';
import { growExactTree, predictExact } from './exact-tree.ts';

const OPTIONS: GrowerOptions = {
  maxDepth: Infinity,
  maxLeaves: Infinity,
  minSamplesLeaf: 1,
  l2: 0,
  minGain: 0,
  featuresPerNode: 4,
  shrinkage: 1,
  hasHessians: false,
  keepsScore: true,
  keepsLeaves: true,
};

/** Both growers are held to the exact tree, and so to one another. */
const GROWERS = { plain: PlainGrower, wasm: WasmGrower };
type GrowerName = keyof typeof GROWERS;

/** Few distinct values, some missing, whole-number targets that depend on the features, bootstrap-like counts. */
function problem(seed: number, rows: number) {
  const random = createRandom(seed);
  const columns = [3, 12, 60, 200].map((distinct) =>
    Float32Array.from({ length: rows }, () => (random.next() < 0.1 ? Number.NaN : random.integer(distinct) / 7)),
  );
  const counts = Array.from({ length: rows }, () => random.integer(4));
  const gradients = counts.map((count, row) => {
    const signal = ((columns[1] as Float32Array)[row] as number) > 0.8 ? 20 : 0;
    return count * (signal + (Number.isNaN((columns[3] as Float32Array)[row]) ? 10 : 0) + random.integer(30) - 15);
  });
  return { columns, counts, gradients };
}

function growOne(
  matrix: Matrix,
  gradients: readonly number[],
  counts: readonly number[],
  options: GrowerOptions,
  name: GrowerName = 'wasm',
) {
  expect(canRunKernel()).toBe(true);
  const rows = Int32Array.from({ length: matrix.rows }, (_, row) => row);
  const thresholds = fitThresholds(matrix, rows);
  const builder = new EnsembleBuilder(thresholds);
  const grower = new GROWERS[name](matrix, rows, thresholds, builder, options);
  // The terms of a grower are those of one draw.
  grower.gradients.set(gradients.map((gradient, row) => gradient / Math.max(1, counts[row] as number)));
  grower.hessians.fill(1);
  grower.counts.set(counts);
  grower.quantise(counts.reduce((sum, count) => sum + count, 0));
  grower.grow(createRandom(1));
  return {
    builder,
    score: grower.score,
    leaves: grower.leaves,
    ensemble: new TreeEnsemble(builder.build({ base: 0, scale: 1 })),
  };
}

describe.each(['plain', 'wasm'] as const)('the %s histogram tree is the exact tree on few distinct values', (name) => {
  // 900 rows grow through dense histograms with subtraction, dense ones alone, and sparse ones.
  test.each([
    { seed: 1, rows: 900, minSamplesLeaf: 1, maxDepth: Infinity, hasHessians: false },
    { seed: 2, rows: 900, minSamplesLeaf: 20, maxDepth: Infinity, hasHessians: true },
    { seed: 3, rows: 900, minSamplesLeaf: 5, maxDepth: 4, hasHessians: false },
    { seed: 4, rows: 60, minSamplesLeaf: 1, maxDepth: Infinity, hasHessians: true },
    { seed: 7, rows: 900, minSamplesLeaf: 1, maxDepth: Infinity, hasHessians: false, featuresPerNode: 2 },
    { seed: 8, rows: 900, minSamplesLeaf: 20, maxDepth: Infinity, hasHessians: true, featuresPerNode: 1 },
    { seed: 9, rows: 900, minSamplesLeaf: 3, maxDepth: 6, hasHessians: false, featuresPerNode: 3 },
  ])('seed $seed, $rows rows, leaves of $minSamplesLeaf, depth $maxDepth, of $featuresPerNode features', (given) => {
    const { seed, rows, ...limits } = given;
    const { columns, counts, gradients } = problem(seed, rows);
    const { featuresPerNode } = limits;
    const drawn = featuresPerNode === undefined ? {} : { draw: { featuresPerNode, random: createRandom(1) } };
    const exact = growExactTree({ columns, counts, gradients, ...limits, ...drawn });
    const { ensemble } = growOne(matrixOfColumns(columns), gradients, counts, { ...OPTIONS, ...limits }, name);
    const fresh = matrixOfColumns(problem(seed + 100, 2000).columns);
    for (const matrix of [matrixOfColumns(columns), fresh]) {
      for (let row = 0; row < matrix.rows; row++) {
        const values = readRow(matrix, row);
        expect(ensemble.predictRow(values)).toBe(predictExact(exact, values));
      }
    }
  });
});

test('drawing features goes on past those that cannot split', () => {
  const { columns, counts, gradients } = problem(5, 300);
  const constant = new Float32Array(300).fill(3);
  const matrix = matrixOfColumns([constant, constant, constant, columns[3] as Float32Array]);
  const { ensemble } = growOne(matrix, gradients, counts, { ...OPTIONS, featuresPerNode: 1 });
  const all = growOne(matrix, gradients, counts, OPTIONS);
  expect(ensemble.arrays).toEqual(all.ensemble.arrays);
  expect(new Set(ensemble.arrays.feature)).toEqual(new Set([-1, 3]));
});

test.each(['plain', 'wasm'] as const)('prediction on raw values goes where the binned training went (%s)', (name) => {
  const random = createRandom(9);
  const rows = 3000;
  const matrix = matrixOfColumns(
    [0, 1, 2].map(() =>
      Float32Array.from({ length: rows }, () => (random.next() < 0.05 ? Number.NaN : random.next() ** 3)),
    ),
  );
  const counts = Array.from({ length: rows }, () => random.integer(2));
  const gradients = counts.map((_, row) => (matrix.data[row] as number) * 8 + random.next() || 0);
  const options = { ...OPTIONS, featuresPerNode: 3 };
  const { score, leaves, builder, ensemble } = growOne(matrix, gradients, counts, options, name);
  for (let row = 0; row < rows; row++) {
    expect(ensemble.predictRow(readRow(matrix, row))).toBe(score[row]);
    expect(builder.leafValue(leaves[row] as number)).toBe(score[row]);
  }
});

test.each(['plain', 'wasm'] as const)('with a leaf limit the most useful splits come first (%s)', (name) => {
  const { columns, counts, gradients } = problem(6, 900);
  const matrix = matrixOfColumns(columns);
  const gainOf = (maxLeaves: number) => {
    const { builder, ensemble } = growOne(matrix, gradients, counts, { ...OPTIONS, maxLeaves }, name);
    expect(ensemble.arrays.feature.filter((feature) => feature === -1)).toHaveLength(maxLeaves);
    return builder.gains()[0]?.reduce((sum, gain) => sum + gain, 0) ?? 0;
  };
  const gains = [2, 3, 4, 5, 6, 7, 8].map(gainOf);
  const steps = gains.map((gain, i) => gain - (gains[i - 1] ?? 0));
  expect(Math.min(...steps)).toBeGreaterThan(0);
  // The root's split removes the signal's step, which nothing after it can match.
  expect(Math.max(...steps)).toBe(steps[0]);
});

describe('binning', () => {
  test('each distinct value has a bin of its own when there are at most 255', () => {
    const cuts = findThresholds(Float32Array.from({ length: 510 }, (_, i) => Math.floor(i / 2)));
    expect(cuts).toHaveLength(254);
    expect(cuts[0]).toBe(0.5);
  });

  test('a frequent value does not starve the others', () => {
    const values = Float32Array.from({ length: 20_000 }, (_, i) => (i < 10_000 ? 0 : i)).sort();
    const cuts = findThresholds(values);
    expect(cuts.length).toBeGreaterThan(240);
    const above = values.filter((value) => value > (cuts.at(-1) as number)).length;
    expect(above).toBeLessThan(80);
  });

  test('bins at the ends hold single rows, and grow to the middle', () => {
    const rows = 40_000;
    const cuts = findThresholds(Float32Array.from({ length: rows }, (_, i) => i));
    expect(cuts.length).toBeGreaterThan(250);
    const sizes = [0, ...cuts.map(Math.ceil), rows].flatMap((cut, i, all) => (i === 0 ? [] : cut - (all[i - 1] ?? 0)));
    expect([sizes[0], sizes.at(-1)]).toEqual([1, 1]);
    expect(sizes.filter((size) => size < rows / 1000).length).toBeGreaterThan(30);
    expect(Math.max(...sizes)).toBeLessThan((1.7 * rows) / 255);
  });

  test('neighbouring float32 values are told apart', () => {
    const [a, b] = [1, 1 + 2 ** -23];
    const cuts = findThresholds(Float32Array.of(a, b));
    expect(cuts[0] as number).toBeGreaterThanOrEqual(a);
    expect(cuts[0] as number).toBeLessThan(b);
  });

  test('radix sort is sort', () => {
    const float = fc.float({ noNaN: true });
    fc.assert(
      fc.property(fc.array(float, { maxLength: 300 }), (numbers) => {
        // A view that does not begin where its memory does, with a number behind it that must stay.
        const values = new Float32Array(numbers.length + 2);
        values.set(numbers, 1);
        values[numbers.length + 1] = -9;
        const sorted = Float32Array.from(numbers, (value) => value + 0).sort();
        for (let i = 0; i < values.length; i++) values[i]! += 0;
        radixSort(values.subarray(1), new Float32Array(values.length), numbers.length);
        expect(values.subarray(1, -1)).toEqual(sorted);
        expect(values.at(-1)).toBe(-9);
      }),
    );
  });

  test('the bin of a value says what its thresholds say', () => {
    const float = fc.float({ noNaN: false, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(float, { minLength: 1, maxLength: 700 }), (numbers) => {
        const column = Float32Array.from(numbers);
        const matrix = matrixOfColumns([column]);
        const rows = Int32Array.from(column.keys());
        const thresholds = fitThresholds(matrix, rows);
        const codes = binMatrix(matrix, rows, thresholds).bins[0] as Uint8Array;
        const cuts = thresholds[0] as Float32Array;
        expect(cuts.length).toBeLessThanOrEqual(254);
        for (const [row, value] of column.entries()) {
          const expected = Number.isNaN(value) ? MISSING_BIN : cuts.filter((cut) => value > cut).length;
          expect(codes[row]).toBe(expected);
        }
      }),
      { numRuns: 60 },
    );
  });
});
