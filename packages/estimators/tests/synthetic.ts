import { createMatrix, type Matrix } from '../src/matrix.ts';
import { createRandom, type Random } from '../src/random.ts';

export interface Synthetic {
  readonly X: Matrix;
  readonly y: Float64Array;
  readonly classes: Float64Array;
}

export function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/**
 * Standard normal features; y is a line in the first two plus an interaction of the next two, plus noise. `missing` of the
 * cells of the last feature are NaN.
 */
export function synthetic(seed: number, rows: number, columns: number, noise = 1, missing = 0): Synthetic {
  const random = createRandom(seed);
  const X = createMatrix(rows, columns);
  for (let i = 0; i < X.data.length; i++) X.data[i] = gauss(random);
  const at = (row: number, column: number) => X.data[column * rows + row] as number;
  const y = Float64Array.from({ length: rows }, (_, row) => {
    const interaction = Math.sign(at(row, 2)) * at(row, 3);
    return at(row, 0) - 0.5 * at(row, 1) + interaction + noise * gauss(random);
  });
  for (let row = 0; row < rows; row++) if (random.next() < missing) X.data[(columns - 1) * rows + row] = Number.NaN;
  return { X, y, classes: y.map((value) => (value > 0 ? 1 : 0)) };
}
