import { createMatrix, type Matrix } from '../matrix.ts';

/** The chosen rows alone, in their order: a copy, whose columns may be changed. */
export function copyRows(matrix: Matrix, rows: Int32Array): Matrix {
  const copy = createMatrix(rows.length, matrix.columns);
  for (let c = 0; c < matrix.columns; c++) {
    const from = c * matrix.rows;
    const to = c * rows.length;
    for (let i = 0; i < rows.length; i++) copy.data[to + i] = matrix.data[from + rows[i]!]!;
  }
  return copy;
}
