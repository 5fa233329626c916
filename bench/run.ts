#!/usr/bin/env node
import path from 'node:path';
import process from 'node:process';

const BENCHMARKS: Readonly<Record<string, string>> = {
  steps: 'time and peak memory of each step of a cycle, 20 assets',
  features: 'the features against pandas, TA-Lib, Polars and technicalindicators',
  train: 'the learners against scikit-learn, LightGBM and ml-random-forest',
  spark: 'the features of 5 million minutes on Spark (two worker processes) against the local job; needs Java 17',
  cold: 'start-up of each Lambda bundle against FastAPI + scikit-learn + joblib',
};
const USAGE = `Usage: pnpm bench NAME [--quick] [--json]   (NAME --help says what it measures)
       pnpm bench all [--quick]

Figures are of this machine and this run: compare ratios inside one run, never figures of two machines.

${Object.entries(BENCHMARKS)
  .map(([name, about]) => `  ${name.padEnd(9)} ${about}`)
  .join('\n')}`;

const [name = '--help', ...options] = process.argv.slice(2);
const chosen = name === 'all' ? Object.keys(BENCHMARKS) : [name];
if (name === '--help' || name === '-h') {
  console.log(USAGE);
} else if (chosen.every((benchmark) => Object.hasOwn(BENCHMARKS, benchmark))) {
  // Each file reads the command line by itself: node bench/NAME.ts does the same.
  process.argv.splice(2, Infinity, ...options);
  for (const benchmark of chosen) await import(path.join(import.meta.dirname, `${benchmark}.ts`));
} else {
  console.error(`There is no benchmark "${name}".\n\n${USAGE}`);
  process.exitCode = 2;
}
