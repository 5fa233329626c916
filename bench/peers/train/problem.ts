import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';

export const COLUMNS = 60;

/** One model to fit, in words that every peer knows. */
export interface Spec {
  readonly kind: 'forest' | 'classifier-forest' | 'boosting' | 'histogram-boosting';
  readonly trees: number;
  /** Each seed trains on rows of its own: the first on the first `rows` of the file, the second on the next. */
  readonly seeds: readonly number[];
  /** Training rows a seed; the rows behind those of all seeds are held out. */
  readonly rows: number;
  readonly maxFeatures: number | 'sqrt';
  readonly maxDepth: number | null;
  readonly maxLeaves: number | null;
  readonly minSamplesLeaf: number;
}

/** What a peer says of its run. */
export interface Figures {
  /** Medians over the seeds. */
  readonly fitSeconds: number;
  readonly predictSeconds: number;
  /** Mean squared error of values or of probabilities (Brier) on the held-out rows: median, and that of each seed. */
  readonly loss: number;
  readonly losses: readonly number[];
  readonly peakMegabytes: number;
  /** For a reader who wonders. */
  readonly version: string;
}

/** Sixty columns, float32, one after another; then the targets, float64. */
export interface Problem {
  readonly rows: number;
  readonly X: Float32Array;
  readonly y: Float64Array;
}

/**
 * Standard normal features and a target with lines, a kink, an interaction and as much noise as signal: the same for the
 * same number of rows. Mulberry32 and Box-Muller; the quality of the numbers does not matter here.
 */
export async function writeProblem(file: string, rows: number): Promise<void> {
  let state = 1;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const gauss = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const buffer = new ArrayBuffer(rows * (COLUMNS * 4 + 8));
  const y = new Float64Array(buffer, 0, rows);
  const X = new Float32Array(buffer, rows * 8, rows * COLUMNS);
  for (let i = 0; i < X.length; i++) X[i] = gauss();
  const cell = (row: number, column: number) => X[column * rows + row]!;
  for (let row = 0; row < rows; row++) {
    // Half of it shows in one column alone: a greedy tree finds what shows nowhere by luck, and losses would tell luck.
    const interaction = cell(row, 2) > 0 ? 1.4 * cell(row, 3) : 0;
    y[row] = cell(row, 0) - 0.5 * cell(row, 1) + interaction + Math.abs(cell(row, 4)) + 1.5 * gauss();
  }
  await writeFile(file, new Uint8Array(buffer));
}

/** The file's numbers, in shared memory. */
export function readProblem(file: string): Problem {
  const bytes = readFileSync(file);
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  const rows = bytes.length / (COLUMNS * 4 + 8);
  return { rows, y: new Float64Array(shared, 0, rows), X: new Float32Array(shared, rows * 8, rows * COLUMNS) };
}

/** Mean squared error of predictions of the held-out rows. */
export function heldOutLoss(predictions: Float64Array, target: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < target.length; i++) sum += (predictions[i]! - target[i]!) ** 2;
  return sum / target.length;
}
