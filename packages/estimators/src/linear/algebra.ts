/** Square matrices are row-major `Float64Array`s of `size * size`. */

/** Rows are summed in blocks of this size, so that a block of all columns stays in the processor's cache. */
const BLOCK = 512;

/** Weighted inner products of columns: `out[i * p + j] = sum of w * columns[i] * columns[j]`, symmetric. */
export function gramMatrix(columns: readonly Float64Array[], weight: Float64Array | undefined): Float64Array {
  const p = columns.length;
  const n = columns[0]?.length ?? 0;
  const gram = new Float64Array(p * p);
  const scaled = new Float64Array(BLOCK);
  for (let start = 0; start < n; start += BLOCK) {
    const end = Math.min(n, start + BLOCK);
    for (let i = 0; i < p; i++) {
      const column = columns[i]!;
      for (let r = start; r < end; r++) scaled[r - start] = weight === undefined ? column[r]! : column[r]! * weight[r]!;
      // Four at a time: each scaled value that is read serves four sums.
      let j = i;
      for (; j + 4 <= p; j += 4) addFourProducts(scaled, columns, j, start, end, gram, i * p + j);
      for (; j < p; j++) gram[i * p + j]! += product(scaled, columns[j]!, start, end);
    }
  }
  for (let i = 0; i < p; i++) for (let j = 0; j < i; j++) gram[i * p + j] = gram[j * p + i]!;
  return gram;
}

function addFourProducts(
  scaled: Float64Array,
  columns: readonly Float64Array[],
  first: number,
  start: number,
  end: number,
  into: Float64Array,
  at: number,
): void {
  const a = columns[first]!;
  const b = columns[first + 1]!;
  const c = columns[first + 2]!;
  const d = columns[first + 3]!;
  let sa = 0;
  let sb = 0;
  let sc = 0;
  let sd = 0;
  for (let r = start; r < end; r++) {
    const x = scaled[r - start]!;
    sa += x * a[r]!;
    sb += x * b[r]!;
    sc += x * c[r]!;
    sd += x * d[r]!;
  }
  into[at]! += sa;
  into[at + 1]! += sb;
  into[at + 2]! += sc;
  into[at + 3]! += sd;
}

function product(scaled: Float64Array, column: Float64Array, start: number, end: number): number {
  let sum = 0;
  for (let r = start; r < end; r++) sum += scaled[r - start]! * column[r]!;
  return sum;
}

/** Weighted inner product of each column with `target`. */
export function columnProducts(columns: readonly Float64Array[], target: Float64Array): Float64Array {
  return Float64Array.from(columns, (column) => {
    let sum = 0;
    for (let r = 0; r < target.length; r++) sum += column[r]! * target[r]!;
    return sum;
  });
}

/** The sum of the columns, each times its coefficient. */
export function linearScores(columns: readonly Float64Array[], coefficients: Float64Array): Float64Array {
  const scores = new Float64Array(columns[0]!.length);
  for (const [j, column] of columns.entries()) {
    const b = coefficients[j]!;
    for (let i = 0; i < scores.length; i++) scores[i]! += b * column[i]!;
  }
  return scores;
}

export interface Eigen {
  readonly values: Float64Array;
  /** Eigenvector `k` in column `k`. */
  readonly vectors: Float64Array;
}

/** Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, 4th ed., 8.5). */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const a = matrix.slice();
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  // Each sweep squares the off-diagonal part once it is small; ten are plenty, fifty cannot be reached.
  for (let sweep = 0; sweep < 50 && offDiagonal(a, size) > 0; sweep++) {
    for (let p = 0; p < size - 1; p++) for (let q = p + 1; q < size; q++) rotate(a, v, size, p, q);
  }
  return { values: Float64Array.from({ length: size }, (_, i) => a[i * size + i]!), vectors: v };
}

/** Sum of the squares above the diagonal, 0 when they are below rounding. */
function offDiagonal(a: Float64Array, size: number): number {
  let off = 0;
  let diagonal = 0;
  for (let i = 0; i < size; i++) {
    diagonal += a[i * size + i]! ** 2;
    for (let j = i + 1; j < size; j++) off += a[i * size + j]! ** 2;
  }
  return off > 1e-32 * diagonal ? off : 0;
}

/** Makes `a[p][q]` zero by a rotation of the coordinates p and q. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q]!;
  if (apq === 0) return;
  const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < size; k++) {
    const kp = a[k * size + p]!;
    const kq = a[k * size + q]!;
    a[k * size + p] = c * kp - s * kq;
    a[k * size + q] = s * kp + c * kq;
  }
  for (let k = 0; k < size; k++) {
    const pk = a[p * size + k]!;
    const qk = a[q * size + k]!;
    a[p * size + k] = c * pk - s * qk;
    a[q * size + k] = s * pk + c * qk;
    const vp = v[k * size + p]!;
    const vq = v[k * size + q]!;
    v[k * size + p] = c * vp - s * vq;
    v[k * size + q] = s * vp + c * vq;
  }
}

/**
 * Solution of `matrix * x = right` for a symmetric positive definite matrix; undefined when it is not one (Cholesky).
 */
export function solvePositiveDefinite(matrix: Float64Array, right: Float64Array): Float64Array | undefined {
  const size = right.length;
  const l = matrix.slice();
  for (let j = 0; j < size; j++) {
    for (let k = 0; k < j; k++) {
      const ljk = l[j * size + k]!;
      for (let i = j; i < size; i++) l[i * size + j]! -= l[i * size + k]! * ljk;
    }
    const pivot = l[j * size + j]!;
    if (!(pivot > 0)) return undefined;
    const root = Math.sqrt(pivot);
    for (let i = j; i < size; i++) l[i * size + j]! /= root;
  }
  const x = right.slice();
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i]! -= l[i * size + k]! * x[k]!;
    x[i]! /= l[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= l[k * size + i]! * x[k]!;
    x[i]! /= l[i * size + i]!;
  }
  return x;
}
