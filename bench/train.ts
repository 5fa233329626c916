// node bench/train.ts [--quick] [--json]: our learners against scikit-learn, LightGBM and ml-random-forest, on the same
// rows, at equal settings, each fit in a process of its own; the held-out loss stands beside every time.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { pythonVenv } from '@pavio/storage/testing';
import { type Figures, type Spec, writeProblem } from './peers/train/problem.ts';

export interface TrainBenchOptions {
  /** 2,000 and 40,000 rows, with fewer trees where a peer is slow. */
  readonly isQuick: boolean;
  /** Is told what is being done. */
  readonly onStep?: (step: string) => void;
}

export interface PeerResult {
  readonly peer: string;
  readonly figures: Figures;
  /** The peer's time divided by ours, on all cores. */
  readonly fitRatio: number;
  readonly predictRatio: number;
  /** Our held-out loss divided by the peer's. */
  readonly lossRatio: number;
}

export interface TrainResult {
  readonly name: string;
  readonly spec: Spec;
  readonly threads: number;
  readonly ours: Figures;
  readonly oneThread: Figures;
  readonly peers: readonly PeerResult[];
  /** Peers that could not run, and why. */
  readonly absent: readonly string[];
}

interface Case {
  readonly name: string;
  readonly spec: Spec;
  readonly peers: readonly Peer[];
}

type Peer = 'sklearn' | 'lightgbm' | 'ml-random-forest';

/** Rows behind the training rows: the loss is measured on them, and batch prediction timed. */
const HELD_OUT = 100_000;
const PEERS = path.join(import.meta.dirname, 'peers', 'train');
const run = promisify(execFile);

/** Each learner at each size. Loss is the median over seeds; slow peers get fewer trees and one seed at large sizes. */
function casesOf(isQuick: boolean): Case[] {
  const deep = { maxFeatures: 1, maxDepth: null, maxLeaves: null, minSamplesLeaf: 1 } as const;
  const shallow = { ...deep, maxDepth: 3 };
  const leafwise = { ...deep, maxLeaves: 31, minSamplesLeaf: 20 };
  const leaves = { ...deep, maxFeatures: 0.33, maxDepth: 8, minSamplesLeaf: 100 };
  const few = { kind: 'forest', rows: 2000, trees: 2, seeds: [1], ...deep } as const;
  const sizes = [
    { rows: 2000, seeds: [1, 2, 3], trees: isQuick ? 50 : 100, boosted: 200, gradient: 2000 },
    { rows: 40_000, seeds: [1], trees: isQuick ? 10 : 100, boosted: isQuick ? 20 : 200, gradient: 20_000 },
    ...(isQuick ? [] : [{ rows: 200_000, seeds: [1], trees: 10, boosted: 20, gradient: 200_000 }]),
  ];
  const cases = sizes.flatMap(({ rows, seeds, trees, boosted, gradient }): Case[] => {
    const size = { rows, seeds };
    return [
      { name: 'forest', spec: { kind: 'forest', trees, ...deep, ...size }, peers: ['sklearn'] },
      {
        name: 'classifier forest',
        spec: { kind: 'classifier-forest', trees, ...deep, maxFeatures: 'sqrt', ...size },
        peers: ['sklearn'],
      },
      { name: "forest, Pavio's limits", spec: { kind: 'forest', trees, ...leaves, ...size }, peers: ['sklearn'] },
      {
        name: 'boosting, depth 3',
        spec: { kind: 'boosting', trees: boosted, ...shallow, seeds, rows: gradient },
        peers: ['sklearn'],
      },
      {
        name: 'boosting, 31 leaves',
        spec: { kind: 'histogram-boosting', trees: 200, ...leafwise, ...size },
        peers: ['sklearn', 'lightgbm'],
      },
    ];
  });
  return [{ name: 'forest', spec: few, peers: ['ml-random-forest'] }, ...cases];
}

export async function benchTrain(options: TrainBenchOptions): Promise<TrainResult[]> {
  const say = options.onStep ?? (() => {});
  say('Python and its packages');
  const python = await peerPython();
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-bench-train-'));
  try {
    const results: TrainResult[] = [];
    for (const entry of casesOf(options.isQuick)) {
      const { rows, seeds } = entry.spec;
      const problem = path.join(folder, String(rows));
      writeProblem(problem, rows * seeds.length + HELD_OUT);
      say(`${entry.name}, ${rows.toLocaleString('en-US')} rows`);
      results.push(await benchCase(entry, problem, python));
      await rm(problem);
    }
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchCase({ name, spec, peers }: Case, problem: string, python: PeerPython): Promise<TrainResult> {
  const threads = availableParallelism();
  const text = JSON.stringify(spec);
  const fitOurs = (count: number) => {
    return figuresOf(process.execPath, [path.join(PEERS, 'ours.ts'), problem, text, String(count)]);
  };
  const oneThread = await fitOurs(1);
  const ours = threads > 1 ? await fitOurs(threads) : oneThread;
  const results: PeerResult[] = [];
  const absent: string[] = [];
  for (const peer of peers) {
    try {
      const figures = await fitPeer(peer, problem, text, python);
      results.push({
        peer,
        figures,
        fitRatio: figures.fitSeconds / ours.fitSeconds,
        predictRatio: figures.predictSeconds / ours.predictSeconds,
        lossRatio: ours.loss / figures.loss,
      });
    } catch (error) {
      absent.push(`${peer}: ${firstLine(error)}`);
    }
  }
  return { name, spec, threads, ours, oneThread, peers: results, absent };
}

type PeerPython = { readonly path: string } | { readonly missing: string };

async function peerPython(): Promise<PeerPython> {
  const pins = await readFile(path.join(PEERS, 'requirements.txt'), 'utf8');
  try {
    return { path: await pythonVenv('train', pins.trim().split('\n')) };
  } catch (error) {
    return { missing: firstLine(error) };
  }
}

async function fitPeer(peer: Peer, problem: string, spec: string, python: PeerPython): Promise<Figures> {
  if (peer === 'ml-random-forest') {
    return figuresOf(process.execPath, [path.join(PEERS, 'ml-random-forest.ts'), problem, spec]);
  }
  if ('missing' in python) throw new Error(python.missing);
  return figuresOf(python.path, [path.join(PEERS, 'fit.py'), problem, spec, peer]);
}

async function figuresOf(command: string, args: readonly string[]): Promise<Figures> {
  const { stdout } = await run(command, args);
  return JSON.parse(stdout) as Figures;
}

/** What went wrong, in the line that says so. */
function firstLine(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
  const lines = (stderr ?? '').split('\n').filter((line) => /error/iu.test(line));
  return lines.at(-1) ?? message.split('\n')[0]!;
}

function describe(results: readonly TrainResult[]): string {
  const [first] = results;
  const lines = [
    `60 columns, ${first?.threads} cores, ${HELD_OUT.toLocaleString('en-US')} held-out rows; times in seconds; "x" is the peer's time divided by ours on all cores.`,
    '',
    '| model | rows | trees | peer | fit | ours, 1 thread | ours | x | predict | ours | x | loss | ours / theirs | peak MB | ours |',
    '|---|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
  ];
  for (const { name, spec, ours, oneThread, peers } of results) {
    for (const { peer, figures, fitRatio, predictRatio, lossRatio } of peers) {
      const cells = [
        name,
        spec.rows.toLocaleString('en-US'),
        spec.trees,
        peer === 'ml-random-forest' ? peer : figures.version,
        seconds(figures.fitSeconds),
        seconds(oneThread.fitSeconds),
        seconds(ours.fitSeconds),
        fitRatio.toFixed(1),
        seconds(figures.predictSeconds),
        seconds(ours.predictSeconds),
        predictRatio.toFixed(1),
        figures.loss.toPrecision(4),
        lossRatio.toFixed(3),
        figures.peakMegabytes.toFixed(0),
        ours.peakMegabytes.toFixed(0),
      ];
      lines.push(`| ${cells.join(' | ')} |`);
    }
  }
  const absent = new Set(results.flatMap((result) => result.absent));
  return [...lines, ...[...absent].map((reason) => `\nNot here: ${reason}`)].join('\n');
}

function seconds(value: number): string {
  return value.toFixed(value < 1 ? 3 : 2);
}

const results = await benchTrain({
  isQuick: process.argv.includes('--quick'),
  onStep: (step) => console.error(step),
});
console.log(process.argv.includes('--json') ? JSON.stringify(results, null, 2) : describe(results));
