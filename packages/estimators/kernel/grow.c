/* Grows histogram trees. src/tree/plain-grower.ts is the same in TypeScript, and gives the same bits. */
#include "block.h"
#include "histogram.h"
#include "leaf.h"
#include "partition.h"
#include "predict.h"
#include "random.h"
#include "scan.h"
#include "subtree.h"

/* The best splits of two nodes over the features of all instances that grow this tree together. */
__attribute__((import_module("pavio"), import_name("exchange"))) extern void exchange(Best *two);

static i32 shared;
static i64 *scratch;

static void scan_drawn(i32 start, i32 end) {
  i32 width = BINS * stride();
  for (i32 drawn = 0; drawn < feature_count && (drawn < features_per_node || best.feature < 0); drawn++) {
    i32 feature = draw_feature(drawn);
    const u8 *column = column_of(&near, feature);
    clear(scratch, width);
    if (has_hessian) {
      for (i32 i = start; i < end; i++) {
        i64 *cell = scratch + 2 * column[(u32)rows[i] * 8];
        add_pair(cell, wasm_i64x2_make(ordered[i], ordered_hessian[i]));
      }
    } else {
      for (i32 i = start; i < end; i++) scratch[column[(u32)rows[i] * 8]] += ordered[i];
    }
    scan_feature(feature, scratch);
  }
}

/* The best split of a node whose rows are the current ones, or whose histogram is given. */
static Best find_split(i32 depth, i32 start, i32 end, i64 sum, i64 hessian, i64 **histogram) {
  Best none = {0, -1, 0, 0, 0};
  if (end - start < 2 || !is_open(depth, sum)) return none;
  begin_scan(sum, hessian);
  if (!has_hessian) begin_sums();
  if (features_per_node != feature_count) {
    scan_drawn(start, end);
  } else {
    if (*histogram == 0) build_histogram(*histogram = take_histogram(), 0, start, end);
    scan_histogram(*histogram);
  }
  return best;
}

static void open_node(i32 node, i32 depth, i32 start, i32 end, i64 sum, i64 hessian, i64 *histogram, const Best *split) {
  if (split->feature < 0) {
    release_histogram(histogram);
    for (i32 i = start; i < end; i++) rows[i] = name_of(rows[i]);
    close_leaf(node, rows + start, end - start);
    return;
  }
  frontier[open_nodes++] = (Open){sum, hessian, histogram, node, depth, start, end, *split};
}

static void split_node(Open *parent) {
  i32 start = parent->start, end = parent->end, depth = parent->depth + 1;
  Best *split = &parent->best;
  Gap gap;
  i32 middle = partition(start, end, split->feature, split->bin, split->missing_right, &gap);
  centre_cut(split, &gap);
  /* Where no value was missing there was no direction to learn: missing ones then follow the larger side. */
  i32 missing_right = split->missing_right;
  if (missing_right == NO_MISSING) missing_right = end - middle > middle - start;
  i32 left = split_leaf(parent->node, split, node_quality(parent->packed, parent->hessian), missing_right);
  i32 left_is_smaller = middle - start <= end - middle;
  i32 small_start = left_is_smaller ? start : middle, small_end = left_is_smaller ? middle : end;
  i32 large_start = left_is_smaller ? middle : start, large_end = left_is_smaller ? end : middle;
  i64 sum, hessian;
  select_rows(small_start, small_end, &sum, &hessian);
  i64 large_sum = parent->packed - sum, large_hessian = parent->hessian - hessian;
  i64 *small_histogram = 0, *large_histogram = 0;
  if (parent->histogram != 0) {
    if (is_open(depth, large_sum)) {
      build_histogram(small_histogram = take_histogram(), parent->histogram, small_start, small_end);
      large_histogram = parent->histogram;
    } else {
      release_histogram(parent->histogram);
    }
  }
  Best found[2];
  found[0] = find_split(depth, small_start, small_end, sum, hessian, &small_histogram);
  if (large_histogram == 0 && is_open(depth, large_sum)) select_rows(large_start, large_end, &sum, &hessian);
  i64 small_sum = parent->packed - large_sum, small_hessian = parent->hessian - large_hessian;
  found[1] = find_split(depth, large_start, large_end, large_sum, large_hessian, &large_histogram);
  if (shared) exchange(found);
  open_node(left + !left_is_smaller, depth, small_start, small_end, small_sum, small_hessian, small_histogram, &found[0]);
  open_node(left + left_is_smaller, depth, large_start, large_end, large_sum, large_hessian, large_histogram, &found[1]);
}

/* The newest node; with a leaf limit the one with the largest gain, the older one among equals. */
static Open take_next(void) {
  i32 chosen = open_nodes - 1;
  if (max_leaves != 0) {
    f64 most = -1;
    for (i32 i = 0; i < open_nodes; i++) {
      f64 gain = frontier[i].best.quality - node_quality(frontier[i].packed, frontier[i].hessian);
      if (gain > most) {
        most = gain;
        chosen = i;
      }
    }
  }
  Open next = frontier[chosen];
  open_nodes--;
  for (i32 i = chosen; i < open_nodes; i++) frontier[i] = frontier[i + 1];
  return next;
}

/* Splits what lies above so many open nodes, the newest first; small subtrees on copies of their rows. */
static void grow_below(i32 floor) {
  while (open_nodes > floor) {
    Open next = frontier[--open_nodes];
    i32 n = next.end - next.start;
    if (n <= SUBTREE_ROWS) {
      release_histogram(next.histogram);
      grow_subtree(&next);
    } else if (n <= BLOCK_ROWS && has_block && near.names == 0 && max_depth - next.depth > 2) {
      enter_block(next.start, next.end);
      frontier[open_nodes++] = next;
      grow_below(open_nodes - 1);
      near = all;
    } else {
      split_node(&next);
    }
  }
}

/* Rows that the tree was not grown on are parted by it, too. */
static void place_others(void) {
  i32 others = 0;
  for (i32 row = 0; row < row_count; row++) {
    rows[others] = row;
    others += counts[row] == 0;
  }
  frontier[0] = (Open){.node = 0, .start = 0, .end = others};
  open_nodes = others > 0;
  while (open_nodes > 0) {
    Open next = frontier[--open_nodes];
    i32 node = next.node, start = next.start, end = next.end;
    if (node_feature[node] < 0) {
      reach_leaf(node, rows + start, end - start);
      continue;
    }
    Gap gap;
    i32 middle = partition(start, end, node_feature[node], node_bin[node], node_missing_right[node], &gap);
    i32 left = node_left[node];
    if (middle > start) frontier[open_nodes++] = (Open){.node = left, .start = start, .end = middle};
    if (end > middle) frontier[open_nodes++] = (Open){.node = left + 1, .start = middle, .end = end};
  }
}

/* The whole numbers nearest to two values, which are below 2^51 in size: added to 1.5 * 2^52, they are its last bits. */
INLINE v128_t nearest(const f64 *values, f64 scale) {
  const v128_t base = wasm_f64x2_splat(0x1.8p52);
  v128_t scaled = wasm_f64x2_add(wasm_f64x2_mul(wasm_v128_load(values), wasm_f64x2_splat(scale)), wasm_f64x2_splat(0.5));
  return wasm_i64x2_sub(wasm_f64x2_add(wasm_f64x2_floor(scaled), base), base);
}

/*
 * Whole numbers of one draw of each row: `scale * gradient` and `scale * hessian`. Rows go by twos: behind an odd last one
 * there is room, as arrays start at whole lines of the cache.
 */
EXPORT("quantise") void quantise(f64 gradient_scale, f64 hessian_scale, i32 bits) {
  count_bits = bits;
  for (i32 i = 0; i < row_count; i += 2) {
    v128_t shifted = wasm_i64x2_shl(nearest(gradients + i, gradient_scale), (u32)bits);
    wasm_v128_store(unit_gradients + i, wasm_i64x2_add(shifted, wasm_i64x2_splat(1)));
    if (has_hessian) wasm_v128_store(unit_hessians + i, nearest(hessians + i, hessian_scale));
  }
}

/* Grows one tree on the rows whose count is not 0; returns its number of nodes. */
EXPORT("grow") i32 grow(f64 penalty, f64 least_gain, f64 least_hessian, f64 unit) {
  l2 = penalty;
  min_gain = least_gain;
  min_hessian = least_hessian;
  gain_unit = unit;
  near = all;
  nodes = open_nodes = 0;
  /* Each split makes one leaf more. */
  splits_left = max_leaves == 0 ? 1 : max_leaves - 1;
  i32 drawn = 0;
  for (i32 row = 0; row < row_count; row++) {
    i32 count = counts[row];
    rows[drawn] = row;
    drawn += count != 0;
    all.packed[row] = unit_gradients[row] * count;
    if (has_hessian) all.hessian[row] = unit_hessians[row] * count;
  }
  for (i32 f = 0; f < feature_count; f++) features[f] = f;
  i32 root = add_nodes(1);
  Best found[2] = {{0, -1, 0, 0, 0}, {0, -1, 0, 0, 0}};
  i64 sum, hessian, *histogram = 0;
  select_rows(0, drawn, &sum, &hessian);
  found[0] = find_split(0, 0, drawn, sum, hessian, &histogram);
  if (shared) exchange(found);
  open_node(root, 0, 0, drawn, sum, hessian, histogram, &found[0]);
  if (max_leaves == 0 && !shared) grow_below(0);
  while (open_nodes > 0 && splits_left > 0) {
    Open next = take_next();
    if (max_leaves != 0) splits_left--;
    split_node(&next);
  }
  for (i32 i = 0; i < open_nodes; i++) {
    release_histogram(frontier[i].histogram);
    close_leaf(frontier[i].node, rows + frontier[i].start, frontier[i].end - frontier[i].start);
  }
  if (score != 0 || leaves != 0) place_others();
  return nodes;
}

/* How many of sixteen ascending cuts are below a value. */
INLINE u32 cuts_below(v128_t value, const f32 *cuts) {
  v128_t ab = wasm_i16x8_narrow_i32x4(wasm_f32x4_gt(value, wasm_v128_load(cuts)),
                                      wasm_f32x4_gt(value, wasm_v128_load(cuts + 4)));
  v128_t cd = wasm_i16x8_narrow_i32x4(wasm_f32x4_gt(value, wasm_v128_load(cuts + 8)),
                                      wasm_f32x4_gt(value, wasm_v128_load(cuts + 12)));
  return (u32)__builtin_popcount(wasm_i8x16_bitmask(wasm_i8x16_narrow_i16x8(ab, cd)));
}

/* The bins of one column from its values and its thresholds, which are padded with infinity to 256. */
EXPORT("bin_column") void bin_column(i32 feature, const f32 *values, const f32 *cuts, i32 bin_count) {
  bin_counts[feature] = bin_count;
  u8 *to = column_of(&all, feature);
  f32 sixteenths[16];
  for (i32 i = 0; i < 16; i++) sixteenths[i] = cuts[16 * i + 15];
  for (i32 i = 0; i < row_count; i++) {
    v128_t value = wasm_f32x4_splat(values[i]);
    u32 bin = 16 * cuts_below(value, sixteenths);
    bin += cuts_below(value, cuts + bin);
    to[(u32)i * 8] = (u8)(values[i] == values[i] ? bin : MISSING_BIN);
  }
}

/* Which octets of features this instance looks at; others look at the rest and exchange what they find. */
EXPORT("set_block") void set_block(i32 from_octet, i32 to_octet) {
  first_octet = from_octet;
  end_octet = to_octet;
  shared = from_octet != 0 || to_octet != octets;
}

static void *addresses[16];

/*
 * Takes all memory but that of histograms. A limit of 0 is none. Returns the addresses of gradients, hessians, counts,
 * score, leaves, random state, the tree's arrays (feature, bin, left, missing right, value, gain), values and cuts of a
 * column.
 */
EXPORT("create") void **create(i32 row_total, i32 feature_total, i32 own_hessians, i32 depth, i32 most_leaves,
                               i32 per_node, f64 samples_leaf, f64 rate, f64 penalty, i32 keeps_score,
                               i32 keeps_leaves) {
  row_count = row_total;
  feature_count = feature_total;
  octets = (feature_total + 7) / 8;
  has_hessian = own_hessians;
  max_depth = depth == 0 ? INT32_MAX : depth;
  max_leaves = most_leaves;
  features_per_node = per_node;
  set_block(0, octets);
  min_samples_leaf = samples_leaf;
  shrinkage = rate;
  leaf_l2 = penalty;
  u64 n = (u64)row_total;
  u64 most = 2 * (most_leaves != 0 && (u64)most_leaves < n ? (u64)most_leaves : n) + 1;
  all.bins = allocate(n * 8 * (u64)octets);
  all.stride = row_total;
  bin_counts = allocate((u64)octets * 8 * 4);
  gradients = allocate(n * 8);
  unit_gradients = allocate(n * 8);
  all.packed = allocate(n * 8);
  ordered = allocate(n * 8);
  if (own_hessians) {
    hessians = allocate(n * 8);
    unit_hessians = allocate(n * 8);
    all.hessian = allocate(n * 8);
    ordered_hessian = allocate(n * 8);
  }
  counts = allocate(n * 4);
  /* Sixteen rows are read, and four written, where the last of them may be the only one. */
  rows = allocate(n * 4 + 64);
  right_rows = allocate(n * 4 + 16);
  list_kept_bytes();
  features = allocate((u64)feature_total * 4);
  if (keeps_score) score = allocate(n * 8);
  if (keeps_leaves) leaves = allocate(n * 4);
  node_feature = allocate(most * 2);
  node_bin = allocate(most);
  node_left = allocate(most * 4);
  node_missing_right = allocate(most);
  node_value = allocate(most * 4);
  node_gain = allocate(most * 8);
  frontier = allocate((most / 2 + 2) * sizeof(Open));
  scratch = allocate(BINS * 16);
  sorted = allocate((u64)SUBTREE_ROWS * (u64)feature_total + 16);
  has_block = row_count >= 2 * BLOCK_ROWS;
  if (has_block) allocate_block();
  local_bins = allocate((u64)SUBTREE_ROWS * 8 * (u64)octets);
  void *list[] = {gradients, hessians, counts, score, leaves, random_state, node_feature, node_bin, node_left,
                  node_missing_right, node_value, node_gain, ordered, allocate(BINS * 4)};
  for (i32 i = 0; i < 14; i++) addresses[i] = list[i];
  return addresses;
}
