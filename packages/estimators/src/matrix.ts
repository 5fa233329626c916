import { PavioError } from '@pavio/core';

/**
 * A table of float32 numbers, column-major: the cell of row `r` and column `c` is `data[c * rows + r]`. NaN means
 * missing. Columns lie together because every learner here reads one feature of many rows at a time.
 */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** Which rows of a matrix: a half-open range, or row numbers in the order in which they shall be read. */
export type RowSelection = RowRange | Int32Array;

export interface RowRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** A zero matrix, to be filled; over shared memory when `shared`, so that worker threads read it without a copy. */
export function createMatrix(rows: number, columns: number, options: { shared?: boolean } = {}): Matrix {
  const bytes = rows * columns * Float32Array.BYTES_PER_ELEMENT;
  const buffer = options.shared === true ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  return { rows, columns, data: new Float32Array(buffer) };
}

/** A matrix from columns of equal length. @throws PavioError `bad_features` when their lengths differ. */
export function matrixOfColumns(columns: readonly ArrayLike<number>[], options: { shared?: boolean } = {}): Matrix {
  const rows = columns[0]?.length ?? 0;
  const matrix = createMatrix(rows, columns.length, options);
  for (const [c, column] of columns.entries()) {
    if (column.length !== rows) {
      throw new PavioError('bad_features', `Column ${c} has ${column.length} rows, the first column has ${rows}.`);
    }
    matrix.data.set(column, c * rows);
  }
  return matrix;
}

/** One row, copied into `into` (length: `columns`). */
export function readRow(matrix: Matrix, row: number, into = new Float32Array(matrix.columns)): Float32Array {
  for (let c = 0; c < matrix.columns; c++) into[c] = matrix.data[c * matrix.rows + row]!;
  return into;
}

/**
 * Row numbers of a selection; all rows when there is none. @throws PavioError `bad_input` for rows that do not exist.
 */
export function selectRows(rows: number, selection: RowSelection | undefined): Int32Array {
  if (selection instanceof Int32Array) {
    for (const row of selection) {
      if (row < 0 || row >= rows) throw new PavioError('bad_input', `Row ${row} is not one of the ${rows} rows.`);
    }
    return selection;
  }
  const { from, to } = selection ?? { from: 0, to: rows };
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to > rows || from > to) {
    throw new PavioError('bad_input', `The row range [${from}, ${to}) does not lie in the ${rows} rows.`);
  }
  const selected = new Int32Array(to - from);
  for (let i = 0; i < selected.length; i++) selected[i] = from + i;
  return selected;
}

/** @throws PavioError `bad_features` unless the data has `rows * columns` cells. */
export function assertMatrix(matrix: Matrix): void {
  if (matrix.data.length === matrix.rows * matrix.columns) return;
  throw new PavioError(
    'bad_features',
    `A matrix of ${matrix.rows} rows and ${matrix.columns} columns has ${matrix.data.length} cells.`,
  );
}
