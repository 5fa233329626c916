/* Batches of rows through finished trees. */
#pragma once
#include "memory.h"

/*
 * A node in eight bytes: its threshold, and how far its left child lies behind it, the direction of missing values and
 * the feature. A leaf's child is itself, so that rows of unequal depth can walk in step.
 */
typedef struct {
  f32 split;
  u32 link;
} Node;

#define FEATURE_BITS 10
#define LINK_SHIFT (FEATURE_BITS + 1)
#define LANES 8

static Node *walk_nodes;
static f32 *leaf_values, *block_rows;
static f64 *block_sums;
static void *predict_addresses[4];

EXPORT("create_predictor") void **create_predictor(i32 node_total, i32 block, i32 columns) {
  walk_nodes = allocate((u64)node_total * sizeof(Node));
  leaf_values = allocate((u64)node_total * 4);
  block_rows = allocate((u64)block * (u64)columns * 4);
  block_sums = allocate((u64)block * 8);
  void *list[] = {walk_nodes, leaf_values, block_rows, block_sums};
  for (i32 i = 0; i < 4; i++) predict_addresses[i] = list[i];
  return predict_addresses;
}

INLINE u32 step(const Node *node, const f32 *row) {
  f32 value = row[node->link & ((1 << FEATURE_BITS) - 1)];
  u32 right = value > node->split;
  u32 missing_right = (value != value) & (node->link >> FEATURE_BITS & 1);
  return (node->link >> LINK_SHIFT) + (right | missing_right);
}

/* Adds one tree's leaf to the sums of the first `count` rows, a multiple of eight. */
EXPORT("add_tree") void add_tree(i32 root, i32 count, i32 columns) {
  const Node *nodes = walk_nodes + root;
  const f32 *leaves = leaf_values + root;
  for (i32 r = 0; r < count; r += LANES) {
    const f32 *row = block_rows + r * columns;
    u32 at[LANES] = {0};
    u32 moved;
    do {
      moved = 0;
#pragma clang loop unroll(full)
      for (i32 k = 0; k < LANES; k++) {
        u32 by = step(nodes + at[k], row + k * columns);
        at[k] += by;
        moved |= by;
      }
    } while (moved != 0);
#pragma clang loop unroll(full)
    for (i32 k = 0; k < LANES; k++) block_sums[r + k] += leaves[at[k]];
  }
}
