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
import type { PeerFigures } from './peers/features/timed.ts';

const USAGE = `Usage: node bench/features.ts [--quick] [--json]

Our features against pandas, TA-Lib, technicalindicators and Polars on simulated candles, 20 assets daily and 5 million
minutes, each peer a process of its own; and the whole job, candles to Parquet, up to 10 million rows.
--quick takes half a million minutes instead, and leaves out the largest job.`;

export interface FeatureBenchOptions {
  /** Half a million candles instead of five, and no memory figure of ten million. */
  readonly isQuick: boolean;
  /** Is told what is being done. */
  readonly onStep?: (step: string) => void;
}

export interface PeerResult {
  readonly peer: string;
  readonly columns: number;
  readonly peerSeconds: number;
  /** The same columns by us, in one thread. */
  readonly oursSeconds: number;
  readonly peerMegabytes: number;
  readonly oursMegabytes: number;
  /** Columns that agree to 1e-6 on the compared rows, and those that do not. */
  readonly agreeing: number;
  readonly disagreeing: readonly string[];
}

export interface JobResult {
  readonly threads: number;
  readonly seconds: number;
  readonly unchangedSeconds: number;
  readonly computedAgain: number;
  readonly rows: number;
  readonly fileMegabytes: number;
  readonly peakMegabytes: number;
}

export interface CaseResult {
  readonly name: string;
  readonly rows: number;
  readonly peers: readonly PeerResult[];
  /** Peers that could not run, and why. */
  readonly absent: readonly string[];
  readonly job: readonly JobResult[];
  /** Milliseconds a group of features, each computed by itself. */
  readonly groups: Readonly<Record<string, number>>;
}

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

/** Peers that a case has; who has all columns comes first. */
const PEERS = [
  { peer: 'pandas, groupby-transform', program: 'pandas_features.py' },
  { peer: 'TA-Lib (C)', program: 'talib_features.py' },
  { peer: 'technicalindicators', program: 'technicalindicators.ts' },
  { peer: 'Polars, two threads', program: 'polars_features.py' },
] as const;

export async function benchFeatures({ isQuick, onStep }: FeatureBenchOptions): Promise<CaseResult[]> {
  const cases: Case[] = [
    { name: '20 assets x 5 years of daily candles', assets: 20, rows: 1826, interval: '1d', runs: 7 },
    isQuick
      ? { name: '0.5 M one-minute candles (10 assets)', assets: 10, rows: 50_000, interval: '1m', runs: 2 }
      : { name: '5 M one-minute candles (10 assets)', assets: 10, rows: 500_000, interval: '1m', runs: 2 },
  ];
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-bench-features-'));
  try {
    const python = await pythonOrReason();
    const results: CaseResult[] = [];
    for (const each of cases) results.push(await benchCase(each, folder, python, onStep));
    if (!isQuick) {
      const ten: Case = {
        name: '10 M one-minute candles (20 assets)',
        assets: 20,
        rows: 500_000,
        interval: '1m',
        runs: 1,
      };
      results.push(await memoryCase(ten, folder, onStep));
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

async function benchCase(
  each: Case,
  folder: string,
  python: Python,
  onStep?: (step: string) => void,
): Promise<CaseResult> {
  const candles = path.join(folder, 'candles');
  onStep?.(`${each.name}: simulating`);
  writeCandleFile(candles, each.assets, each.rows, each.interval);
  const peers: PeerResult[] = [];
  const absent: string[] = [];
  for (const { peer, program } of PEERS) {
    onStep?.(`${each.name}: ${peer}`);
    const command = program.endsWith('.ts') ? { path: process.execPath } : python;
    try {
      if ('missing' in command) throw new Error(command.missing);
      peers.push(await benchPeer(peer, command.path, program, candles, folder, each));
    } catch (error) {
      absent.push(
        `${peer}: ${error instanceof Error ? error.message.split('\n').slice(0, 2).join(' ') : String(error)}`,
      );
    }
  }
  const job: JobResult[] = [];
  for (const threads of [1, 2]) {
    onStep?.(`${each.name}: the job in ${threads} threads`);
    job.push(await benchJob(candles, folder, threads, each.runs));
  }
  const groups = JSON.parse(await run(process.execPath, ['profile.ts', candles])) as Record<string, number>;
  return { name: each.name, rows: each.assets * each.rows, peers, absent, job, groups };
}

async function benchPeer(
  peer: string,
  command: string,
  program: string,
  candles: string,
  folder: string,
  { interval, runs }: Case,
): Promise<PeerResult> {
  const [theirs, ours] = [path.join(folder, 'theirs'), path.join(folder, 'ours')];
  const times = [String(runs), String(COMPARED_ROWS)];
  const their = JSON.parse(await run(command, [program, candles, theirs, ...times])) as PeerFigures;
  const our = JSON.parse(
    await run(process.execPath, ['ours.ts', candles, ours, ...times, their.columns.join(',')]),
  ) as PeerFigures;
  const disagreeing = await compare(theirs, ours, featureSet(interval).features);
  return {
    peer,
    columns: their.columns.length,
    peerSeconds: their.seconds,
    oursSeconds: our.seconds,
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

/** Ten million candles through the job alone. */
async function memoryCase(each: Case, folder: string, onStep?: (step: string) => void): Promise<CaseResult> {
  const candles = path.join(folder, 'candles');
  onStep?.(`${each.name}: memory`);
  writeCandleFile(candles, each.assets, each.rows, each.interval);
  const job = [await benchJob(candles, folder, 1, 1), await benchJob(candles, folder, 2, 1)];
  return { name: each.name, rows: each.assets * each.rows, peers: [], absent: [], job, groups: {} };
}

const execute = promisify(execFile);

async function run(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute(command, args, { cwd: PEERS_FOLDER, maxBuffer: 2 ** 24 });
  return stdout.trim().split('\n').at(-1) ?? '';
}

/** Columns whose newest rows differ by more than 1e-6 of the value, or of a millionth of the column's largest. */
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

function describe({ name, peers, absent, job, groups }: CaseResult): string {
  const ms = (seconds: number) => (seconds * 1000).toFixed(seconds < 0.1 ? 1 : 0);
  const lines = [`\n## ${name}`];
  if (peers.length > 0) {
    lines.push(
      '\nEvery row: the same columns by the peer and by us, in one thread, best of some runs. We make them one by one, as',
      'the job takes them; the peers keep theirs.',
      '\n| peer | columns | peer ms | ours ms, 1 thread | times faster | peer MB | ours MB | equal columns |',
      '|---|---:|---:|---:|---:|---:|---:|---:|',
      ...peers.map(
        (row) =>
          `| ${row.peer} | ${row.columns} | ${ms(row.peerSeconds)} | ${ms(row.oursSeconds)} | ${(row.peerSeconds / row.oursSeconds).toFixed(1)} | ${row.peerMegabytes.toFixed(0)} | ${row.oursMegabytes.toFixed(0)} | ${row.agreeing} |`,
      ),
      ...peers
        .filter(({ disagreeing }) => disagreeing.length > 0)
        .map(({ peer, disagreeing }) => `\n${peer} gives other numbers for: ${disagreeing.join(', ')}.`),
    );
  }
  lines.push(...absent.map((reason) => `\nNot here: ${reason}`));
  const [one] = job;
  lines.push(
    '\n| candles to Parquet | ms | rows/s | against 1 thread | run again, unchanged, ms | file MB | peak MB |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...job.map(
      (row) =>
        `| ${row.threads} thread${row.threads === 1 ? '' : 's'} | ${ms(row.seconds)} | ${Math.round(row.rows / row.seconds).toLocaleString('en-US')} | ${((one?.seconds ?? 0) / row.seconds).toFixed(2)} | ${ms(row.unchangedSeconds)} | ${row.fileMegabytes.toFixed(0)} | ${row.peakMegabytes.toFixed(0)} |`,
    ),
  );
  const spent = Object.entries(groups).sort(([, a], [, b]) => b - a);
  if (spent.length > 0)
    lines.push(`\nWhere the time goes: ${spent.map(([group, t]) => `${group} ${t.toFixed(1)} ms`).join(', ')}.`);
  return lines.join('\n');
}

const { isQuick, isJson } = benchOptions(USAGE);
const results = await benchFeatures({ isQuick, onStep: (step) => console.error(step) });
console.log(isJson ? JSON.stringify(results, null, 2) : results.map(describe).join('\n'));
