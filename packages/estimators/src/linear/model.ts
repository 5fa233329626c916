import type { Matrix } from '../matrix.ts';

/** A linear function of standardised features: `intercept + sum of coefficient * (x - mean) / scale`. */
export interface LinearArrays {
  readonly intercept: number;
  readonly coefficients: Float64Array;
  readonly means: Float64Array;
  readonly scales: Float64Array;
}

/** Missing and infinite values count as the training mean: they add nothing. */
export class LinearFunction {
  readonly arrays: LinearArrays;
  readonly #slopes: Float64Array;

  constructor(arrays: LinearArrays) {
    this.arrays = arrays;
    this.#slopes = arrays.coefficients.map((coefficient, c) => coefficient / arrays.scales[c]!);
  }

  get columns(): number {
    return this.arrays.means.length;
  }

  predictRow(row: Float32Array): number {
    const { intercept, means } = this.arrays;
    let sum = intercept;
    for (let c = 0; c < means.length; c++) sum += term(row[c]!, means[c]!, this.#slopes[c]!);
    return sum;
  }

  /** Values of the rows, in the order of `rows`. The same numbers, bit for bit, as `predictRow` gives. */
  predictRows(matrix: Matrix, rows: Int32Array): Float64Array {
    const { intercept, means } = this.arrays;
    const out = new Float64Array(rows.length).fill(intercept);
    for (let c = 0; c < means.length; c++) {
      const column = matrix.data.subarray(c * matrix.rows, (c + 1) * matrix.rows);
      for (let i = 0; i < rows.length; i++) out[i]! += term(column[rows[i]!]!, means[c]!, this.#slopes[c]!);
    }
    return out;
  }
}

function term(x: number, mean: number, slope: number): number {
  return x - x === 0 ? (x - mean) * slope : 0;
}
