import type { Matrix } from '../matrix.ts';
import type { Random } from '../random.ts';
import { BINS } from './binning.ts';
import type { EnsembleBuilder } from './builder.ts';
import { type GrowerOptions, MIN_HESSIAN, type TreeGrower } from './grower.ts';
import { instantiateKernel, type Kernel } from './kernel.ts';
import { chooseQuantisation, type Quantisation } from './quantise.ts';
import { type Team, TeamMember } from './team.ts';

/** The grower as compiled from `kernel/grow.c`. Its arrays are views of the instance's memory, made anew when asked for. */
export class WasmGrower implements TreeGrower {
  readonly #kernel: Kernel;
  readonly #member: TeamMember | undefined;
  readonly #octets: number;
  readonly #rows: number;
  readonly #builder: EnsembleBuilder;
  readonly #options: GrowerOptions;
  readonly #at: Addresses;
  #quantisation: Quantisation = { countBits: 0, gradientScale: 1, hessianScale: 1 };

  constructor(
    matrix: Matrix,
    rows: Int32Array,
    thresholds: readonly Float32Array[],
    builder: EnsembleBuilder,
    options: GrowerOptions,
    team?: Team,
  ) {
    const { maxDepth, maxLeaves, featuresPerNode, minSamplesLeaf, shrinkage, l2, hasHessians } = options;
    this.#member = team === undefined ? undefined : new TeamMember(team);
    this.#kernel = instantiateKernel((address, { memory }) => this.#member?.exchange(memory.buffer, address));
    this.#octets = Math.ceil(matrix.columns / 8);
    this.#rows = rows.length;
    this.#builder = builder;
    this.#options = options;
    const table = this.#kernel.create(
      rows.length,
      matrix.columns,
      hasHessians ? 1 : 0,
      Number.isFinite(maxDepth) ? maxDepth : 0,
      Number.isFinite(maxLeaves) ? maxLeaves : 0,
      featuresPerNode,
      minSamplesLeaf,
      shrinkage,
      l2,
      options.keepsScore ? 1 : 0,
      options.keepsLeaves ? 1 : 0,
    );
    this.#at = readAddresses(this.#kernel, table);
    this.#bin(matrix, rows, thresholds);
  }

  get gradients(): Float64Array {
    return new Float64Array(this.#kernel.memory.buffer, this.#at.gradients, this.#rows);
  }

  get hessians(): Float64Array {
    return new Float64Array(this.#kernel.memory.buffer, this.#at.hessians, this.#options.hasHessians ? this.#rows : 0);
  }

  get counts(): Int32Array {
    return new Int32Array(this.#kernel.memory.buffer, this.#at.counts, this.#rows);
  }

  get score(): Float64Array {
    return new Float64Array(this.#kernel.memory.buffer, this.#at.score, this.#options.keepsScore ? this.#rows : 0);
  }

  get leaves(): Int32Array {
    return new Int32Array(this.#kernel.memory.buffer, this.#at.leaves, this.#options.keepsLeaves ? this.#rows : 0);
  }

  quantise(draws: number): void {
    const hessians = this.#options.hasHessians ? this.hessians : undefined;
    this.#quantisation = chooseQuantisation(this.gradients, hessians, draws);
    const { countBits, gradientScale, hessianScale } = this.#quantisation;
    this.#kernel.quantise(gradientScale, hessianScale, countBits);
  }

  grow(random: Random): boolean {
    const mode = this.#member?.nextMode() ?? 'alone';
    if (mode === 'dismissed') return false;
    const [from, to] = mode === 'alone' ? [0, 1] : this.#member!.share;
    this.#kernel.set_block(Math.floor(this.#octets * from), Math.floor(this.#octets * to));
    const { l2, minGain } = this.#options;
    const { gradientScale, hessianScale } = this.#quantisation;
    new Uint32Array(this.#kernel.memory.buffer, this.#at.random, 4).set(random.state());
    const nodes = this.#kernel.grow(
      l2 * hessianScale,
      (minGain * gradientScale ** 2) / hessianScale,
      MIN_HESSIAN * hessianScale,
      hessianScale / gradientScale ** 2,
    );
    const { buffer } = this.#kernel.memory;
    this.#builder.appendTree({
      feature: new Int16Array(buffer, this.#at.feature, nodes),
      bin: new Uint8Array(buffer, this.#at.bin, nodes),
      left: new Int32Array(buffer, this.#at.left, nodes),
      missingRight: new Uint8Array(buffer, this.#at.missingRight, nodes),
      value: new Float32Array(buffer, this.#at.value, nodes),
      gain: new Float64Array(buffer, this.#at.gain, nodes),
    });
    return true;
  }

  #bin(matrix: Matrix, rows: Int32Array, thresholds: readonly Float32Array[]): void {
    const { buffer } = this.#kernel.memory;
    const values = new Float32Array(buffer, this.#at.columnValues, rows.length);
    const padded = new Float32Array(buffer, this.#at.columnCuts, BINS);
    for (const [c, cuts] of thresholds.entries()) {
      const column = c * matrix.rows;
      for (let i = 0; i < rows.length; i++) values[i] = matrix.data[column + rows[i]!]!;
      padded.fill(Infinity);
      padded.set(cuts);
      this.#kernel.bin_column(c, this.#at.columnValues, this.#at.columnCuts, cuts.length + 1);
    }
  }
}

/** The arrays in the kernel's memory, in the order of the table that `create` returns. */
const ARRAYS = [
  'gradients',
  'hessians',
  'counts',
  'score',
  'leaves',
  'random',
  'feature',
  'bin',
  'left',
  'missingRight',
  'value',
  'gain',
  'columnValues',
  'columnCuts',
] as const;

type Addresses = Readonly<Record<(typeof ARRAYS)[number], number>>;

function readAddresses(kernel: Kernel, table: number): Addresses {
  const addresses = new Uint32Array(kernel.memory.buffer, table, ARRAYS.length);
  return Object.fromEntries(ARRAYS.map((name, i) => [name, addresses[i]])) as Addresses;
}
