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

static i32 *bin_counts;

/* Gradient and hessian of one draw of a row, exact and as whole numbers; how often the row was drawn. */
static f64 *gradients, *hessians;
static i64 *unit_gradients, *unit_hessians;
static i32 *counts;

/*
 * Rows by number: all of them, or for a while a copy of some of them (see block.h). Octet o, the bins of eight features, of
 * row r is bins[o * stride + r]; packed is the sum of its draws, gradient << count_bits | count.
 */
typedef struct {
  u64 *bins;
  i32 stride;
  i64 *packed, *hessian;
  /* The number that each has among all rows; 0 where it is its own. */
  i32 *names;
} Rows;

static Rows all, near;

/* Sums of the current node's rows, in its order. */
static i64 *ordered, *ordered_hessian;
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

/* Where leaves are limited, so many nodes may still be split after the one that is being split; else not 0. */
static i32 splits_left;

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

INLINE const u64 *octet_of(const Rows *of, i32 octet) { return of->bins + (u32)octet * of->stride; }
/* The bin of row r is at 8 * r. */
INLINE u8 *column_of(const Rows *of, i32 feature) {
  return (u8 *)octet_of(of, feature >> 3) + (feature & 7);
}
INLINE i32 name_of(i32 row) { return near.names == 0 ? row : near.names[row]; }
