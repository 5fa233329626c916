/* xoshiro128**, as in src/random.ts. */
#pragma once
#include "memory.h"

static u32 random_state[4];

INLINE u32 rotate(u32 x, int by) { return x << by | x >> (32 - by); }

static i32 random_integer(i32 below) {
  u32 *s = random_state;
  u32 result = rotate(s[1] * 5, 7) * 9;
  u32 t = s[1] << 9;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate(s[3], 11);
  return (i32)(result / 4294967296.0 * below);
}
