import { columnAfter } from './column.ts';

/** The value `rows` rows earlier: pandas `shift(rows)`. First defined row: `rows`. */
export function lag(x: Float64Array, rows: number): Float64Array {
  const y = columnAfter(rows, x.length);
  y.set(x.subarray(0, Math.max(0, x.length - rows)), Math.min(rows, x.length));
  return y;
}

/** `x[t] - x[t - rows]`: TA-Lib `MOM`, pandas `diff(rows)`. First defined row: `rows`. */
export function change(x: Float64Array, rows: number): Float64Array {
  const y = columnAfter(rows, x.length);
  for (let t = rows; t < x.length; t++) y[t] = x[t]! - x[t - rows]!;
  return y;
}

/** `(x[t] - x[t - rows]) / x[t - rows]`: pandas `pct_change(rows)`; NaN where the earlier value is zero. First defined row: `rows`. */
export function relativeChange(x: Float64Array, rows: number): Float64Array {
  const y = columnAfter(rows, x.length);
  for (let t = rows; t < x.length; t++) {
    const before = x[t - rows]!;
    y[t] = before === 0 ? Number.NaN : (x[t]! - before) / before;
  }
  return y;
}

/**
 * `(x[t] - x[t - rows]) / (x[t] + x[t - rows])` of values that are not negative: a relative change that stays within
 * [-1, 1] and has a value at zero, too: +1 up from zero, 0 where both are zero. First defined row: `rows`.
 */
export function balancedChange(x: Float64Array, rows: number): Float64Array {
  const y = columnAfter(rows, x.length);
  for (let t = rows; t < x.length; t++) {
    const sum = x[t]! + x[t - rows]!;
    y[t] = sum === 0 ? 0 : (x[t]! - x[t - rows]!) / sum;
  }
  return y;
}

/**
 * `ln(x[t] / x[t - rows])`, by `log1p` of the relative change where that is small: the quotient next to one would lose
 * the digits of the change. First defined row: `rows`.
 */
export function logReturn(x: Float64Array, rows: number): Float64Array {
  const y = columnAfter(rows, x.length);
  for (let t = rows; t < x.length; t++) y[t] = logRatio(x[t]!, x[t - rows]!);
  return y;
}

/** `ln(a / b)` of positive numbers, exact to the last digits also where they are nearly equal. */
export function logRatio(a: number, b: number): number {
  const relative = (a - b) / b;
  return relative > -0.5 && relative < 1 ? Math.log1p(relative) : Math.log(a / b);
}
