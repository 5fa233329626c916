import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runProgram } from '@pavio/cli';
import { MODEL_NAMES } from '@pavio/core';
import { lakeFeatureStore, lakeModelRegistry, openStore } from '@pavio/storage';

/** Fills the lake by one cycle on the simulated market: twenty assets, 3000 daily candles each. */
export async function fillLake(env: Readonly<Record<string, string>>): Promise<void> {
  const code = await runProgram(['run', '--source', 'simulated', '--json'], {
    env,
    folder: tmpdir(),
    stdout: { write: () => {} },
    stderr: { write: () => {} },
    signal: new AbortController().signal,
  });
  if (code !== 0) throw new Error(`pavio run ended with code ${code}.`);
}

/** Every so many rows the peer learns from: its models become smaller than ours, which is to its advantage here. */
const STRIDE = 4;

/** Fits the peer's models on the same features with the same parameters, and stores them beside ours. */
export async function fitPeer(python: string, endpoint: string, env: Readonly<Record<string, string>>): Promise<void> {
  const store = openStore(`s3://${env['BUCKET_NAME']}`, { endpoint, region: 'us-east-1' });
  const live = await lakeModelRegistry(store).live();
  if (live === undefined) throw new Error('Nothing was released.');
  const { inputs } = live.manifest.featureSet;
  const table = await lakeFeatureStore(store).latest({ columns: inputs });
  if (table === undefined) throw new Error('There are no features.');
  const columns = inputs.map((name) => table.columns.get(name)!);
  const rows: number[] = [];
  const newest: Record<string, { inputs: number[]; close: number }> = {};
  const rowOf = (row: number) => columns.map((column) => column[row]!);
  for (let row = 0; row < table.time.length; row++) {
    if (!rowOf(row).every(Number.isFinite)) continue;
    if (table.symbol[row] !== table.symbol[row + 1]) {
      newest[table.symbols[table.symbol[row]!]!] = { inputs: rowOf(row), close: table.close[row]! };
    } else if (row % STRIDE === 0) rows.push(row);
  }
  const X = Float32Array.from(rows.flatMap(rowOf));
  const r = Float64Array.from(rows, (row) => Math.log(table.close[row + 1]! / table.close[row]!));
  const parameters = Object.fromEntries(MODEL_NAMES.map((name) => [name, live.manifest.models[name].parameters]));
  const problem = { rows: rows.length, columns: columns.length, parameters, newest };

  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-bench-cold-'));
  try {
    await Promise.all([
      writeFile(path.join(folder, 'problem.json'), JSON.stringify(problem)),
      writeFile(path.join(folder, 'X.f32'), X),
      writeFile(path.join(folder, 'r.f64'), r),
    ]);
    const child = spawn(python, [path.join(import.meta.dirname, 'fit.py'), folder], { env, stdio: 'inherit' });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`fit.py ended with code ${code}.`);
  } finally {
    await rm(folder, { recursive: true });
  }
}
