/* The best split of a node: see src/tree/splitter.ts, which computes the same numbers in the same order. */
#pragma once
#include "state.h"

/* Sums over the node that is scanned, and its best split so far. */
static f64 total_gradient, total_hessian, total_count;
static Best best;

static void begin_scan(i64 sum, i64 hessian) {
  total_gradient = gradient_of(sum);
  total_count = count_of(sum);
  total_hessian = has_hessian ? (f64)hessian : total_count;
  f64 bottom = total_hessian + l2;
  best.quality = total_gradient * total_gradient / bottom + min_gain;
  best.feature = -1;
}

/* Looks at the cut after `bin`, given the sums up to it. */
INLINE void consider(i32 feature, i32 bin, i32 missing_right, i64 sum, i64 hessian_sum, int with_hessian) {
  f64 left_count = count_of(sum);
  if (left_count < min_samples_leaf || total_count - left_count < min_samples_leaf) return;
  f64 left_gradient = gradient_of(sum);
  f64 left_hessian = with_hessian ? (f64)hessian_sum : left_count;
  f64 right_gradient = total_gradient - left_gradient;
  f64 right_hessian = total_hessian - left_hessian;
  if (with_hessian && (left_hessian < min_hessian || right_hessian < min_hessian)) return;
  f64 left = left_hessian + l2;
  f64 right = right_hessian + l2;
  f64 top = left_gradient * left_gradient * right + right_gradient * right_gradient * left;
  f64 bottom = left * right;
  /* A division only where the cut can win; the factor leaves room for rounding. */
  if (top <= best.quality * (1 - 0x1p-50) * bottom) return;
  f64 quality = top / bottom;
  if (quality <= best.quality) return;
  best.quality = quality;
  best.feature = feature;
  best.bin = bin;
  best.missing_right = missing_right;
}

/* All cuts of one feature, two at a time; `sum` is what lies left from the start. */
static void scan_pairs(i32 feature, const i64 *cells, i32 bin_count, i64 sum, i32 missing_right) {
  const v128_t mask = wasm_i64x2_splat((1ll << count_bits) - 1);
  const v128_t magic_count = wasm_i64x2_splat(0x4330000000000000ll); /* 2^52 */
  const v128_t two52 = wasm_f64x2_splat(0x1p52);
  /* Turns a logical shift into an arithmetic one, and a whole number below 2^51 into a double. */
  const v128_t sign = wasm_i64x2_splat(1ll << (63 - count_bits));
  const v128_t magic_gradient = wasm_i64x2_splat(0x4338000000000000ll - (1ll << (63 - count_bits)));
  const v128_t two52and51 = wasm_f64x2_splat(0x1.8p52);
  const v128_t all_gradient = wasm_f64x2_splat(total_gradient);
  const v128_t all_count = wasm_f64x2_splat(total_count);
  const v128_t fewest = wasm_f64x2_splat(min_samples_leaf);
  const v128_t most = wasm_f64x2_splat(total_count - min_samples_leaf);
  const v128_t penalty = wasm_f64x2_splat(l2);
  const v128_t zero = wasm_i64x2_splat(0);
  v128_t bar = wasm_f64x2_splat(best.quality * (1 - 0x1p-50));
  v128_t carry = wasm_i64x2_splat(sum);
  const int shift = count_bits;
  for (i32 b = 0; b < bin_count; b += 2) {
    v128_t cell = wasm_v128_load(cells + b);
    v128_t sums = wasm_i64x2_add(wasm_i64x2_add(cell, wasm_i64x2_shuffle(zero, cell, 0, 2)), carry);
    carry = wasm_i64x2_shuffle(sums, sums, 1, 1);
    v128_t count = wasm_f64x2_sub(wasm_v128_or(wasm_v128_and(sums, mask), magic_count), two52);
    v128_t allowed = wasm_v128_and(wasm_f64x2_ge(count, fewest), wasm_f64x2_le(count, most));
    v128_t gradient =
        wasm_f64x2_sub(wasm_i64x2_add(wasm_v128_xor(wasm_u64x2_shr(sums, shift), sign), magic_gradient), two52and51);
    v128_t other = wasm_f64x2_sub(all_gradient, gradient);
    v128_t left = wasm_f64x2_add(count, penalty);
    v128_t right = wasm_f64x2_add(wasm_f64x2_sub(all_count, count), penalty);
    v128_t top = wasm_f64x2_add(wasm_f64x2_mul(wasm_f64x2_mul(gradient, gradient), right),
                                wasm_f64x2_mul(wasm_f64x2_mul(other, other), left));
    v128_t wins = wasm_f64x2_gt(top, wasm_f64x2_mul(bar, wasm_f64x2_mul(left, right)));
    if (!wasm_v128_any_true(wasm_v128_and(wins, allowed))) continue;
    consider(feature, b, missing_right, wasm_i64x2_extract_lane(sums, 0), 0, 0);
    if (b + 1 < bin_count) consider(feature, b + 1, missing_right, wasm_i64x2_extract_lane(sums, 1), 0, 0);
    bar = wasm_f64x2_splat(best.quality * (1 - 0x1p-50));
  }
}

static void scan_triples(i32 feature, const i64 *cells, i32 bin_count, i64 sum, i64 hessian, i32 missing_right) {
  for (i32 b = 0; b < bin_count; b++) {
    sum += cells[2 * b];
    hessian += cells[2 * b + 1];
    consider(feature, b, missing_right, sum, hessian, 1);
  }
}

/* All cuts of one feature whose histogram is given; missing values to the right first, then to the left. */
static void scan_feature(i32 feature, const i64 *cells) {
  i32 n = bin_counts[feature];
  if (has_hessian) {
    i64 missing = cells[2 * MISSING_BIN];
    i64 missing_hessian = cells[2 * MISSING_BIN + 1];
    scan_triples(feature, cells, n, 0, 0, missing == 0 ? NO_MISSING : 1);
    if (missing != 0) scan_triples(feature, cells, n, missing, missing_hessian, 0);
  } else {
    i64 missing = cells[MISSING_BIN];
    scan_pairs(feature, cells, n, 0, missing == 0 ? NO_MISSING : 1);
    if (missing != 0) scan_pairs(feature, cells, n, missing, 0);
  }
}
