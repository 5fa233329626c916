/*
 * Largest and smallest of windows: first of every 2 values, then of every 4, 8 ..., in place; two of these overlap to a
 * window. No branch depends on the values.
 */
#pragma once
#include "columns.h"

INLINE v128_t further(v128_t a, v128_t b, int is_largest) {
  return is_largest ? wasm_f64x2_pmax(a, b) : wasm_f64x2_pmin(a, b);
}

INLINE void extremes(i32 rows, i32 window, int is_largest) {
  f64 *x = first_row(0) - (window - 1);
  i32 span = 1;
  for (; 2 * span <= window; span *= 2)
    for (i32 i = 0; i < rows + window; i += 2)
      wasm_v128_store(x + i, further(wasm_v128_load(x + i), wasm_v128_load(x + i + span), is_largest));
  for (i32 t = 0; t < rows; t += 2) {
    v128_t found = further(wasm_v128_load(x + t), wasm_v128_load(x + t + window - span), is_largest);
    wasm_v128_store(results[0] + t, found);
  }
}

EXPORT("largest") void largest(i32 rows, i32 window) { extremes(rows, window, 1); }
EXPORT("smallest") void smallest(i32 rows, i32 window) { extremes(rows, window, 0); }
