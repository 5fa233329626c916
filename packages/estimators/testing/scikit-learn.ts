import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { pythonVenvOrReason } from '@pavio/storage/testing';
import type { Matrix } from '../src/index.ts';

const run = promisify(execFile);

/** One list of pins for tests and benchmark, so that both share an environment. */
const PINS = path.resolve(import.meta.dirname, '../../../bench/peers/train/requirements.txt');

/** A Python with scikit-learn; or why there is none, for the names of the tests that are skipped. */
export async function scikitLearn(): Promise<{ readonly path: string; readonly missing: string }> {
  const pins = (await readFile(PINS, 'utf8')).trim().split('\n');
  const found = await pythonVenvOrReason('train', pins);
  return typeof found === 'string' ? { path: found, missing: '' } : { path: '', missing: ` (${found.unavailable})` };
}

export interface ReferenceProblem {
  readonly X: Matrix;
  readonly y: Float64Array;
  readonly sampleWeight?: Float64Array;
}

/** All fits are on features standardised by scikit-learn's StandardScaler, as ours standardise. */
export type Question =
  /** Ridge, and LinearRegression where alpha is 0. */
  | { readonly ask: 'ridge'; readonly alpha: number }
  /** numpy.linalg.lstsq, which takes the solution of least norm; singular values below `rcond` of the largest are 0. */
  | { readonly ask: 'least-norm'; readonly rcond: number }
  | { readonly ask: 'logistic'; readonly C: number; readonly classWeight: 'balanced' | null }
  /** Of LinearRegression: mean and deviation of each feature. */
  | { readonly ask: 'permutation-importance'; readonly repeats: number }
  /** Of LinearRegression, or of LogisticRegression with C = 1. */
  | {
      readonly ask: 'partial-dependence';
      readonly kind: 'regressor' | 'classifier';
      readonly feature: number;
      readonly grid: readonly number[];
    };

export interface LinearAnswer {
  readonly intercept: number;
  readonly coefficients: number[];
}

interface Answers {
  readonly ridge: LinearAnswer;
  readonly 'least-norm': LinearAnswer;
  readonly logistic: LinearAnswer;
  readonly 'permutation-importance': { readonly mean: number[]; readonly deviation: number[] };
  readonly 'partial-dependence': { readonly average: number[] };
}

/** What scikit-learn says, one answer a question. @throws what Python printed, where it fails. */
export async function askScikitLearn<const Q extends readonly Question[]>(
  python: string,
  problem: ReferenceProblem,
  questions: Q,
): Promise<{ [i in keyof Q]: Q[i] extends Question ? Answers[Q[i]['ask']] : never }> {
  const { X, y, sampleWeight } = problem;
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-scikit-learn-'));
  try {
    const file = path.join(folder, 'problem');
    const weight = sampleWeight ?? new Float64Array(X.rows).fill(1);
    await writeFile(file, Buffer.concat([y, weight, X.data].map(bytesOf)));
    const shape = JSON.stringify({ rows: X.rows, columns: X.columns, questions });
    const { stdout } = await run(python, [path.join(import.meta.dirname, 'scikit_learn.py'), file, shape], {
      maxBuffer: 2 ** 26,
      // Threads of a BLAS wait for each other in busy loops, which takes forever where other tests run.
      env: { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' },
    });
    return JSON.parse(stdout) as never;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Largest difference of the intercept or a coefficient, relative to it; below a millionth of the largest it is taken
 * relative to that, as rounding.
 */
export function largestDifference(
  ours: { readonly intercept: number; readonly coefficients: Float64Array },
  theirs: LinearAnswer,
): number {
  const floor = 1e-6 * Math.max(...theirs.coefficients.map(Math.abs));
  const actual = [ours.intercept, ...ours.coefficients];
  const expected = [theirs.intercept, ...theirs.coefficients];
  if (actual.length !== expected.length) return Infinity;
  return Math.max(...expected.map((value, c) => Math.abs(actual[c]! - value) / Math.max(Math.abs(value), floor)));
}

function bytesOf(array: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
