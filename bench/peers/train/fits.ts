import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { median } from '../../median.ts';
import { type Case, type CaseName, casesOf, LARGE, type Peer, scalingPairs } from './cases.ts';
import { type Figures, type Spec, writeProblem } from './problem.ts';
import { figuresOf, firstLine } from './run-program.ts';

export interface PeerResult {
  readonly peer: Peer;
  readonly figures: Figures;
  /** The peer's time divided by ours, on all cores. */
  readonly fitRatio: number;
  readonly predictRatio: number;
  /** Our held-out loss divided by the peer's on the same rows: median over the seeds. */
  readonly lossRatio: number;
}

export interface FitResult {
  readonly name: CaseName;
  readonly spec: Spec;
  readonly ours: Figures;
  readonly oneThread: Figures;
  readonly peers: readonly PeerResult[];
  /** Peers that could not run, and why. */
  readonly absent: readonly string[];
}

/** How much longer a fit takes on five times the rows. */
export interface Scaling {
  readonly name: CaseName;
  /** Rows of the smaller fit. */
  readonly rows: number;
  /** Time a row at 200,000 rows divided by that at 40,000, as many trees. */
  readonly growth: number;
}

export interface BenchContext {
  /** A Python with the peers, or why there is none. */
  readonly python: { readonly path: string } | { readonly missing: string };
  /** A folder for what is made on the way. */
  readonly folder: string;
  /** Is told what is being done, and what came out. */
  readonly say: (line: string) => void;
}

/** Rows behind the training rows: the loss is measured on them, and batch prediction timed. */
export const HELD_OUT = 100_000;
export const THREADS = availableParallelism();

/** Every learner at every size, against its peers. */
export async function benchFits(isQuick: boolean, context: BenchContext): Promise<FitResult[]> {
  const results: FitResult[] = [];
  for (const entry of casesOf(isQuick)) {
    const { name, spec } = entry;
    context.say(`${name}, ${spec.rows.toLocaleString('en-US')} rows, ${spec.trees} trees`);
    const result = await benchCase(entry, context);
    for (const { figures, fitRatio, lossRatio } of result.peers) {
      context.say(`  ${figures.version}: ${fitRatio.toFixed(1)} x our time, our loss ${lossRatio.toFixed(3)} of its`);
    }
    results.push(result);
  }
  return results;
}

/** What five times the rows cost us. `fits` have the larger ones already. */
export async function benchScaling(fits: readonly FitResult[], context: BenchContext): Promise<Scaling[]> {
  const results: Scaling[] = [];
  for (const { name, small, large } of scalingPairs()) {
    const measured = fits.find(({ name: other, spec }) => other === name && spec.rows === LARGE.rows);
    if (measured === undefined) continue;
    context.say(`${name}, ${small.rows.toLocaleString('en-US')} rows, ${small.trees} trees: what more rows cost`);
    const { fitSeconds } = await fitOurs(await problemOf(small, context), small, THREADS);
    const growth = measured.ours.fitSeconds / large.rows / (fitSeconds / small.rows);
    results.push({ name, rows: small.rows, growth });
  }
  return results;
}

async function benchCase({ name, spec, peers }: Case, context: BenchContext): Promise<FitResult> {
  const problem = await problemOf(spec, context);
  const oneThread = await fitOurs(problem, spec, 1);
  const ours = THREADS > 1 ? await fitOurs(problem, spec, THREADS) : oneThread;
  const results: PeerResult[] = [];
  const absent: string[] = [];
  for (const peer of peers) {
    try {
      const figures = await fitPeer(peer, problem, spec, context);
      results.push({
        peer,
        figures,
        fitRatio: figures.fitSeconds / ours.fitSeconds,
        predictRatio: figures.predictSeconds / ours.predictSeconds,
        lossRatio: median(ours.losses.map((loss, seed) => loss / figures.losses[seed]!)),
      });
    } catch (error) {
      absent.push(`${peer}: ${firstLine(error)}`);
    }
  }
  return { name, spec, ours, oneThread, peers: results, absent };
}

function fitOurs(problem: string, spec: Spec, threads: number): Promise<Figures> {
  return figuresOf('ours.ts', [problem, JSON.stringify(spec), String(threads)]);
}

function fitPeer(peer: Peer, problem: string, spec: Spec, { python }: BenchContext): Promise<Figures> {
  const text = JSON.stringify(spec);
  if (peer === 'ml-random-forest') return figuresOf('ml-random-forest.ts', [problem, text]);
  if ('missing' in python) throw new Error(python.missing);
  return figuresOf('fit.py', [problem, text, peer], python.path);
}

/** The file of the problem that a spec is fitted on. */
async function problemOf({ rows, seeds }: Spec, { folder }: BenchContext): Promise<string> {
  const total = rows * seeds.length + HELD_OUT;
  const file = path.join(folder, `problem-${total}`);
  if (!existsSync(file)) await writeProblem(file, total);
  return file;
}
