import { MODEL_NAMES } from '@pavio/core';
import { atLeast, atMost, type Target, times } from '../../targets.ts';
import type { CaseName, Peer } from './cases.ts';
import type { FitResult, PeerResult, Scaling } from './fits.ts';
import type { WalkForwardResult } from './walk-forward.ts';

export interface TrainResults {
  readonly fits: readonly FitResult[];
  readonly scaling: readonly Scaling[];
  /** Undefined where the real candles are not there. */
  readonly walkForward: WalkForwardResult | undefined;
}

/** Time of a fit by the peer, divided by ours. */
const FASTER: readonly { readonly name: CaseName; readonly peer: Peer; readonly times: number }[] = [
  { name: 'forest', peer: 'sklearn', times: 15 },
  { name: 'classifier forest', peer: 'sklearn', times: 6 },
  { name: 'boosting, depth 3', peer: 'sklearn', times: 60 },
  { name: 'boosting, 31 leaves', peer: 'sklearn', times: 1 },
  { name: 'boosting, 31 leaves', peer: 'lightgbm', times: 1 },
];
/** Equal loss: within one percent of the peer's. */
const WORST_LOSS = 1.01;
/** Near-linear: sorting makes deep trees n log n, which alone is 1.15 from 40,000 rows to 200,000. */
const MOST_GROWTH = 1.25;
/** Size at which threads shall pay. */
const PARALLEL = { rows: 40_000, times: 1.6 };
/** Elsewhere threads shall never cost: but two timings of the same fit differ by some percent. */
const NOISE = 0.95;

/** Every target that this run can speak about. */
export function targetsOf({ fits, scaling, walkForward }: TrainResults): Target[] {
  return [
    ...fits.flatMap((fit) => fit.peers.flatMap((peer) => fitTargets(fit, peer))),
    ...fits.map(threadTarget),
    ...scaling.map(({ name, growth }) => {
      return atMost(`${name}: time a row at 200,000 rows / at 40,000`, growth, MOST_GROWTH, times);
    }),
    ...(walkForward === undefined ? [] : servingTargets(walkForward)),
  ];
}

function fitTargets(
  { name, spec }: FitResult,
  { peer, figures, fitRatio, predictRatio, lossRatio }: PeerResult,
): Target[] {
  const title = `${name}, ${spec.rows.toLocaleString('en-US')} rows, against ${figures.version}`;
  const wanted = FASTER.find((target) => target.name === name && target.peer === peer)?.times;
  return [
    ...(wanted === undefined ? [] : [atLeast(`${title}: fit`, fitRatio, wanted, times)]),
    // Forests of the two trees that ml-random-forest has time for differ by more than the models do.
    ...(peer === 'ml-random-forest'
      ? []
      : [atMost(`${title}: held-out loss, ours / theirs`, lossRatio, WORST_LOSS, (value) => value.toFixed(3))]),
    ...(peer === 'sklearn' ? [atLeast(`${title}: 100,000 rows at once`, predictRatio, 1, times)] : []),
  ];
}

function threadTarget({ name, spec, ours, oneThread }: FitResult): Target {
  const gain = oneThread.fitSeconds / ours.fitSeconds;
  const title = `${name}, ${spec.rows.toLocaleString('en-US')} rows: all threads against one`;
  return atLeast(title, gain, spec.rows === PARALLEL.rows ? PARALLEL.times : NOISE, times);
}

function servingTargets({ ours, serving, peer }: WalkForwardResult): Target[] {
  const own = [
    atMost('one row through all five models', serving.rowMicroseconds, 100, (value) => `${value.toFixed(1)} us`),
    atMost('five model files loaded by a new process', serving.loadMs, 20, (value) => `${value.toFixed(1)} ms`),
  ];
  if (peer === undefined) return own;
  const share = sumOf(serving.bytes) / sumOf(peer.serving.bytes);
  return [
    atLeast('five models x five folds on real candles', peer.figures.seconds / ours.seconds, 20, times),
    ...MODEL_NAMES.map((name) => {
      const ratio = ours.losses[name] / peer.figures.losses[name];
      return atMost(`loss of ${name} on real candles, ours / theirs`, ratio, WORST_LOSS, (value) => value.toFixed(3));
    }),
    ...own,
    atMost("files of the five models together, ours / joblib's", share, 0.25, (value) => value.toFixed(3)),
  ];
}

export function sumOf(bytes: Readonly<Record<string, number>>): number {
  return MODEL_NAMES.reduce((sum, name) => sum + bytes[name]!, 0);
}
