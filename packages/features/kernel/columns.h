/* Types, and the columns that a call works on. */
#pragma once
#include <stdint.h>
#include <wasm_simd128.h>

typedef int32_t i32;
typedef double f64;

#define EXPORT(name) __attribute__((export_name(name)))
#define INLINE static inline __attribute__((always_inline))
#define INFINITE __builtin_inf()

/* As in src/indicators/kernel.ts. */
#define WIDEST 256
#define ROWS 2048
#define INPUTS 3
#define RESULTS 4

/* The values before the first row, as many as the widest window has, then the rows; and room for a last pair of lanes. */
static f64 inputs[INPUTS][WIDEST + ROWS + WIDEST];
static f64 results[RESULTS][ROWS + WIDEST];

EXPORT("input_address") f64 *input_address(i32 index) { return inputs[index]; }
EXPORT("result_address") f64 *result_address(i32 index) { return results[index]; }

/* The first row of an input. Those before it have negative indices. */
INLINE f64 *first_row(i32 index) { return inputs[index] + WIDEST; }
