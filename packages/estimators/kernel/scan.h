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

/* May a node be cut so? */
INLINE i32 is_allowed(f64 left_count, f64 left_hessian) {
  return left_count >= min_samples_leaf && total_count - left_count >= min_samples_leaf && left_hessian >= min_hessian &&
         total_hessian - left_hessian >= min_hessian;
}

/* What a split is worth, given the sums on its left: top / bottom. */
typedef struct {
  f64 top, bottom;
} Quality;

INLINE Quality quality_of(f64 left_gradient, f64 left_hessian) {
  f64 right_gradient = total_gradient - left_gradient;
  f64 left = left_hessian + l2;
  f64 right = total_hessian - left_hessian + l2;
  return (Quality){left_gradient * left_gradient * right + right_gradient * right_gradient * left, left * right};
}

/* Looks at the cut after `bin`, given the sums up to it; returns whether it is the best so far. */
INLINE i32 consider(i32 feature, i32 bin, i32 missing_right, f64 left_gradient, f64 left_hessian, f64 left_count) {
  Quality of = quality_of(left_gradient, left_hessian);
  /* A division only where the cut can win; the factor leaves room for rounding. */
  if (of.top <= best.quality * (1 - 0x1p-50) * of.bottom || !is_allowed(left_count, left_hessian)) return 0;
  f64 quality = of.top / of.bottom;
  if (quality <= best.quality) return 0;
  best = (Best){quality, feature, bin, missing_right, 0};
  return 1;
}

/*
 * Most cuts are told from the best one by less. With G and C the gradient and the count left of a cut, L = C + l2, R =
 * N - C + l2 and S = L + R, the quality is T^2 / S + S (G - L T / S)^2 / (L R), T and N being the node's sums. So a cut
 * can win only if (G - L T / S)^2 is above L R times `bar`. That holds where G is known in units of `bar_unit` and but for an
 * error of `bar_error` of them, as L R is at least half of S.
 */
static f64 bar, bar_unit, bar_error;

static void raise_bar(void) {
  f64 span = total_count + 2 * l2;
  f64 needed = best.quality * (1 - 0x1p-45) - total_gradient * total_gradient / span;
  f64 root = needed > 0 ? __builtin_sqrt(needed / span) / bar_unit - bar_error * __builtin_sqrt(2 / span) : 0;
  bar = root > 0 ? root * root * (1 - 0x1p-18) : -1;
}

static void set_bar(f64 unit, f64 error) {
  bar_unit = unit;
  bar_error = error;
  raise_bar();
}

/* To be called before `scan_sums`: the upper half of a sum says well enough what its gradient is. */
static void begin_sums(void) {
  f64 unit = (f64)(1ll << (32 - count_bits));
  set_bar(unit, 1 + __builtin_fabs(total_gradient) / unit * 0x1p-20);
}

static void consider_sum(i32 feature, i32 bin, i32 missing_right, i64 sum) {
  if (consider(feature, bin, missing_right, gradient_of(sum), count_of(sum), count_of(sum))) raise_bar();
}

/* All cuts of one feature, four at a time; `sum` is what lies left from the start. */
static void scan_sums(i32 feature, const i64 *cells, i32 bin_count, i64 sum, i32 missing_right) {
  const i64 mask = (1ll << count_bits) - 1, most = (i64)(total_count - min_samples_leaf);
  const v128_t counts = wasm_i32x4_splat((i32)mask), zero = wasm_i64x2_splat(0);
  const v128_t mean = wasm_f32x4_splat((f32)(total_gradient / (total_count + 2 * l2) / bar_unit));
  const v128_t penalty = wasm_f32x4_splat((f32)l2), all = wasm_i32x4_splat((i32)total_count);
  v128_t least = wasm_f32x4_splat((f32)bar), carry = wasm_i64x2_splat(sum);
  for (i32 b = 0; b < bin_count; b += 4) {
    v128_t ab = wasm_v128_load(cells + b), cd = wasm_v128_load(cells + b + 2);
    ab = wasm_i64x2_add(wasm_i64x2_add(ab, wasm_i64x2_shuffle(zero, ab, 0, 2)), carry);
    cd = wasm_i64x2_add(wasm_i64x2_add(cd, wasm_i64x2_shuffle(zero, cd, 0, 2)), wasm_i64x2_shuffle(ab, ab, 1, 1));
    carry = wasm_i64x2_shuffle(cd, cd, 1, 1);
    v128_t count = wasm_v128_and(wasm_i32x4_shuffle(ab, cd, 0, 2, 4, 6), counts);
    v128_t left = wasm_f32x4_add(wasm_f32x4_convert_i32x4(count), penalty);
    v128_t right = wasm_f32x4_add(wasm_f32x4_convert_i32x4(wasm_i32x4_sub(all, count)), penalty);
    v128_t above = wasm_f32x4_sub(wasm_f32x4_convert_i32x4(wasm_i32x4_shuffle(ab, cd, 1, 3, 5, 7)),
                                  wasm_f32x4_mul(left, mean));
    v128_t lack =
        wasm_f32x4_sub(wasm_f32x4_mul(wasm_f32x4_mul(left, right), least), wasm_f32x4_mul(above, above));
    u32 wins = wasm_i32x4_bitmask(lack);
    if (wins != 0) {
      if (wins & 1) consider_sum(feature, b, missing_right, wasm_i64x2_extract_lane(ab, 0));
      if (wins & 2 && b + 1 < bin_count) consider_sum(feature, b + 1, missing_right, wasm_i64x2_extract_lane(ab, 1));
      if (wins & 4 && b + 2 < bin_count) consider_sum(feature, b + 2, missing_right, wasm_i64x2_extract_lane(cd, 0));
      if (wins & 8 && b + 3 < bin_count) consider_sum(feature, b + 3, missing_right, wasm_i64x2_extract_lane(cd, 1));
      least = wasm_f32x4_splat((f32)bar);
    }
    if ((wasm_i64x2_extract_lane(carry, 0) & mask) > most) break;
  }
}

static void scan_triples(i32 feature, const i64 *cells, i32 bin_count, i64 sum, i64 hessian, i32 missing_right) {
  for (i32 b = 0; b < bin_count; b++) {
    sum += cells[2 * b];
    hessian += cells[2 * b + 1];
    consider(feature, b, missing_right, gradient_of(sum), (f64)hessian, count_of(sum));
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
    scan_sums(feature, cells, n, 0, missing == 0 ? NO_MISSING : 1);
    if (missing != 0) scan_sums(feature, cells, n, missing, 0);
  }
}
