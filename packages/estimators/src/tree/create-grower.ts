import type { Matrix } from '../matrix.ts';
import type { EnsembleBuilder } from './builder.ts';
import type { GrowerOptions, TreeGrower } from './grower.ts';
import { canRunKernel } from './kernel.ts';
import { PlainGrower } from './plain-grower.ts';
import type { Team } from './team.ts';
import { WasmGrower } from './wasm-grower.ts';

/** Makes a grower of trees on the selected rows, binned by these thresholds. */
export type CreateGrower = (
  matrix: Matrix,
  rows: Int32Array,
  thresholds: readonly Float32Array[],
  builder: EnsembleBuilder,
  options: GrowerOptions,
) => TreeGrower;

/** Compiled where that can run, else plain. Both grow the same trees, bit for bit. */
export const createGrower: CreateGrower = (...args) =>
  canRunKernel() ? new WasmGrower(...args) : new PlainGrower(...args);

/** The grower of one member of a team. Where only plain ones can run, each member grows the trees alone. */
export function createTeamGrower(team: Team): CreateGrower {
  return (...args) => (canRunKernel() ? new WasmGrower(...args, team) : new PlainGrower(...args));
}
