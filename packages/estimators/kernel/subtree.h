/* Subtrees of at most 256 rows, grown on a copy of their rows that stays in the nearest cache. */
#pragma once
#include "few.h"
#include "histogram.h"
#include "leaf.h"
#include "presort.h"
#include "random.h"
#include "scan.h"

static u8 order[SUBTREE_ROWS], order_right[SUBTREE_ROWS];
static i64 cells[2 * BINS];
static u8 goes_left[SUBTREE_ROWS];
static i32 is_presorted;

/* One feature of a small node: only the cells that its rows fell into are read and cleared. */
INLINE void scan_sparse(i32 feature, i32 start, i32 end, int with_hessian) {
  u64 touched[4] = {0, 0, 0, 0};
  const u8 *column = local_column(feature);
  for (i32 i = start; i < end; i++) {
    u32 row = order[i];
    u32 bin = column[row];
    if (with_hessian) {
      cells[2 * bin] += local_packed[row];
      cells[2 * bin + 1] += local_hessian[row];
    } else {
      cells[bin] += local_packed[row];
    }
    touched[bin >> 6] |= 1ull << (bin & 63);
  }
  i64 missing = touched[3] >> 63 ? cells[with_hessian ? 2 * MISSING_BIN : MISSING_BIN] : 0;
  i64 missing_hessian = with_hessian && missing != 0 ? cells[2 * MISSING_BIN + 1] : 0;
  i32 direction = missing == 0 ? NO_MISSING : 1;
  for (int pass = missing == 0 ? 1 : 0; pass < 2; pass++) {
    i64 sum = pass == 1 && missing != 0 ? missing : 0;
    i64 hessian = pass == 1 && missing != 0 ? missing_hessian : 0;
    if (pass == 1 && missing != 0) direction = 0;
    for (i32 word = 0; word < 4; word++) {
      u64 bits = touched[word];
      if (word == 3) bits &= ~(1ull << 63);
      while (bits != 0) {
        i32 bin = word * 64 + __builtin_ctzll(bits);
        bits &= bits - 1;
        if (with_hessian) {
          sum += cells[2 * bin];
          hessian += cells[2 * bin + 1];
        } else {
          sum += cells[bin];
        }
        consider(feature, bin, direction, gradient_of(sum), with_hessian ? (f64)hessian : count_of(sum), count_of(sum));
        if (pass == 1) {
          if (with_hessian) cells[2 * bin] = cells[2 * bin + 1] = 0;
          else cells[bin] = 0;
        }
      }
    }
  }
  if (missing != 0) {
    if (with_hessian) cells[2 * MISSING_BIN] = cells[2 * MISSING_BIN + 1] = 0;
    else cells[MISSING_BIN] = 0;
  }
}

static void scan_local(i32 feature, i32 start, i32 end) {
  if (has_hessian) scan_sparse(feature, start, end, 1);
  else scan_sparse(feature, start, end, 0);
}

/* Draws the next feature of a node; `drawn` have been drawn. */
static i32 draw_feature(i32 drawn) {
  i32 other = drawn + random_integer(feature_count - drawn);
  i32 feature = features[other];
  features[other] = features[drawn];
  features[drawn] = feature;
  return feature;
}

/* Do all rows say the same, so that no split gains anything? Sums divided by their counts are exact. */
static i32 is_pure(i32 start, i32 end) {
  f64 gradient = 0, hessian = 0;
  for (i32 i = start; i < end; i++) {
    i64 sum = local_packed[order[i]];
    f64 count = count_of(sum), own = gradient_of(sum) / count;
    f64 own_hessian = has_hessian ? (f64)local_hessian[order[i]] / count : 0;
    if (i == start) {
      gradient = own;
      hessian = own_hessian;
    }
    if (own != gradient || own_hessian != hessian) return 0;
  }
  return 1;
}

static void evaluate_local(i32 start, i32 end, i64 sum, i64 hessian) {
  begin_scan(sum, hessian);
  i32 n = end - start, is_few = n <= FEW_ROWS, draws = features_per_node != feature_count;
  f64 ceiling = 0x1p1000;
  if (is_pure(start, end)) {
    ceiling = 0;
  } else if (is_few) {
    weigh_ways(order + start, n);
    ceiling = most_worth;
  } else if (is_presorted) {
    centre_rows(order + start, n);
  }
  for (i32 f = 0; f < feature_count; f++) {
    i32 feature = f;
    if (draws) {
      if (f >= features_per_node && best.feature >= 0) return;
      feature = draw_feature(f);
    }
    if (best.quality >= ceiling) {
      if (!draws) return;
      continue;
    }
    if (is_few) scan_few(feature, local_column(feature), order + start, n);
    else if (is_presorted) scan_sorted(feature, start, end);
    else scan_local(feature, start, end);
  }
}

static void close_local(i32 node, i32 start, i32 end) {
  static i32 list[SUBTREE_ROWS];
  for (i32 i = start; i < end; i++) list[i - start] = local_rows[order[i]];
  close_leaf(node, list, end - start);
}

static void open_local(i32 node, i32 depth, i32 start, i32 end, i64 sum, i64 hessian) {
  if (end - start > 1 && is_open(depth, sum)) {
    evaluate_local(start, end, sum, hessian);
    if (best.feature >= 0) {
      frontier[open_nodes++] = (Open){sum, hessian, 0, node, depth, start, end, best};
      return;
    }
  }
  close_local(node, start, end);
}

static i32 partition_local(i32 start, i32 end, Best *split) {
  const u8 *column = local_column(split->feature);
  i32 middle = start, moved = 0;
  u32 cut = (u32)split->bin, missing_left = split->missing_right == 1 ? 0 : 1;
  Gap gap = {0, MISSING_BIN};
  for (i32 i = start; i < end; i++) {
    u32 row = order[i];
    u32 bin = column[row];
    u32 left = bin == MISSING_BIN ? missing_left : bin <= cut;
    note_side(&gap, bin, left);
    goes_left[row] = (u8)left;
    order[middle] = (u8)row;
    order_right[moved] = (u8)row;
    middle += left;
    moved += 1 - left;
  }
  for (i32 i = 0; i < moved; i++) order[middle + i] = order_right[i];
  centre_cut(split, &gap);
  return middle;
}

/* Grows everything below one open node, whose split is known. */
static void grow_subtree(const Open *root) {
  i32 n = root->end - root->start;
  copy_rows(root->start, root->end);
  for (i32 i = 0; i < n; i++) order[i] = (u8)i;
  is_presorted = !has_hessian && l2 == 0 && features_per_node == feature_count;
  if (is_presorted && n > FEW_ROWS) presort(n);
  i32 floor = open_nodes;
  frontier[open_nodes] = *root;
  frontier[open_nodes].start = 0;
  frontier[open_nodes++].end = n;
  while (open_nodes > floor) {
    Open parent = frontier[--open_nodes];
    i32 start = parent.start, end = parent.end, depth = parent.depth + 1;
    i32 middle = partition_local(start, end, &parent.best);
    if (is_presorted && (middle - start > FEW_ROWS || end - middle > FEW_ROWS)) partition_sorted(start, end, goes_left);
    i32 missing_right = parent.best.missing_right;
    if (missing_right == NO_MISSING) missing_right = end - middle > middle - start;
    i32 left = split_leaf(parent.node, &parent.best, node_quality(parent.packed, parent.hessian), missing_right);
    i32 left_is_smaller = middle - start <= end - middle;
    i32 small_start = left_is_smaller ? start : middle, small_end = left_is_smaller ? middle : end;
    i32 large_start = left_is_smaller ? middle : start, large_end = left_is_smaller ? end : middle;
    i64 sum = 0, hessian = 0;
    for (i32 i = small_start; i < small_end; i++) sum += local_packed[order[i]];
    if (has_hessian)
      for (i32 i = small_start; i < small_end; i++) hessian += local_hessian[order[i]];
    open_local(left + !left_is_smaller, depth, small_start, small_end, sum, hessian);
    open_local(left + left_is_smaller, depth, large_start, large_end, parent.packed - sum, parent.hessian - hessian);
  }
}
