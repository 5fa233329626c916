import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Matrix, matrixOfColumns, readRow } from '../src/matrix.ts';
import { createRandom } from '../src/random.ts';
import { binMatrix, findThresholds, MISSING_BIN } from '../src/tree/binning.ts';
import { EnsembleBuilder } from '../src/tree/builder.ts';
import { TreeEnsemble } from '../src/tree/ensemble.ts';
import { type GrowerOptions, TreeGrower } from '../src/tree/grower.ts';
import { radixSort } from '../src/tree/radix-sort.ts';
import { growExactTree, predictExact } from './exact-tree.ts';

const OPTIONS: GrowerOptions = {
  maxDepth: Infinity,
  maxLeaves: Infinity,
  minSamplesLeaf: 1,
  l2: 0,
  minGain: 0,
  featuresPerNode: 4,
  shrinkage: 1,
};

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
  withHessians = false,
) {
  const binned = binMatrix(
    matrix,
    Int32Array.from({ length: matrix.rows }, (_, row) => row),
  );
  const builder = new EnsembleBuilder(binned);
  const terms = {
    gradients: Float64Array.from(gradients),
    hessians: withHessians ? Float64Array.from(counts) : undefined,
    counts: Float64Array.from(counts),
  };
  const grower = new TreeGrower(binned, terms, builder, options);
  let drawn = 0;
  for (const [row, count] of counts.entries()) if (count > 0) grower.rows[drawn++] = row;
  const leaves = grower.grow(drawn, createRandom(1));
  return { builder, leaves, grower, ensemble: new TreeEnsemble(builder.build({ base: 0, scale: 1 })) };
}

describe('the histogram tree is the exact tree on few distinct values', () => {
  // 900 rows grow through dense histograms with subtraction, dense ones alone, and sparse ones.
  test.each([
    { seed: 1, rows: 900, minSamplesLeaf: 1, maxDepth: Infinity, withHessians: false },
    { seed: 2, rows: 900, minSamplesLeaf: 20, maxDepth: Infinity, withHessians: true },
    { seed: 3, rows: 900, minSamplesLeaf: 5, maxDepth: 4, withHessians: false },
    { seed: 4, rows: 60, minSamplesLeaf: 1, maxDepth: Infinity, withHessians: true },
  ])(
    'seed $seed, $rows rows, leaves of $minSamplesLeaf, depth $maxDepth',
    ({ seed, rows, withHessians, ...limits }) => {
      const { columns, counts, gradients } = problem(seed, rows);
      const exact = growExactTree({ columns, counts, gradients, ...limits });
      const { ensemble } = growOne(
        matrixOfColumns(columns),
        gradients,
        counts,
        { ...OPTIONS, ...limits },
        withHessians,
      );
      const fresh = matrixOfColumns(problem(seed + 100, 2000).columns);
      for (const matrix of [matrixOfColumns(columns), fresh]) {
        for (let row = 0; row < matrix.rows; row++) {
          const values = readRow(matrix, row);
          expect(ensemble.predictRow(values)).toBe(predictExact(exact, values));
        }
      }
    },
  );
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

test('prediction on raw values goes where the binned training went', () => {
  const random = createRandom(9);
  const rows = 3000;
  const matrix = matrixOfColumns(
    [0, 1, 2].map(() =>
      Float32Array.from({ length: rows }, () => (random.next() < 0.05 ? Number.NaN : random.next() ** 3)),
    ),
  );
  const counts = Array.from({ length: rows }, () => 1);
  const gradients = counts.map((_, row) => (matrix.data[row] as number) * 8 + random.next() || 0);
  const { builder, leaves, grower, ensemble } = growOne(matrix, gradients, counts, { ...OPTIONS, featuresPerNode: 3 });
  for (const { start, end, value } of leaves) {
    for (const row of grower.rows.subarray(start, end)) {
      expect(ensemble.predictRow(readRow(matrix, row))).toBe(value);
      expect(builder.predictBinned(0, row)).toBe(value);
    }
  }
});

test('with a leaf limit the most useful splits come first', () => {
  const { columns, counts, gradients } = problem(6, 900);
  const matrix = matrixOfColumns(columns);
  const gainOf = (maxLeaves: number) => {
    const { builder, leaves } = growOne(matrix, gradients, counts, { ...OPTIONS, maxLeaves });
    expect(leaves).toHaveLength(maxLeaves);
    return builder.gains().reduce((sum, gain) => sum + gain, 0);
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
    expect(cuts).toHaveLength(254);
    const above = values.filter((value) => value > (cuts.at(-1) as number)).length;
    expect(above).toBeLessThan(80);
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
        const { bins, thresholds } = binMatrix(matrixOfColumns([column]), Int32Array.from(column.keys()));
        const [cuts, codes] = [thresholds[0] as Float32Array, bins[0] as Uint8Array];
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
