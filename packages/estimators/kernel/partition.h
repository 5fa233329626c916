/* Parts the rows of a node in two, sixteen at a time. */
#pragma once
#include "histogram.h"

/* For each mask of four lanes, the bytes of those that it keeps. */
static u8 kept_bytes[16][16];

static void list_kept_bytes(void) {
  for (i32 mask = 0; mask < 16; mask++) {
    u8 *to = kept_bytes[mask];
    for (i32 byte = 0; byte < 16; byte++)
      if (mask >> byte / 4 & 1) *to++ = (u8)byte;
  }
}

/* Writes those of four rows that the mask keeps, and as many behind them that do not count; says how many it kept. */
INLINE i32 keep_rows(i32 *to, v128_t four, u32 mask) {
  wasm_v128_store(to, wasm_i8x16_swizzle(four, wasm_v128_load(kept_bytes[mask])));
  return __builtin_popcount(mask);
}

INLINE u32 largest_lane(v128_t lanes) {
  u8 bytes[16];
  u32 most = 0;
  wasm_v128_store(bytes, lanes);
  for (i32 i = 0; i < 16; i++) most = bytes[i] > most ? bytes[i] : most;
  return most;
}

/* Moves the rows whose bins are up to `last` before the others and says where those begin; each side keeps its order. */
static i32 partition(i32 start, i32 end, i32 feature, i32 last, i32 missing_right, Gap *gap) {
  static u8 bins[AHEAD];
  const u8 *column = column_of(&near, feature);
  /* Where missing ones go left, bins are counted from theirs on, which becomes 0. */
  const u32 shift = missing_right == 1 ? 0 : 1;
  const v128_t shifts = wasm_u8x16_splat((u8)shift), cut = wasm_u8x16_splat((u8)((u32)last + shift));
  const v128_t places = wasm_u8x16_const(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  /* The highest bin on the left, and the distance of the lowest on the right from the missing ones'. */
  v128_t highest = wasm_u8x16_splat(0), farthest = highest;
  const v128_t beyond = wasm_v128_load(rows + end);
  i32 middle = start, moved = 0;
  for (i32 i = start; i < end; i += AHEAD) {
    i32 n = end - i < AHEAD ? end - i : AHEAD;
    for (i32 k = 0; k < n; k++) bins[k] = column[(u32)rows[i + k] * 8];
    for (i32 k = 0; k < n; k += 16) {
      v128_t bin = wasm_v128_load(bins + k), shifted = wasm_i8x16_add(bin, shifts);
      v128_t own = wasm_u8x16_lt(places, wasm_u8x16_splat((u8)(n - k)));
      v128_t below = wasm_u8x16_le(shifted, cut);
      v128_t left = wasm_v128_and(own, below), right = wasm_v128_andnot(own, below);
      highest = wasm_u8x16_max(highest, wasm_v128_and(shifted, left));
      farthest = wasm_u8x16_max(farthest, wasm_v128_andnot(right, bin));
      u32 lefts = wasm_i8x16_bitmask(left), rights = wasm_i8x16_bitmask(right);
      for (i32 q = 0; q < 16; q += 4) {
        v128_t four = wasm_v128_load(rows + i + k + q);
        middle += keep_rows(rows + middle, four, lefts >> q & 15);
        moved += keep_rows(right_rows + moved, four, rights >> q & 15);
      }
    }
  }
  __builtin_memcpy(rows + middle, right_rows, (u32)moved * 4);
  wasm_v128_store(rows + end, beyond);
  u32 top = largest_lane(highest);
  *gap = (Gap){top == 0 ? 0 : top - shift, MISSING_BIN - largest_lane(farthest)};
  return middle;
}
