import { KERNEL_CODE } from './kernel-code.ts';

/**
 * What `kernel/columns.c` exports. It is compiled, because it then is fast from the first row on, works on two values at a
 * time, and has no branch where a value decides.
 */
export interface Kernel {
  difference(rows: number): void;
  quotient(rows: number, factor: number): void;
  weighted_sum(rows: number, factor: number): void;
  scaled(rows: number, factor: number, offset: number): void;
  root(rows: number, factor: number): void;
  relative_to(rows: number): void;
  position_between(rows: number, neutral: number): void;
  mean(rows: number, window: number): void;
  sum(rows: number, window: number): void;
  moments(rows: number, window: number): void;
  /** After `moments` of the same rows. */
  absolute_deviations(rows: number, window: number): void;
  weighted_mean(rows: number, window: number): void;
  balance_score(rows: number, window: number): void;
  largest(rows: number, window: number): void;
  smallest(rows: number, window: number): void;
  order(rows: number, window: number): void;
}

/** As in `kernel/columns.h`. Rows that the kernel takes at a time stay in the nearest caches. */
const WIDEST = 256;
const ROWS = 2048;
const INPUTS = 3;
const RESULTS = 4;

/** @param run calls the kernel for so many rows of the inputs. */
export function overRows(
  inputs: readonly Float64Array[],
  result: Float64Array,
  run: (kernel: Kernel, rows: number) => void,
): void {
  const machine = (loaded ??= load());
  for (let start = 0; start < result.length; start += ROWS) {
    const end = Math.min(start + ROWS, result.length);
    for (const [index, input] of inputs.entries()) machine.inputs[index]!.set(input.subarray(start, end), WIDEST);
    run(machine.kernel, end - start);
    result.set(machine.results[0]!.subarray(0, end - start), start);
  }
}

/**
 * Statistics of the last `window` values of each row. Where one part of the rows ends and the next begins does not show:
 * each is begun with the values before it.
 *
 * @param from first row where `x` is defined: the first whole window ends `window - 1` rows later, and what comes before
 *   becomes NaN.
 * @param results where to put the kernel's results, by their index.
 * @param run calls the kernel for so many rows.
 */
export function overWindows(
  x: Float64Array,
  window: number,
  from: number,
  results: Readonly<Record<number, Float64Array>>,
  run: (kernel: Kernel, rows: number) => void,
): void {
  if (window > WIDEST) throw new RangeError(`A window of ${window} rows is wider than ${WIDEST}.`);
  const machine = (loaded ??= load());
  const input = machine.inputs[0]!;
  const wanted = Object.entries(results).map(([index, column]) => ({
    result: machine.results[Number(index)]!,
    column,
  }));
  // Whole windows, so that the blocks which sums are made of are the same in every part.
  const most = ROWS - (ROWS % window);
  input.fill(Infinity, WIDEST - window, WIDEST);
  for (let start = from; start < x.length; start += most) {
    const before = start === from ? 0 : window;
    const rows = Math.min(most, x.length - start);
    input.set(x.subarray(start - before, start + rows), WIDEST - before);
    run(machine.kernel, rows);
    for (const { result, column } of wanted) column.set(result.subarray(0, rows), start);
  }
  for (const { column } of wanted) column.fill(Number.NaN, 0, Math.min(from + window - 1, x.length));
}

interface Machine {
  readonly kernel: Kernel;
  readonly inputs: readonly Float64Array[];
  readonly results: readonly Float64Array[];
}

/** TypeScript declares WebAssembly only among a browser's things. */
interface WebAssemblyApi {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** Of this thread. */
let loaded: Machine | undefined;

function load(): Machine {
  const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
  const kernel = new Instance(new Module(Buffer.from(KERNEL_CODE, 'base64'))).exports as Kernel & {
    readonly memory: { readonly buffer: ArrayBuffer };
    input_address(index: number): number;
    result_address(index: number): number;
  };
  const { buffer } = kernel.memory;
  const input = (index: number) => new Float64Array(buffer, kernel.input_address(index), WIDEST + ROWS);
  const result = (index: number) => new Float64Array(buffer, kernel.result_address(index), ROWS);
  return {
    kernel,
    inputs: Array.from({ length: INPUTS }, (_, index) => input(index)),
    results: Array.from({ length: RESULTS }, (_, index) => result(index)),
  };
}
