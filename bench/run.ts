#!/usr/bin/env node
// pnpm bench [NAME] [--quick] [--json]: runs one benchmark, or all that are there. Every figure is of this machine and
// this run; compare ratios inside one run, never figures of two machines.
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** Each file runs by itself too: node bench/NAME.ts. */
const BENCHMARKS = {
  steps: 'time and peak memory of each step of a cycle, 20 assets',
  features: 'the features against pandas, TA-Lib, Polars and technicalindicators',
  train: 'the learners against scikit-learn, LightGBM and ml-random-forest',
  spark: 'the features of 5 million minutes on Spark (two worker processes) against the local job; needs Java',
  cold: 'start-up of each Lambda bundle against FastAPI + scikit-learn + joblib',
};

const [name, ...rest] = process.argv.slice(2);
const chosen = name === undefined || name.startsWith('--') ? Object.keys(BENCHMARKS) : [name];
const fileOf = (benchmark: string) => path.join(import.meta.dirname, `${benchmark}.ts`);
const present = chosen.filter((benchmark) => Object.hasOwn(BENCHMARKS, benchmark) && existsSync(fileOf(benchmark)));
if (present.length === 0) {
  const list = Object.entries(BENCHMARKS).map(([known, about]) => `  ${known.padEnd(9)} ${about}`);
  console.error(`There is no benchmark "${name}". There are:\n${list.join('\n')}`);
  process.exitCode = 2;
}
process.argv.splice(2, Infinity, ...(name?.startsWith('--') === true ? [name, ...rest] : rest));
for (const benchmark of present) await import(fileOf(benchmark));
