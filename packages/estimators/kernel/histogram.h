/* Histograms: 256 cells a feature, each a packed sum, followed by the hessian's where rows have their own. */
#pragma once
#include "scan.h"

INLINE i32 stride(void) { return has_hessian ? 2 : 1; }

/*
 * Histograms of one octet are summed up at a fixed place that the linker leaves free (see build.ts): with the address
 * known, an update is a shift, a mask, a load, an addition and a store.
 */
#define WORK 65536
#define CELL(k) ((i64 *)((u32)((k == 0 ? codes << 3 : codes >> (8 * k - 3)) & 2040) + (WORK + k * 2048)))
#define PAIR(k) ((i64 *)((u32)((k == 0 ? codes << 4 : codes >> (8 * k - 4)) & 4080) + (WORK + k * 4096)))

/* So many rows are fetched before they are summed up, so that the processor waits for all of them at once. */
#define AHEAD 64
static u64 fetched[AHEAD];

/* Fetches the rows from `start` on and says how many. */
INLINE i32 fetch(const u64 *column, i32 start, i32 end) {
  i32 n = end - start < AHEAD ? end - start : AHEAD;
  for (i32 i = 0; i < n; i++) fetched[i] = column[rows[start + i]];
  return n;
}

static void add_octet(const u64 *column, i32 start, i32 end) {
  for (i32 i = start, n = 0, k = 0; i < end; i++, k++) {
    if (k == n) n = fetch(column, i, end), k = 0;
    u64 codes = fetched[k];
    i64 value = ordered[i];
    *CELL(0) += value;
    *CELL(1) += value;
    *CELL(2) += value;
    *CELL(3) += value;
    *CELL(4) += value;
    *CELL(5) += value;
    *CELL(6) += value;
    *CELL(7) += value;
  }
}

static void add_quartet(const u64 *column, i32 start, i32 end) {
  for (i32 i = start, n = 0, k = 0; i < end; i++, k++) {
    if (k == n) n = fetch(column, i, end), k = 0;
    u64 codes = fetched[k];
    i64 value = ordered[i];
    *CELL(0) += value;
    *CELL(1) += value;
    *CELL(2) += value;
    *CELL(3) += value;
  }
}

INLINE void add_pair(i64 *cell, v128_t value) { wasm_v128_store(cell, wasm_i64x2_add(wasm_v128_load(cell), value)); }

static void add_octet_pairs(const u64 *column, i32 start, i32 end) {
  for (i32 i = start, n = 0, k = 0; i < end; i++, k++) {
    if (k == n) n = fetch(column, i, end), k = 0;
    u64 codes = fetched[k];
    v128_t value = wasm_i64x2_make(ordered[i], ordered_hessian[i]);
    add_pair(PAIR(0), value);
    add_pair(PAIR(1), value);
    add_pair(PAIR(2), value);
    add_pair(PAIR(3), value);
    add_pair(PAIR(4), value);
    add_pair(PAIR(5), value);
    add_pair(PAIR(6), value);
    add_pair(PAIR(7), value);
  }
}

static void clear(i64 *cells, i32 length) {
  __builtin_memset(cells, 0, (u32)length * 8);
}

/* Makes rows[start .. end) the current node and gives its sums. */
static void select_rows(i32 start, i32 end, i64 *sum, i64 *hessian_sum) {
  i64 s = 0, h = 0;
  for (i32 i = start; i < end; i++) s += ordered[i] = near.packed[rows[i]];
  if (has_hessian)
    for (i32 i = start; i < end; i++) h += ordered_hessian[i] = near.hessian[rows[i]];
  *sum = s;
  *hessian_sum = h;
}

/* Moves a finished octet to where it is kept, taking it from the parent's, if there is one, on the way. */
static void keep_octet(i64 *to, i64 *parent, i32 width) {
  i64 *work = (i64 *)WORK;
  const v128_t zero = wasm_i64x2_splat(0);
  for (i32 i = 0; i < width; i += 2) {
    v128_t sums = wasm_v128_load(work + i);
    wasm_v128_store(to + i, sums);
    wasm_v128_store(work + i, zero);
    if (parent != 0) wasm_v128_store(parent + i, wasm_i64x2_sub(wasm_v128_load(parent + i), sums));
  }
}

/*
 * Histograms of the features of this instance over the current node. What remains of its parent's is the histogram of
 * the other child.
 */
static void build_histogram(i64 *histogram, i64 *parent, i32 start, i32 end) {
  i32 width = 8 * BINS * stride();
  for (i32 o = first_octet; o < end_octet; o++) {
    const u64 *column = octet_of(&near, o);
    i32 offset = o * width;
    if (has_hessian) add_octet_pairs(column, start, end);
    else if (feature_count - 8 * o <= 4) add_quartet(column, start, end);
    else add_octet(column, start, end);
    keep_octet(histogram + offset, parent == 0 ? 0 : parent + offset, width);
  }
}

static void scan_histogram(const i64 *histogram) {
  i32 last = end_octet * 8 < feature_count ? end_octet * 8 : feature_count;
  for (i32 f = first_octet * 8; f < last; f++) scan_feature(f, histogram + f * BINS * stride());
}

static i64 *free_histograms[4096];
static i32 free_count;

static i64 *take_histogram(void) {
  if (free_count > 0) return free_histograms[--free_count];
  return allocate((u64)octets * 8 * BINS * 8 * stride());
}

static void release_histogram(i64 *histogram) {
  if (histogram != 0 && free_count < 4096) free_histograms[free_count++] = histogram;
}
