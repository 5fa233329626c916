/* Nodes of the tree that is grown, and what its leaves say. */
#pragma once
#include "state.h"

static i32 add_nodes(i32 count) {
  i32 first = nodes;
  nodes += count;
  for (i32 i = first; i < nodes; i++) {
    node_feature[i] = -1;
    node_bin[i] = node_missing_right[i] = 0;
    node_left[i] = 0;
    node_gain[i] = 0;
  }
  return first;
}

/* Turns a leaf into a split and gives its left child; the right one follows it. */
static i32 split_leaf(i32 node, const Best *split, f64 parent_quality, i32 missing_right) {
  i32 left = add_nodes(2);
  node_feature[node] = (i16)split->feature;
  node_bin[node] = (u8)split->bin;
  node_missing_right[node] = (u8)missing_right;
  node_left[node] = left;
  node_gain[node] = (split->quality - parent_quality) * gain_unit;
  return left;
}

/* Adds a leaf's value to the scores of rows that end in it, and notes where they did. */
static void reach_leaf(i32 node, const i32 *list, i32 n) {
  const f64 value = node_value[node];
  if (score != 0)
    for (i32 i = 0; i < n; i++) score[list[i]] += value;
  if (leaves != 0)
    for (i32 i = 0; i < n; i++) leaves[list[i]] = node;
}

/* Finishes a leaf of the rows `list[0 .. n)`: its value is a step on the exact sums, in the rows' order. */
static void close_leaf(i32 node, const i32 *list, i32 n) {
  f64 gradient = 0, hessian = 0;
  for (i32 i = 0; i < n; i++) {
    i32 row = list[i];
    f64 count = counts[row];
    gradient += count * gradients[row];
    hessian += has_hessian ? count * hessians[row] : count;
  }
  hessian += leaf_l2;
  node_value[node] = (f32)(hessian > 0 ? shrinkage * gradient / hessian : 0);
  reach_leaf(node, list, n);
}

/* Quality of the node itself, unsplit. */
static f64 node_quality(i64 sum, i64 hessian) {
  f64 gradient = gradient_of(sum);
  return gradient * gradient / ((has_hessian ? (f64)hessian : count_of(sum)) + l2);
}

static i32 is_open(i32 depth, i64 sum) {
  return splits_left != 0 && depth < max_depth && count_of(sum) >= 2 * min_samples_leaf;
}
