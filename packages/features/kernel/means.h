/*
 * Sums over windows, O(1) a row. Rows are cut into blocks as long as the window, so every window is the tail of one block
 * and the head of the next; the sums of heads and tails are each built up once. Unlike a running sum, that never carries an
 * error from one window into the next. Values are taken relative to the block's first value, which lies in the window, so
 * that the mean of equal values is exact.
 */
#pragma once
#include "columns.h"

/* By rows that the block before gives to the window: sums of its tails. Nothing where the block is the window. */
static f64 tails[WIDEST + 1], square_tails[WIDEST + 1], ramp_tails[WIDEST + 1];

INLINE i32 smaller_of(i32 a, i32 b) { return a < b ? a : b; }

EXPORT("mean") void mean(i32 rows, i32 window) {
  const f64 *x = first_row(0);
  tails[window] = 0;
  for (i32 start = 0; start < rows; start += window) {
    f64 anchor = x[start], tail = 0, head = 0;
    for (i32 k = window - 1; k > 0; k--) tails[k] = tail += x[start - window + k] - anchor;
    i32 end = smaller_of(start + window, rows);
    for (i32 t = start; t < end; t++) {
      head += x[t] - anchor;
      results[0][t] = anchor + (head + tails[t - start + 1]) / window;
    }
  }
}

/* For values about zero: relative to that. */
EXPORT("sum") void sum(i32 rows, i32 window) {
  const f64 *x = first_row(0);
  tails[window] = 0;
  for (i32 start = 0; start < rows; start += window) {
    f64 tail = 0, head = 0;
    for (i32 k = window - 1; k > 0; k--) tails[k] = tail += x[start - window + k];
    i32 end = smaller_of(start + window, rows);
    for (i32 t = start; t < end; t++) {
      head += x[t];
      results[0][t] = head + tails[t - start + 1];
    }
  }
}

/*
 * Mean, deviation of the newest value, sum of squares about the mean. The textbook formula sum(x^2) - sum(x)^2 / w is safe
 * because values are relative to one in the window: then sum(d)^2 / w is at most w times the result, so no more than
 * log10(w) digits are lost whatever the level of the prices. Equal values give exactly zero.
 */
EXPORT("moments") void moments(i32 rows, i32 window) {
  const f64 *x = first_row(0);
  tails[window] = square_tails[window] = 0;
  for (i32 start = 0; start < rows; start += window) {
    f64 anchor = x[start], tail = 0, square_tail = 0, head = 0, square_head = 0;
    for (i32 k = window - 1; k > 0; k--) {
      f64 d = x[start - window + k] - anchor;
      tails[k] = tail += d;
      square_tails[k] = square_tail += d * d;
    }
    i32 end = smaller_of(start + window, rows);
    for (i32 t = start; t < end; t++) {
      i32 k = t - start + 1;
      f64 d = x[t] - anchor;
      head += d;
      square_head += d * d;
      f64 total = head + tails[k];
      f64 shift = total / window;
      f64 squares = square_head + square_tails[k] - total * shift;
      results[0][t] = anchor + shift;
      results[1][t] = d - shift;
      results[2][t] = squares > 0 ? squares : 0;
    }
  }
}

/*
 * Mean with weights 1 to `window`. A value `offset` rows after the block's start weighs `window - (t - row)`: a constant
 * part and a ramp.
 */
EXPORT("weighted_mean") void weighted_mean(i32 rows, i32 window) {
  const f64 *x = first_row(0);
  const f64 weights = (f64)(window * (window + 1)) / 2;
  tails[window] = ramp_tails[window] = 0;
  for (i32 start = 0; start < rows; start += window) {
    f64 anchor = x[start], tail = 0, ramp_tail = 0, head = 0, ramp_head = 0;
    for (i32 k = window - 1; k > 0; k--) {
      f64 d = x[start - window + k] - anchor;
      tails[k] = tail += d;
      ramp_tails[k] = ramp_tail += (k - window) * d;
    }
    i32 end = smaller_of(start + window, rows);
    for (i32 t = start; t < end; t++) {
      i32 offset = t - start;
      f64 d = x[t] - anchor;
      head += d;
      ramp_head += offset * d;
      f64 total = (window - offset) * (head + tails[offset + 1]) + ramp_head + ramp_tails[offset + 1];
      results[0][t] = anchor + total / weights;
    }
  }
}

/*
 * Sum of the absolute deviations from the window's mean, given the newest value's deviation where `moments` leaves it. The
 * mean moves with every row, so they are summed anew; four rows at a time.
 */
EXPORT("absolute_deviations") void absolute_deviations(i32 rows, i32 window) {
  for (i32 t = 0; t < rows; t += 4) {
    const f64 *x = first_row(0) + t;
    v128_t newest = wasm_v128_load(x), newest2 = wasm_v128_load(x + 2);
    v128_t above = wasm_v128_load(results[1] + t), above2 = wasm_v128_load(results[1] + t + 2);
    v128_t sum = wasm_f64x2_splat(0), sum2 = sum;
    for (i32 k = 1 - window; k <= 0; k++) {
      v128_t d = wasm_f64x2_add(wasm_f64x2_sub(wasm_v128_load(x + k), newest), above);
      v128_t d2 = wasm_f64x2_add(wasm_f64x2_sub(wasm_v128_load(x + k + 2), newest2), above2);
      sum = wasm_f64x2_add(sum, wasm_f64x2_abs(d));
      sum2 = wasm_f64x2_add(sum2, wasm_f64x2_abs(d2));
    }
    wasm_v128_store(results[3] + t, sum);
    wasm_v128_store(results[3] + t + 2, sum2);
  }
}

/*
 * Z-score of a balance within its window, given the flows that it sums up: as `moments`, with levels relative to the one at
 * the block's start, summed up from there to both sides.
 */
EXPORT("balance_score") void balance_score(i32 rows, i32 window) {
  const f64 *flow = first_row(0);
  tails[window] = square_tails[window] = 0;
  for (i32 start = 0; start < rows; start += window) {
    f64 level = 0, tail = 0, square_tail = 0, head = 0, square_head = 0;
    for (i32 k = window - 1; k > 0; k--) {
      level -= flow[start - window + k + 1];
      tails[k] = tail += level;
      square_tails[k] = square_tail += level * level;
    }
    level = 0;
    i32 end = smaller_of(start + window, rows);
    for (i32 t = start; t < end; t++) {
      if (t > start) level += flow[t];
      head += level;
      square_head += level * level;
      f64 total = head + tails[t - start + 1];
      f64 squares = square_head + square_tails[t - start + 1] - total * total / window;
      results[0][t] = squares > 0 ? (level - total / window) / __builtin_sqrt(squares / (window - 1)) : 0;
    }
  }
}
