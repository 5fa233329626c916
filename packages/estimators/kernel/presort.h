/*
 * Small nodes whose rows are kept in the order of every feature: a node's cuts are found by walking its rows in that
 * order, and its children's orders follow by splitting it in two. Pays where all features are looked at in every node.
 */
#pragma once
#include "scan.h"

#define SUBTREE_ROWS 256

static u8 *local_bins; /* feature f of local row r: local_bins[r * 8 * octets + f] */
static i64 local_packed[SUBTREE_ROWS], local_hessian[SUBTREE_ROWS];

/* bin << 8 | local row, ascending: those of feature f from SUBTREE_ROWS * f on. */
static u16 *sorted;

/* Sorts `n` local rows by each feature, by counting. */
static void presort(i32 n) {
  static u16 starts[BINS];
  const i32 width = 8 * octets;
  for (i32 f = 0; f < feature_count; f++) {
    const u8 *column = local_bins + f;
    u16 *to = sorted + f * SUBTREE_ROWS;
    __builtin_memset(starts, 0, sizeof starts);
    for (i32 r = 0; r < n; r++) starts[column[r * width]]++;
    u32 sum = 0;
    for (i32 b = 0; b < BINS; b++) {
      u32 here = starts[b];
      starts[b] = (u16)sum;
      sum += here;
    }
    for (i32 r = 0; r < n; r++) {
      u32 bin = column[r * width];
      to[starts[bin]++] = (u16)(bin << 8 | (u32)r);
    }
  }
}

/* Cuts between keys[start .. end), `sum` lying left from the start. The last key's cut is looked at too. */
static void scan_keys(i32 feature, const u16 *keys, i32 start, i32 end, i64 sum, i32 missing_right) {
  f64 bar = best.quality * (1 - 0x1p-50);
  for (i32 i = start; i < end; i++) {
    u32 key = keys[i];
    sum += local_packed[key & 255];
    if (i + 1 < end && (key ^ keys[i + 1]) < 256) continue;
    f64 count = count_of(sum), gradient = gradient_of(sum);
    f64 left = count + l2, right = total_count - count + l2, other = total_gradient - gradient;
    if (gradient * gradient * right + other * other * left <= bar * (left * right)) continue;
    consider(feature, (i32)(key >> 8), missing_right, sum, 0, 0);
    bar = best.quality * (1 - 0x1p-50);
  }
}

static void scan_sorted(i32 feature, i32 start, i32 end) {
  const u16 *keys = sorted + feature * SUBTREE_ROWS;
  i32 valued = end;
  i64 missing = 0;
  while (valued > start && keys[valued - 1] >> 8 == MISSING_BIN) missing += local_packed[keys[--valued] & 255];
  scan_keys(feature, keys, start, valued, 0, missing == 0 ? NO_MISSING : 1);
  if (missing != 0) scan_keys(feature, keys, start, valued, missing, 0);
}

/* Splits the order of every feature as the node was split: `goes_left` says 1 or 0 a local row. */
static void partition_sorted(i32 start, i32 end, const u8 *goes_left) {
  static u16 right[SUBTREE_ROWS];
  for (i32 f = 0; f < feature_count; f++) {
    u16 *keys = sorted + f * SUBTREE_ROWS;
    i32 middle = start, moved = 0;
    for (i32 i = start; i < end; i++) {
      u16 key = keys[i];
      u32 left = goes_left[key & 255];
      keys[middle] = key;
      right[moved] = key;
      middle += left;
      moved += 1 - left;
    }
    for (i32 i = 0; i < moved; i++) keys[middle + i] = right[i];
  }
}

/* All cuts of two rows part them alike, so the first feature that tells them apart wins. */
static void scan_two(u32 a, u32 b) {
  const u64 *left = (u64 *)(local_bins + a * 8 * octets), *right = (u64 *)(local_bins + b * 8 * octets);
  for (i32 o = 0; o < octets; o++) {
    u64 difference = left[o] ^ right[o];
    if (difference == 0) continue;
    i32 in_octet = __builtin_ctzll(difference) >> 3;
    u32 bin_a = ((u8 *)(left + o))[in_octet], bin_b = ((u8 *)(right + o))[in_octet];
    u32 low = bin_a < bin_b ? a : b;
    i32 direction = bin_a == MISSING_BIN || bin_b == MISSING_BIN ? 1 : NO_MISSING;
    consider(8 * o + in_octet, bin_a < bin_b ? bin_a : bin_b, direction, local_packed[low], local_hessian[low],
             has_hessian);
    return;
  }
}
