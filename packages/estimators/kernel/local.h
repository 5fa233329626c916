/* Rows of a small subtree, copied to where they stay in the nearest cache and numbered anew. */
#pragma once
#include "scan.h"

#define SUBTREE_ROWS 256

static i32 local_rows[SUBTREE_ROWS];
static i64 local_packed[SUBTREE_ROWS], local_hessian[SUBTREE_ROWS];
/* Feature f of local row r: local_bins[f * SUBTREE_ROWS + r]. */
static u8 *local_bins;

INLINE const u8 *local_column(i32 feature) { return local_bins + feature * SUBTREE_ROWS; }

/* Bins of eight rows and eight features change places. */
static void transpose(const u64 *column, const i32 *from, u8 *to) {
#define ROW(k) wasm_v128_load64_zero(column + from[k])
#define PAIR_ROWS(a, b) wasm_i8x16_shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define LOW_PAIRS(a, b) wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH_PAIRS(a, b) wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define STORE(feature, a, b, order) \
  wasm_v128_store64_lane(to + (feature) * SUBTREE_ROWS, wasm_i32x4_shuffle order, 0); \
  wasm_v128_store64_lane(to + ((feature) + 1) * SUBTREE_ROWS, wasm_i32x4_shuffle order, 1)
  v128_t ab = PAIR_ROWS(ROW(0), ROW(1)), cd = PAIR_ROWS(ROW(2), ROW(3));
  v128_t ef = PAIR_ROWS(ROW(4), ROW(5)), gh = PAIR_ROWS(ROW(6), ROW(7));
  v128_t low_front = LOW_PAIRS(ab, cd), high_front = HIGH_PAIRS(ab, cd);
  v128_t low_back = LOW_PAIRS(ef, gh), high_back = HIGH_PAIRS(ef, gh);
  STORE(0, , , (low_front, low_back, 0, 4, 1, 5));
  STORE(2, , , (low_front, low_back, 2, 6, 3, 7));
  STORE(4, , , (high_front, high_back, 0, 4, 1, 5));
  STORE(6, , , (high_front, high_back, 2, 6, 3, 7));
}

static void copy_rows(i32 start, i32 end) {
  i32 n = end - start;
  for (i32 i = 0; i < n; i++) {
    i32 row = local_rows[i] = rows[start + i];
    local_packed[i] = near.packed[row];
    if (has_hessian) local_hessian[i] = near.hessian[row];
  }
  for (i32 i = n; i & 7; i++) local_rows[i] = local_rows[0];
  for (i32 o = 0; o < octets; o++)
    for (i32 i = 0; i < n; i += 8)
      transpose(octet_of(&near, o), local_rows + i, local_bins + 8 * o * SUBTREE_ROWS + i);
  for (i32 i = 0; i < n; i++) local_rows[i] = name_of(local_rows[i]);
}
