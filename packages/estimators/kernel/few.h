/*
 * Nodes of at most eight rows. A split only says which rows go left, and so few rows leave few ways to part them: what
 * each is worth is computed once, and features are looked at until one of them parts the rows in the best way.
 */
#pragma once
#include "local.h"

#define FEW_ROWS 8

/* Quality of the split whose left rows are the bits of the index; 0 where it is not allowed. */
static f64 worth[1 << FEW_ROWS];
static f64 most_worth;

/* All ways to part the rows `list[0 .. n)` of the node that is scanned. */
static void weigh_ways(const u8 *list, i32 n) {
  static i64 sums[1 << (FEW_ROWS - 1)], hessian_sums[1 << (FEW_ROWS - 1)];
  u32 every = (1u << n) - 1;
  worth[every] = most_worth = 0;
  /* Left and right may change places, so the last row stays right. */
  for (u32 left = 1; left <= every >> 1; left++) {
    u32 without = left & (left - 1), row = list[__builtin_ctz(left)];
    sums[left] = sums[without] + local_packed[row];
    if (has_hessian) hessian_sums[left] = hessian_sums[without] + local_hessian[row];
    f64 count = count_of(sums[left]), curvature = has_hessian ? (f64)hessian_sums[left] : count;
    Quality of = quality_of(gradient_of(sums[left]), curvature);
    f64 quality = is_allowed(count, curvature) ? of.top / of.bottom : 0;
    worth[left] = worth[every ^ left] = quality;
    most_worth = quality > most_worth ? quality : most_worth;
  }
}

/* The ways in which one feature parts the rows; of those that are worth the same, the cut after the lowest bin. */
static void scan_few(i32 feature, const u8 *column, const u8 *list, i32 n) {
  u64 codes = 0;
  for (i32 i = 0; i < n; i++) codes |= (u64)column[list[i]] << 8 * i;
  const v128_t all = wasm_i64x2_splat((i64)codes);
  const u32 every = (1u << n) - 1;
  /* Of rows i and i + 1: the rows whose bins are not above theirs. */
#define UP_TO(i) \
  wasm_i8x16_bitmask(wasm_u8x16_le(all, wasm_i8x16_shuffle(all, all, i, i, i, i, i, i, i, i, i + 1, i + 1, i + 1, \
                                                           i + 1, i + 1, i + 1, i + 1, i + 1)))
  u64 up_to = UP_TO(0);
  if (n > 2) up_to |= (u64)UP_TO(2) << 16;
  if (n > 4) up_to |= (u64)UP_TO(4) << 32;
  if (n > 6) up_to |= (u64)UP_TO(6) << 48;
#undef UP_TO
  u32 missing = wasm_i8x16_bitmask(wasm_i8x16_eq(all, wasm_u8x16_splat(MISSING_BIN))) & every;
  for (i32 missing_right = missing == 0 ? NO_MISSING : 1;; missing_right = 0) {
    for (i32 i = 0; i < n; i++) {
      f64 quality = worth[((u32)(up_to >> 8 * i) & every) | (missing_right == 0 ? missing : 0)];
      if (quality < best.quality) continue;
      i32 bin = (i32)(codes >> 8 * i & 255);
      i32 is_same = quality == best.quality;
      if (is_same && (best.feature != feature || best.missing_right != missing_right || best.bin <= bin)) continue;
      best = (Best){quality, feature, bin, missing_right, 0};
    }
    if (missing_right != 1) return;
  }
}
