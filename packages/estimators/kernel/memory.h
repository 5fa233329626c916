/* Types, and memory that is taken once and kept until the instance is dropped. */
#pragma once
#include <stdint.h>
#include <wasm_simd128.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;
typedef float f32;
typedef double f64;

#define EXPORT(name) __attribute__((export_name(name)))
#define INLINE static inline __attribute__((always_inline))

extern u8 __heap_base;
static u32 memory_top;

static void *allocate(u64 bytes) {
  if (memory_top == 0) memory_top = (u32)&__heap_base;
  u64 start = ((u64)memory_top + 63) & ~63ull;
  u64 end = start + bytes;
  u64 have = (u64)__builtin_wasm_memory_size(0) << 16;
  if (end > 0xffff0000ull) __builtin_trap();
  if (end > have && __builtin_wasm_memory_grow(0, (end - have + 0xffff) >> 16) == (u32)-1) __builtin_trap();
  memory_top = (u32)end;
  return (void *)(u32)start;
}
