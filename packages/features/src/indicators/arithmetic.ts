import { column } from './column.ts';

// Row-wise arithmetic on columns, NaN where an operand is. Plain loops: `Float64Array.map` takes several times as long.

/** `a - b`. */
export function difference(a: Float64Array, b: Float64Array): Float64Array {
  const y = column(a.length);
  for (let t = 0; t < y.length; t++) y[t] = a[t]! - b[t]!;
  return y;
}

/** `factor * a / b`. */
export function quotient(a: Float64Array, b: Float64Array, factor = 1): Float64Array {
  const y = column(a.length);
  for (let t = 0; t < y.length; t++) y[t] = (factor * a[t]!) / b[t]!;
  return y;
}

/** `factor * a + b`. */
export function sum(a: Float64Array, factor: number, b: Float64Array): Float64Array {
  const y = column(a.length);
  for (let t = 0; t < y.length; t++) y[t] = factor * a[t]! + b[t]!;
  return y;
}

/** `factor * (a + offset)`. */
export function scaled(a: Float64Array, factor: number, offset = 0): Float64Array {
  const y = column(a.length);
  for (let t = 0; t < y.length; t++) y[t] = factor * (a[t]! + offset);
  return y;
}

/** `sqrt(factor * a)`, 0 where rounding left `a` below zero. */
export function root(a: Float64Array, factor: number): Float64Array {
  const y = column(a.length);
  for (let t = 0; t < y.length; t++) {
    const value = a[t]!;
    y[t] = value < 0 ? 0 : Math.sqrt(factor * value);
  }
  return y;
}

/** `a / base - 1`, without the cancellation of that subtraction; `atZero` where the base is zero. */
export function relativeTo(a: Float64Array, base: Float64Array, atZero = Number.NaN): Float64Array {
  const y = column(a.length);
  for (let t = 0; t < y.length; t++) {
    const b = base[t]!;
    y[t] = b === 0 ? atZero : (a[t]! - b) / b;
  }
  return y;
}

/** Mean of the columns, row by row. */
export function meanOf(...columns: readonly Float64Array[]): Float64Array {
  const [first, ...others] = columns;
  const y = column(first!.length);
  y.set(first!);
  for (const other of others) for (let t = 0; t < y.length; t++) y[t] = y[t]! + other[t]!;
  const count = columns.length;
  for (let t = 0; t < y.length; t++) y[t] = y[t]! / count;
  return y;
}
