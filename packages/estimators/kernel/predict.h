/* Batches of rows through finished trees. */
#pragma once
#include "memory.h"

/*
 * A node in eight bytes, written by src/tree/wasm-predictor.ts: the key of its threshold, or the bits of a leaf's value; and
 * how many nodes behind it its left child lies, the feature, the direction of missing values. A leaf is its own child, so
 * that rows of unequal depth can walk in step: it asks for the column behind the last one, where no key is greater.
 */
typedef struct {
  i32 key;
  u32 link;
} Node;

#define LINK_SHIFT 12
#define FEATURE_MASK 0xffc

/* Rows that walk in step, so that one waits for its node while others compare. Their cells of a feature lie together. */
#define LANES 8
#define CELL_BYTES (4 * LANES)

/* Rows that come in at once. */
#define CHUNK 512
/* A power of two between columns would give all of them the same few places in the cache. */
#define PITCH (CHUNK + 16)

#define NEVER_GREATER INT32_MIN
#define MISSING INT32_MAX

static i32 tree_count, column_count, with_missing;
static u32 tile_bytes;
static Node *walk_nodes;
static i32 *tree_roots;
/* Column c of a chunk is chunk[c * PITCH ..]. */
static f32 *chunk;
/* A block of rows as keys, in tiles of eight rows. */
static u8 *tiles;
static f64 *block_sums;
static void *predict_addresses[4];

EXPORT("create_predictor") void **create_predictor(i32 node_total, i32 trees, i32 columns, i32 block) {
  tree_count = trees;
  column_count = columns;
  tile_bytes = (u32)(columns + 1) * CELL_BYTES;
  walk_nodes = allocate((u64)node_total * sizeof(Node));
  tree_roots = allocate((u64)trees * 4);
  chunk = allocate((u64)columns * PITCH * 4);
  tiles = allocate((u64)(block / LANES) * tile_bytes);
  block_sums = allocate((u64)block * 8);
  for (i32 t = 0; t < block / LANES; t++) {
    i32 *last = (i32 *)(tiles + (u32)t * tile_bytes + (u32)columns * CELL_BYTES);
    for (i32 k = 0; k < LANES; k++) last[k] = NEVER_GREATER;
  }
  void *list[] = {walk_nodes, tree_roots, chunk, block_sums};
  for (i32 i = 0; i < 4; i++) predict_addresses[i] = list[i];
  return predict_addresses;
}

/*
 * Whole numbers that are ordered as the numbers are, missing ones the greatest. -0 comes below 0, but no threshold lies
 * between: theirs is 0.
 */
INLINE v128_t keys_of(v128_t numbers, v128_t *missing) {
  v128_t is_missing = wasm_f32x4_ne(numbers, numbers);
  v128_t turned = wasm_v128_and(wasm_i32x4_shr(numbers, 31), wasm_i32x4_splat(INT32_MAX));
  *missing = wasm_v128_or(*missing, is_missing);
  return wasm_v128_bitselect(wasm_i32x4_splat(MISSING), wasm_v128_xor(numbers, turned), is_missing);
}

/* Takes the chunk into the block, from row `first` on, a multiple of eight. */
EXPORT("take_chunk") void take_chunk(i32 first, i32 count) {
  v128_t missing = wasm_i32x4_splat(first == 0 ? 0 : with_missing);
  for (i32 r = 0; r < count; r += LANES) {
    const f32 *from = chunk + r;
    v128_t *to = (v128_t *)(tiles + (u32)((first + r) / LANES) * tile_bytes);
    for (i32 c = 0; c < column_count; c++, from += PITCH, to += 2) {
      to[0] = keys_of(wasm_v128_load(from), &missing);
      to[1] = keys_of(wasm_v128_load(from + 4), &missing);
    }
  }
  with_missing = wasm_v128_any_true(missing);
}

/* Left to itself, the compiler merges a shift with the one before it and takes one more instruction for both. */
#define KEEP(number) __asm__("" : "+r"(number))

/* Where a row goes from the node at an address. `moved` is 0 when it stays, in a leaf. */
INLINE u32 step(u32 at, const u8 *tile, i32 lane, u32 *moved, const int missing) {
  const Node *node = (const Node *)at;
  u32 link = node->link, feature = link & FEATURE_MASK, by = link >> LINK_SHIFT;
  KEEP(feature);
  KEEP(by);
  i32 value = ((const i32 *)(tile + (feature << 3)))[lane];
  u32 right = value > node->key;
  /* The lowest bit of a link says whether missing values go right. */
  if (missing) right &= (value != MISSING) | link;
  *moved |= by;
  by += right;
  KEEP(by);
  return at + (by << 3);
}

INLINE void walk(const Node *root, i32 tile_count, const int missing) {
  const u8 *tile = tiles;
  f64 *sums = block_sums;
  for (i32 t = 0; t < tile_count; t++, tile += tile_bytes, sums += LANES) {
    u32 at[LANES], moved;
#pragma clang loop unroll(full)
    for (i32 k = 0; k < LANES; k++) at[k] = (u32)root;
    do {
      moved = 0;
#pragma clang loop unroll(full)
      for (i32 k = 0; k < LANES; k++) at[k] = step(at[k], tile, k, &moved, missing);
    } while (moved != 0);
#pragma clang loop unroll(full)
    for (i32 k = 0; k < LANES; k++) sums[k] += *(const f32 *)at[k];
  }
}

/* Called tree by tree, so that an engine that optimises it meanwhile has soon somewhere to go on with it. */
__attribute__((noinline)) static void add_tree(const Node *root, i32 tile_count) { walk(root, tile_count, 0); }
__attribute__((noinline)) static void add_tree_with_missing(const Node *root, i32 tile_count) { walk(root, tile_count, 1); }

/* Sums up the leaves of the first `count` rows of the block, tree by tree. Rows behind them walk along, to no effect. */
EXPORT("predict_block") void predict_block(i32 count) {
  i32 tile_count = (count + LANES - 1) / LANES;
  for (i32 r = 0; r < tile_count * LANES; r++) block_sums[r] = 0;
  for (i32 t = 0; t < tree_count; t++) {
    const Node *root = walk_nodes + tree_roots[t];
    if (with_missing) add_tree_with_missing(root, tile_count);
    else add_tree(root, tile_count);
  }
}
