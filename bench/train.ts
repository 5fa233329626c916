import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pythonVenv } from '@pavio/storage/testing';
import { benchOptions } from './options.ts';
import { type BenchContext, benchFits, benchScaling } from './peers/train/fits.ts';
import { firstLine } from './peers/train/run-program.ts';
import { describe } from './peers/train/tables.ts';
import { type TrainResults, targetsOf } from './peers/train/targets.ts';
import { benchWalkForward } from './peers/train/walk-forward.ts';

const USAGE = `Usage: node bench/train.ts [--quick] [--json]

Our learners against scikit-learn, LightGBM and ml-random-forest on the same rows, at equal settings, each fit in a process of
its own; the held-out loss stands beside every time, and the targets beside what was reached. Takes some twenty minutes on two
cores; --quick leaves out the fits on 200,000 rows and takes about half of it.`;

export interface TrainBenchOptions {
  /** Leaves out the fits on 200,000 rows. */
  readonly isQuick: boolean;
  /** Is told what is being done, and what came out. */
  readonly say: (line: string) => void;
}

export async function benchTrain({ isQuick, say }: TrainBenchOptions): Promise<TrainResults> {
  say('Python and its packages');
  const python = await peerPython();
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-bench-train-'));
  try {
    const context: BenchContext = { python, folder, say };
    const fits = await benchFits(isQuick, context);
    return { fits, scaling: await benchScaling(fits, context), walkForward: await benchWalkForward(context) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function peerPython(): Promise<BenchContext['python']> {
  const pins = await readFile(path.join(import.meta.dirname, 'peers/train/requirements.txt'), 'utf8');
  try {
    return { path: await pythonVenv('train', pins.trim().split('\n')) };
  } catch (error) {
    return { missing: firstLine(error) };
  }
}

const { isQuick, isJson } = benchOptions(USAGE);
const started = performance.now();
const results = await benchTrain({
  isQuick,
  say: (line) => console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}`),
});
const targets = targetsOf(results);
console.log(isJson ? JSON.stringify({ ...results, targets }, null, 2) : describe(results, targets));
