import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { createMatrix, type Matrix, readRow } from '../src/matrix.ts';
import { createRandom, type Random } from '../src/random.ts';
import { predictShared } from '../src/trainer/shared-prediction.ts';
import { WorkerPool } from '../src/trainer/worker-pool.ts';
import { type TreeArrays, TreeEnsemble } from '../src/tree/ensemble.ts';
import { fitsPredictor, sumLeaves } from '../src/tree/wasm-predictor.ts';
import { gauss } from './synthetic.ts';

/** Numbers that are easily put on the wrong side, as cells and as thresholds alike, so that many are equal. */
const HARD = [0, -0, 1, -1, 1e-45, -1e-45, 3.4e38, -3.4e38, Infinity];

function hardNumber(random: Random): number {
  return random.next() < 0.5 ? HARD[random.integer(HARD.length)]! : Math.fround(Math.round(gauss(random) * 4) / 4);
}

interface Shape {
  readonly columns: number;
  readonly trees: number;
  /** Of each tree, at most. */
  readonly nodes: number;
}

/** Trees of any form: bushes and vines, lone leaves, children near and far. */
function randomTrees(random: Random, { columns, trees, nodes }: Shape): TreeArrays {
  const all: { feature: number; split: number; left: number; missingRight: number }[] = [];
  const addLeaves = (count: number) => {
    for (let i = 0; i < count; i++)
      all.push({ feature: -1, split: Math.fround(gauss(random)), left: 0, missingRight: 0 });
    return all.length - count;
  };
  const roots = Array.from({ length: trees }, () => {
    const root = addLeaves(1);
    const open = [root];
    const end = root + random.integer(nodes);
    while (all.length + 2 <= end) {
      // Mostly the newest leaf, which makes trees deep.
      const place = random.next() < 0.7 ? open.length - 1 : random.integer(open.length);
      const [node] = open.splice(place, 1) as [number];
      const left = addLeaves(2);
      all[node] = {
        feature: random.integer(columns),
        split: hardNumber(random),
        left,
        missingRight: random.integer(2),
      };
      open.push(left, left + 1);
    }
    return root;
  });
  return {
    columns,
    base: gauss(random),
    scale: random.next(),
    roots: Int32Array.from(roots),
    feature: Int16Array.from(all, ({ feature }) => feature),
    split: Float32Array.from(all, ({ split }) => split),
    left: Int32Array.from(all, ({ left }) => left),
    missingRight: Uint8Array.from(all, ({ missingRight }) => missingRight),
  };
}

/** @param missing share of cells that are missing */
function randomMatrix(random: Random, rows: number, columns: number, missing: number): Matrix {
  const X = createMatrix(rows, columns);
  for (let i = 0; i < X.data.length; i++) {
    const isMissing = random.next() < missing;
    X.data[i] = isMissing ? Number.NaN : random.next() < 0.1 ? -Infinity : hardNumber(random);
  }
  return X;
}

/** Row by row, in plain TypeScript. */
function plainSums(arrays: TreeArrays, X: Matrix, rows: Int32Array): Float64Array {
  const ensemble = new TreeEnsemble({ ...arrays, base: 0, scale: 1 });
  return Float64Array.from(rows, (row) => ensemble.predictRow(readRow(X, row)));
}

const shapes = fc.record({
  seed: fc.nat(),
  rows: fc.integer({ min: 1, max: 1000 }),
  columns: fc.integer({ min: 1, max: 70 }),
  trees: fc.integer({ min: 0, max: 12 }),
  nodes: fc.constantFrom(1, 4, 60, 3000),
  missing: fc.constantFrom(0, 0.001, 0.3, 1),
});

/** A run of rows, or any rows in any order, some of them twice. */
function someRows(random: Random, X: Matrix): Int32Array {
  const first = random.integer(X.rows);
  if (random.next() < 0.5) return Int32Array.from({ length: X.rows - first }, (_, i) => first + i);
  return Int32Array.from({ length: X.rows }, () => random.integer(X.rows));
}

describe('a batch gives the bits of single rows', () => {
  test('whatever the trees, the numbers, and the size of the batch', () => {
    fc.assert(
      fc.property(shapes, ({ seed, rows: height, missing, ...shape }) => {
        const random = createRandom(seed);
        const arrays = randomTrees(random, shape);
        const X = randomMatrix(random, height, shape.columns, missing);
        const rows = someRows(random, X);
        expect(fitsPredictor(arrays)).toBe(true);
        const sums = sumLeaves(arrays, X, rows);
        expect(sums).toEqual(plainSums(arrays, X, rows));
        const { base, scale } = arrays;
        expect(new TreeEnsemble(arrays).predictRows(X, rows)).toEqual(sums.map((sum) => base + scale * sum));
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    { rows: 512, nodes: 40, missing: [509, 512] },
    { rows: 513, nodes: 40, missing: [512, 513] },
    { rows: 2049, nodes: 40, missing: [2045, 2049] },
    { rows: 2049, nodes: 40, missing: [500, 503] },
    { rows: 2049, nodes: 40, missing: [600, 603] },
    // Blocks of as many rows as a tree has nodes.
    { rows: 5000, nodes: 4000, missing: [1000, 1001] },
  ] as const)('$rows rows, of which some have missing values: from $missing.0 to $missing.1', (given) => {
    const { rows, nodes, missing } = given;
    const random = createRandom(rows);
    const arrays = randomTrees(random, { columns: 5, trees: 3, nodes });
    const X = randomMatrix(random, rows, 5, 0);
    for (let c = 0; c < 5; c++) X.data.fill(Number.NaN, c * rows + missing[0], c * rows + missing[1]);
    const all = Int32Array.from({ length: rows }, (_, row) => row);
    expect(sumLeaves(arrays, X, all)).toEqual(plainSums(arrays, X, all));
  });

  const pool = new WorkerPool(3, new URL('../src/trainer/worker.ts', import.meta.url));
  afterAll(() => pool.close());

  test.each([1, 2, 3, 5, 1000])('in %d parts, on three threads', async (parts) => {
    const random = createRandom(parts);
    const trees = randomTrees(random, { columns: 8, trees: 30, nodes: 200 });
    const X = randomMatrix(random, 900, 8, 0.1);
    const predictRows = someRows(random, X).slice(0, 700);
    const train = { from: 0, to: 900 };
    const job = { name: 'regressor_rf', seed: 1, X, y: new Float64Array(900), train, predictRows } as const;
    const ensemble = new TreeEnsemble(trees);
    const expected = Float64Array.from(predictRows, (row) => ensemble.predictRow(readRow(X, row)));
    expect(await predictShared(job, trees, parts, (task) => pool.run(task))).toEqual(expected);
    const classes = await predictShared({ ...job, name: 'classifier_rf' }, trees, parts, (task) => pool.run(task));
    expect(classes).toEqual(expected.map((value) => Math.min(1, Math.max(0, value))));
  });
});

describe('what the compiled predictor can hold', () => {
  const X: Matrix = { rows: 3, columns: 1, data: Float32Array.of(-1, 1, Number.NaN) };
  const rows = Int32Array.of(0, 1, 2);

  /** A root, and its children so many nodes behind it. */
  function farChildren(distance: number): TreeArrays {
    const feature = new Int16Array(distance + 2).fill(-1);
    const left = new Int32Array(feature.length);
    const split = new Float32Array(feature.length);
    feature[0] = 0;
    left[0] = distance;
    split.set([-2, 3], distance);
    return {
      columns: 1,
      base: 0,
      scale: 1,
      roots: Int32Array.of(0),
      feature,
      split,
      left,
      missingRight: new Uint8Array(feature.length).fill(1),
    };
  }

  test('children up to 2 ** 20 - 1 nodes behind', () => {
    expect(sumLeaves(farChildren(2 ** 20 - 1), X, rows)).toEqual(Float64Array.of(-2, 3, 3));
    expect(fitsPredictor(farChildren(2 ** 20 - 1))).toBe(true);
    expect(fitsPredictor(farChildren(2 ** 20))).toBe(false);
  });

  test('1023 columns', () => {
    const lastOf = (columns: number) => ({ ...farChildren(1), columns, feature: Int16Array.of(columns - 1, -1, -1) });
    const wide = createMatrix(3, 1023);
    wide.data.set(X.data, 3 * 1022);
    expect(fitsPredictor(lastOf(1023))).toBe(true);
    expect(sumLeaves(lastOf(1023), wide, rows)).toEqual(Float64Array.of(-2, 3, 3));
    expect(fitsPredictor(lastOf(1024))).toBe(false);
  });
});
