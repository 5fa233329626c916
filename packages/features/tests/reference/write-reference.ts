import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { featurePython } from '../feature-python.ts';
import { candleCsv, REFERENCE_INTERVALS, referenceCandles } from './simulated-candles.ts';

// Writes candles-*.csv from the simulated market and, by TA-Lib and pandas in the versions of requirements.txt,
// expected-*.csv beside this file: node packages/features/tests/reference/write-reference.ts
const folder = import.meta.dirname;
const python = await featurePython();
if (python.missing !== '') throw new Error(`There is no reference${python.missing}.`);
const files = REFERENCE_INTERVALS.map((interval) => {
  const file = path.join(folder, `candles-${interval}.csv`);
  writeFileSync(file, candleCsv(referenceCandles(interval)));
  return file;
});
execFileSync(python.path, [path.join(folder, 'reference.py'), 'expect', ...files], { stdio: 'inherit' });
