/*
 * Small nodes whose rows are kept in the order of every feature: a node's cuts are found by walking its rows in that
 * order, and its children's orders follow by splitting it in two. Pays where all features are looked at in every node; for
 * forests, whose leaves have no penalty.
 */
#pragma once
#include "local.h"

/* Local rows by ascending bin: those of feature f from SUBTREE_ROWS * f on. */
static u8 *sorted;
/* Gradient and count of each local row, gradients being what is above the node's mean, cut to a whole number. */
static v128_t centred[SUBTREE_ROWS];

/* Each count becomes the sum of those before it. Sums are below 256, but those that no row is found by. */
static void sum_counts(u8 *counts) {
  const v128_t zero = wasm_u8x16_splat(0);
  v128_t carry = zero;
  for (i32 b = 0; b < BINS; b += 16) {
    v128_t own = wasm_v128_load(counts + b), sum = own;
    sum = wasm_i8x16_add(sum, wasm_i8x16_shuffle(zero, sum, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30));
    sum = wasm_i8x16_add(sum, wasm_i8x16_shuffle(zero, sum, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29));
    sum = wasm_i8x16_add(sum, wasm_i8x16_shuffle(zero, sum, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27));
    sum = wasm_i8x16_add(sum, wasm_i8x16_shuffle(zero, sum, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23));
    sum = wasm_i8x16_add(sum, carry);
    wasm_v128_store(counts + b, wasm_i8x16_sub(sum, own));
    carry = wasm_i8x16_swizzle(sum, wasm_u8x16_splat(15));
  }
}

/* Sorts `n` local rows by each feature, by counting. */
static void presort(i32 n) {
  static u8 places[BINS];
  for (i32 f = 0; f < feature_count; f++) {
    const u8 *column = local_column(f);
    u8 *to = sorted + f * SUBTREE_ROWS;
    for (i32 b = 0; b < BINS; b += 16) wasm_v128_store(places + b, wasm_u8x16_splat(0));
    for (i32 r = 0; r < n; r++) places[column[r]]++;
    sum_counts(places);
    for (i32 r = 0; r < n; r++) to[places[column[r]]++] = (u8)r;
  }
}

/* The node's mean, cut to a whole number. */
static i64 mean_gradient;

static void centre_rows(const u8 *list, i32 n) {
  mean_gradient = (i64)(total_gradient / total_count);
  for (i32 i = 0; i < n; i++) {
    i64 sum = local_packed[list[i]];
    f64 count = count_of(sum);
    centred[list[i]] = wasm_f64x2_make(gradient_of(sum) - (f64)mean_gradient * count, count);
  }
  /* What was cut from the mean is missing from each draw. */
  set_bar(1, total_count);
}

/* Looks at the cut after keys[i] on the exact sums that lie left of it. */
static void consider_key(i32 feature, const u8 *keys, i32 i, i32 end, v128_t left, i32 missing_right) {
  const u8 *column = local_column(feature);
  u32 bin = column[keys[i]];
  if (i + 1 < end && column[keys[i + 1]] == bin) return;
  f64 count = wasm_f64x2_extract_lane(left, 1);
  f64 gradient = wasm_f64x2_extract_lane(left, 0) + (f64)mean_gradient * count;
  if (consider(feature, (i32)bin, missing_right, gradient, count, count)) raise_bar();
}

/* The cuts after keys[start .. last), two at a time, `left` lying left from the start. */
static void scan_keys(i32 feature, const u8 *keys, i32 start, i32 last, i32 end, v128_t left, i32 missing_right) {
  const v128_t all = wasm_f64x2_make(0, total_count);
  v128_t least = wasm_f64x2_splat(bar);
  for (i32 i = start; i < last; i += 2) {
    v128_t one = centred[keys[i]], two = wasm_f64x2_add(one, centred[keys[i + 1]]);
    v128_t first = wasm_f64x2_add(left, one);
    left = wasm_f64x2_add(left, two);
    /* -G^2 and C (N - C). */
    v128_t a = wasm_f64x2_mul(first, wasm_f64x2_sub(all, first)), b = wasm_f64x2_mul(left, wasm_f64x2_sub(all, left));
    v128_t lack = wasm_f64x2_add(wasm_i64x2_shuffle(a, b, 0, 2), wasm_f64x2_mul(least, wasm_i64x2_shuffle(a, b, 1, 3)));
    u32 wins = wasm_i64x2_bitmask(lack);
    if (wins == 0) continue;
    if (wins & 1) consider_key(feature, keys, i, end, first, missing_right);
    if (wins & 2 && i + 1 < last) consider_key(feature, keys, i + 1, end, left, missing_right);
    least = wasm_f64x2_splat(bar);
  }
}

static void scan_sorted(i32 feature, i32 start, i32 end) {
  const u8 *keys = sorted + feature * SUBTREE_ROWS, *column = local_column(feature);
  i32 valued = end;
  v128_t missing = wasm_f64x2_splat(0);
  while (valued > start && column[keys[valued - 1]] == MISSING_BIN)
    missing = wasm_f64x2_add(missing, centred[keys[--valued]]);
  if (valued == end) {
    scan_keys(feature, keys, start, end - 1, end, wasm_f64x2_splat(0), NO_MISSING);
    return;
  }
  scan_keys(feature, keys, start, valued, valued, wasm_f64x2_splat(0), 1);
  scan_keys(feature, keys, start, valued - 1, valued, missing, 0);
}

/* Splits the order of every feature as the node was split: `goes_left` says 1 or 0 a local row. */
static void partition_sorted(i32 start, i32 end, const u8 *goes_left) {
  static u8 right[SUBTREE_ROWS];
  for (i32 f = 0; f < feature_count; f++) {
    u8 *keys = sorted + f * SUBTREE_ROWS;
    i32 middle = start, moved = 0;
    for (i32 i = start; i < end; i++) {
      u8 key = keys[i];
      u32 left = goes_left[key];
      keys[middle] = key;
      right[moved] = key;
      middle += left;
      moved += 1 - left;
    }
    /* Sixteen at a time; what then lies beyond the end is put back. */
    v128_t beyond = wasm_v128_load(keys + end);
    for (i32 i = 0; i < moved; i += 16) wasm_v128_store(keys + middle + i, wasm_v128_load(right + i));
    wasm_v128_store(keys + end, beyond);
  }
}
