/* What one grower works on. An instance of this module serves one ensemble. */
#pragma once
#include "memory.h"

#define BINS 256
#define MISSING_BIN 255
#define NO_MISSING -1

/* The best split of a node so far: feature -1 when there is none. */
typedef struct {
  f64 quality;
  i32 feature, bin, missing_right, unused;
} Best;

/* A node that waits to be split: its rows are rows[start .. end). */
typedef struct {
  i64 packed, hessian;
  i64 *histogram;
  i32 node, depth, start, end;
  Best best;
} Open;

static i32 row_count, feature_count, octets, first_octet, end_octet;
static i32 has_hessian, max_depth, max_leaves, features_per_node;
static f64 min_samples_leaf, l2, min_gain, min_hessian;
static i32 count_bits;

/* Bins of eight features a row: octet o of row r is bins[o * row_count + r]. */
static u64 *bins;
static i32 *bin_counts;

/* Gradient and hessian of one draw of a row, exact and as whole numbers; how often the row was drawn. */
static f64 *gradients, *hessians;
static i64 *unit_gradients, *unit_hessians;
static i32 *counts;

/* By row: sum of its draws, gradient << count_bits | count. In a node's order: the same. */
static i64 *packed, *packed_hessian, *ordered, *ordered_hessian;
static i32 *rows, *right_rows, *features;
static f64 *score;
/* The node that each row ended in. */
static i32 *leaves;

/* The tree that is grown. */
static i32 nodes;
static i16 *node_feature;
static u8 *node_bin, *node_missing_right;
static i32 *node_left;
static f32 *node_value;
static f64 *node_gain;
static f64 shrinkage, leaf_l2, gain_unit;

static Open *frontier;
static i32 open_nodes;

INLINE f64 count_of(i64 sum) { return (f64)(sum & ((1ll << count_bits) - 1)); }
INLINE f64 gradient_of(i64 sum) { return (f64)(sum >> count_bits); }
/* The highest bin on the left of a split and the lowest on its right, missing ones aside. */
typedef struct {
  u32 left, right;
} Gap;

INLINE void note_side(Gap *gap, u32 bin, u32 left) {
  u32 low = left && bin != MISSING_BIN ? bin : 0, high = left ? MISSING_BIN : bin;
  gap->left = low > gap->left ? low : gap->left;
  gap->right = high < gap->right ? high : gap->right;
}

/* A cut lies in the middle of the bins that none of its rows is in, and not at their left end. */
INLINE void centre_cut(Best *split, const Gap *gap) {
  if (gap->right != MISSING_BIN) split->bin = (i32)((gap->left + gap->right - 1) / 2);
}

INLINE u32 bin_of(i32 feature, i32 row) { return ((u8 *)(bins + (u32)(feature >> 3) * row_count + row))[feature & 7]; }
