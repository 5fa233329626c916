/*
 * A block of rows, copied so that those of a node lie close together: scattered over all rows, each octet of each of them
 * is a line of the cache.
 */
#pragma once
#include "state.h"

/* The bins of so many rows of sixty features are a megabyte, which is what the second cache of a core holds. */
#define BLOCK_ROWS 16384

static Rows block;
static i32 has_block;

static void allocate_block(void) {
  block.bins = allocate((u64)BLOCK_ROWS * 8 * (u64)octets);
  block.stride = BLOCK_ROWS;
  block.packed = allocate((u64)BLOCK_ROWS * 8);
  block.hessian = allocate((u64)BLOCK_ROWS * 8);
  block.names = allocate((u64)BLOCK_ROWS * 4);
}

/* Makes a block of rows[start .. end), and numbers them anew. */
static void enter_block(i32 start, i32 end) {
  i32 n = end - start;
  const i32 *from = rows + start;
  for (i32 o = 0; o < octets; o++) {
    const u64 *column = octet_of(&all, o);
    u64 *to = block.bins + o * BLOCK_ROWS;
    for (i32 i = 0; i < n; i++) to[i] = column[from[i]];
  }
  for (i32 i = 0; i < n; i++) {
    i32 row = from[i];
    block.packed[i] = all.packed[row];
    if (has_hessian) block.hessian[i] = all.hessian[row];
    block.names[i] = row;
    rows[start + i] = i;
  }
  near = block;
}
