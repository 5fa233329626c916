import { column } from './column.ts';
import { overRows } from './kernel.ts';

// Row-wise arithmetic on columns, NaN where an operand is: `kernel/arithmetic.h`.

/** `a - b`. */
export function difference(a: Float64Array, b: Float64Array): Float64Array {
  const y = column(a.length);
  overRows([a, b], y, (kernel, rows) => kernel.difference(rows));
  return y;
}

/** `factor * a / b`. */
export function quotient(a: Float64Array, b: Float64Array, factor = 1): Float64Array {
  const y = column(a.length);
  overRows([a, b], y, (kernel, rows) => kernel.quotient(rows, factor));
  return y;
}

/** `factor * a + b`. */
export function sum(a: Float64Array, factor: number, b: Float64Array): Float64Array {
  const y = column(a.length);
  overRows([a, b], y, (kernel, rows) => kernel.weighted_sum(rows, factor));
  return y;
}

/** `factor * (a + offset)`. */
export function scaled(a: Float64Array, factor: number, offset = 0): Float64Array {
  const y = column(a.length);
  overRows([a], y, (kernel, rows) => kernel.scaled(rows, factor, offset));
  return y;
}

/** `sqrt(factor * a)`, 0 where rounding left `a` below zero. */
export function root(a: Float64Array, factor: number): Float64Array {
  const y = column(a.length);
  overRows([a], y, (kernel, rows) => kernel.root(rows, factor));
  return y;
}

/** `a / base - 1`, without the cancellation of that subtraction; 0 where both are zero. */
export function relativeTo(a: Float64Array, base: Float64Array): Float64Array {
  const y = column(a.length);
  overRows([a, base], y, (kernel, rows) => kernel.relative_to(rows));
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
