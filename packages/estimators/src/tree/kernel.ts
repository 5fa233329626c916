import { KERNEL_CODE } from './kernel-code.ts';

/** What `kernel/grow.c` exports. All addresses are byte offsets in its memory. */
export interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Returns the address of a table of addresses: see `grow.c`. */
  create(
    rows: number,
    features: number,
    hasHessians: number,
    maxDepth: number,
    maxLeaves: number,
    featuresPerNode: number,
    minSamplesLeaf: number,
    shrinkage: number,
    l2: number,
    keepsScore: number,
    keepsLeaves: number,
  ): number;
  /** Which octets of features are looked at: all of them until this is called. */
  set_block(firstOctet: number, endOctet: number): void;
  bin_column(feature: number, values: number, cuts: number, binCount: number): void;
  quantise(gradientScale: number, hessianScale: number, countBits: number): void;
  /** Returns the number of nodes. */
  grow(l2: number, minGain: number, minHessian: number, gainUnit: number): number;
  /** Returns the address of a table of addresses: see `predict.h`. */
  create_predictor(nodes: number, trees: number, columns: number, block: number): number;
  /** Takes in the next rows of a block. */
  take_chunk(first: number, count: number): void;
  /** Sums up the leaves of so many rows of the block. */
  predict_block(count: number): void;
}

/** Called with the address of two `Best` structures when several instances grow a tree together. */
export type Exchange = (address: number, kernel: Kernel) => void;

/** TypeScript declares WebAssembly only among a browser's things. */
interface WebAssemblyApi {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  validate(code: Uint8Array): boolean;
}

let compiled: object | undefined;

function api(): WebAssemblyApi | undefined {
  return (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly;
}

/** Can this machine run the kernel, which wants SIMD? */
export function canRunKernel(): boolean {
  return compile() !== undefined;
}

/** A kernel with memory of its own. Only where `canRunKernel()`. */
export function instantiateKernel(exchange: Exchange = () => {}): Kernel {
  const { Instance } = api()!;
  const imports = { pavio: { exchange: (address: number) => exchange(address, kernel) } };
  const kernel = new Instance(compile()!, imports).exports as Kernel;
  return kernel;
}

/** The kernel's module, compiled once a thread. */
function compile(): object | undefined {
  const wasm = api();
  if (compiled !== undefined || wasm === undefined) return compiled;
  const code = Buffer.from(KERNEL_CODE, 'base64');
  if (wasm.validate(code)) compiled = new wasm.Module(code);
  return compiled;
}
