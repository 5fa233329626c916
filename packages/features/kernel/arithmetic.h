/* Arithmetic of columns, two rows at a time: see src/indicators/arithmetic.ts and position.ts. */
#pragma once
#include "columns.h"

#define EACH_PAIR(rows, value)                                                                                         \
  for (i32 t = 0; t < rows; t += 2) {                                                                                  \
    v128_t a = wasm_v128_load(first_row(0) + t);                                                                       \
    v128_t b = wasm_v128_load(first_row(1) + t);                                                                       \
    v128_t c = wasm_v128_load(first_row(2) + t);                                                                       \
    (void)b, (void)c;                                                                                                  \
    wasm_v128_store(results[0] + t, value);                                                                            \
  }

INLINE v128_t where_zero(v128_t x, f64 instead, v128_t otherwise) {
  return wasm_v128_bitselect(wasm_f64x2_splat(instead), otherwise, wasm_f64x2_eq(x, wasm_f64x2_splat(0)));
}

EXPORT("difference") void difference(i32 rows) { EACH_PAIR(rows, wasm_f64x2_sub(a, b)) }

EXPORT("quotient") void quotient(i32 rows, f64 factor) {
  const v128_t f = wasm_f64x2_splat(factor);
  EACH_PAIR(rows, wasm_f64x2_div(wasm_f64x2_mul(f, a), b))
}

EXPORT("weighted_sum") void weighted_sum(i32 rows, f64 factor) {
  const v128_t f = wasm_f64x2_splat(factor);
  EACH_PAIR(rows, wasm_f64x2_add(wasm_f64x2_mul(f, a), b))
}

EXPORT("scaled") void scaled(i32 rows, f64 factor, f64 offset) {
  const v128_t f = wasm_f64x2_splat(factor), o = wasm_f64x2_splat(offset);
  EACH_PAIR(rows, wasm_f64x2_mul(f, wasm_f64x2_add(a, o)))
}

EXPORT("root") void root(i32 rows, f64 factor) {
  const v128_t f = wasm_f64x2_splat(factor), zero = wasm_f64x2_splat(0);
  EACH_PAIR(rows, wasm_f64x2_sqrt(wasm_f64x2_mul(f, wasm_f64x2_pmax(a, zero))))
}

EXPORT("relative_to") void relative_to(i32 rows) {
  EACH_PAIR(rows, wasm_f64x2_div(wasm_f64x2_sub(a, b), where_zero(b, 1, b)))
}

EXPORT("position_between") void position_between(i32 rows, f64 neutral) {
  EACH_PAIR(rows, where_zero(wasm_f64x2_sub(c, b), neutral, wasm_f64x2_div(wasm_f64x2_sub(a, b), wasm_f64x2_sub(c, b))))
}
