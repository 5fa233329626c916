import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { Interval } from '@pavio/core';
import { type Feature, featureSet } from '@pavio/features';
import { pythonVenv } from '@pavio/storage/testing';
import { benchOptions } from './options.ts';
import { writeCandleFile } from './peers/features/candle-file.ts';
import { type CaseResult, type JobResult, type PeerResult, timingOf } from './peers/features/results.ts';
import { describeCase } from './peers/features/tables.ts';
import { targetsOf } from './peers/features/targets.ts';
import type { PeerFigures } from './peers/features/timed.ts';
import { describeTargets } from './targets.ts';

const USAGE = `Usage: node bench/features.ts [--quick] [--json]

Our features against pandas, TA-Lib, technicalindicators and Polars on simulated candles, 20 assets daily and 5 million
minutes, each peer a process of its own; and the whole job, candles to Parquet, up to 10 million rows.
--quick takes half a million minutes instead, and leaves out the largest job.`;

interface Case {
  readonly name: string;
  readonly assets: number;
  readonly rows: number;
  readonly interval: Interval;
  readonly runs: number;
}

const PEERS_FOLDER = path.join(import.meta.dirname, 'peers/features');
const ROOT = path.dirname(import.meta.dirname);
const COMPARED_ROWS = 1500;

interface Peer {
  readonly name: string;
  readonly program: string;
  readonly env?: Readonly<Record<string, string>>;
}

const PEERS: readonly Peer[] = [
  { name: 'pandas, groupby-transform', program: 'pandas_features.py' },
  { name: 'TA-Lib (C)', program: 'talib_features.py' },
  { name: 'technicalindicators', program: 'technicalindicators.ts' },
  { name: 'Polars, one thread', program: 'polars_features.py', env: { POLARS_MAX_THREADS: '1' } },
  { name: 'Polars, all threads', program: 'polars_features.py' },
];

async function benchFeatures(isQuick: boolean): Promise<CaseResult[]> {
  const minutes = { interval: '1m', rows: isQuick ? 50_000 : 500_000 } as const;
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-bench-features-'));
  try {
    const python = await pythonOrReason();
    const results = [
      await benchCase(
        { name: '20 assets x 5 years of daily candles', assets: 20, rows: 1826, interval: '1d', runs: 20 },
        folder,
        python,
      ),
      await benchCase(
        { name: `${isQuick ? '0.5' : '5'} M one-minute candles (10 assets)`, assets: 10, ...minutes, runs: 3 },
        folder,
        python,
      ),
    ];
    if (!isQuick) {
      results.push(
        await benchCase({ name: '10 M one-minute candles (20 assets)', assets: 20, ...minutes, runs: 1 }, folder),
      );
    }
    return results;
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Python = { readonly path: string } | { readonly missing: string };

async function pythonOrReason(): Promise<Python> {
  const pins = await readFile(path.join(ROOT, 'packages/features/tests/reference/requirements.txt'), 'utf8');
  try {
    return { path: await pythonVenv('features', pins.trim().split('\n')) };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

/** Against the peers, where a Python is given; and the job. */
async function benchCase(each: Case, folder: string, python?: Python): Promise<CaseResult> {
  const candles = path.join(folder, 'candles');
  console.error(`${each.name}: simulating`);
  writeCandleFile(candles, each.assets, each.rows, each.interval);
  const peers: PeerResult[] = [];
  let groups: CaseResult['groups'] = {};
  if (python !== undefined) {
    for (const peer of PEERS) {
      const command = peer.program.endsWith('.ts') ? { path: process.execPath } : python;
      if ('missing' in command) continue;
      console.error(`${each.name}: ${peer.name}`);
      peers.push(await benchPeer(peer, command.path, candles, folder, each));
    }
    groups = JSON.parse(await run(process.execPath, ['profile.ts', candles, String(each.runs)])) as typeof groups;
  }
  const job: JobResult[] = [];
  for (const threads of [1, 2]) {
    console.error(`${each.name}: the job, threads: ${threads}`);
    job.push(await benchJob(candles, folder, threads, each.runs));
  }
  const { name, assets } = each;
  const absent = python !== undefined && 'missing' in python ? { absent: python.missing } : {};
  return { name, assets, rows: assets * each.rows, peers, ...absent, job, groups };
}

async function benchPeer(
  { name, program, env }: Peer,
  command: string,
  candles: string,
  folder: string,
  { interval, runs }: Case,
): Promise<PeerResult> {
  const [theirs, ours] = [path.join(folder, 'theirs'), path.join(folder, 'ours')];
  const repeated = [String(runs), String(COMPARED_ROWS)];
  const their = JSON.parse(await run(command, [program, candles, theirs, ...repeated], env)) as PeerFigures;
  const our = JSON.parse(
    await run(process.execPath, ['ours.ts', candles, ours, ...repeated, their.columns.join(',')]),
  ) as PeerFigures;
  const disagreeing = await compare(theirs, ours, featureSet(interval).features);
  return {
    peer: name,
    columns: their.columns.length,
    peerSeconds: timingOf(their.seconds),
    oursSeconds: timingOf(our.seconds),
    peerMegabytes: their.peakMegabytes,
    oursMegabytes: our.peakMegabytes,
    agreeing: their.columns.length - disagreeing.length,
    disagreeing,
  };
}

async function benchJob(candles: string, folder: string, threads: number, runs: number): Promise<JobResult> {
  const lake = path.join(folder, 'lake');
  const output = await run(process.execPath, ['job.ts', candles, lake, String(threads), String(runs)]);
  await rm(lake, { recursive: true });
  return { threads, ...(JSON.parse(output) as Omit<JobResult, 'threads'>) };
}

const execute = promisify(execFile);

/** The last line that a program prints. */
async function run(command: string, args: readonly string[], env: Peer['env'] = {}): Promise<string> {
  try {
    const { stdout } = await execute(command, args, { cwd: PEERS_FOLDER, env: { ...process.env, ...env } });
    return lastLine(stdout);
  } catch (error) {
    throw new Error(`${args[0]} failed: ${lastLine((error as { stderr?: string }).stderr ?? String(error))}`, {
      cause: error,
    });
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

/** Columns whose newest rows differ by more than a millionth of the value and a billionth of the column's largest. */
async function compare(theirs: string, ours: string, features: readonly Feature[]): Promise<string[]> {
  const [their, our] = await Promise.all([readColumns(theirs), readColumns(ours)]);
  const known = new Set(features.map(({ name }) => name));
  return [...their.keys()].filter((name) => {
    const [a, b] = [their.get(name)!, our.get(name)];
    if (b === undefined || !known.has(name)) return true;
    const largest = b.reduce((max, value) => (Math.abs(value) > max ? Math.abs(value) : max), 0);
    // Rows where the peer has no value yet, or divides by zero, are no disagreement about the formula.
    const differs = (value: number, row: number) =>
      Number.isFinite(value) && !(Math.abs(value - b[row]!) <= 1e-6 * (Math.abs(value) + 1e-3 * largest));
    return a.some(differs) || a.filter(Number.isFinite).length < a.length / 2;
  });
}

async function readColumns(file: string): Promise<Map<string, Float64Array>> {
  if (!existsSync(file)) return new Map();
  const bytes = await readFile(file);
  const end = bytes.indexOf('\n');
  const header = JSON.parse(bytes.toString('utf8', 0, end)) as { columns: string[]; rows: number };
  const values = new Float64Array(new Uint8Array(bytes.subarray(end + 1)).buffer);
  return new Map(header.columns.map((name, i) => [name, values.subarray(i * header.rows, (i + 1) * header.rows)]));
}

const { isQuick, isJson } = benchOptions(USAGE);
const cases = await benchFeatures(isQuick);
const targets = targetsOf(cases);
console.log(
  isJson
    ? JSON.stringify({ cases, targets }, null, 2)
    : `${cases.map(describeCase).join('\n')}\n\n${describeTargets(targets)}`,
);
