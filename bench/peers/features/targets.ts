import { atLeast, atMost, type Target, times } from '../../targets.ts';
import type { CaseResult, PeerResult } from './results.ts';

/** The peer's time divided by ours, by peer and by size. */
const FASTER: Readonly<Record<string, (rows: number) => number>> = {
  pandas: (rows) => (rows < MANY_ROWS ? 20 : 5),
  'TA-Lib': () => 1,
};
const MANY_ROWS = 100_000;
/** From how many rows on the work outweighs the start of a thread. */
const PARALLEL = { rows: 5_000_000, times: 1.7 };
/** Rows at which memory is promised, and megabytes. */
const MEMORY = { rows: 10_000_000, megabytes: 1536 };
/** Near-linear: time a row, from one size to another. */
const MOST_GROWTH = 1.25;

/** Every target that these cases can speak about. */
export function targetsOf(cases: readonly CaseResult[]): Target[] {
  const minutes = cases.filter(({ rows }) => rows >= PARALLEL.rows);
  const [small, large] = minutes.map(({ rows, job }) => job[0]!.seconds / rows);
  return [
    ...cases.flatMap(({ name, rows, peers }) => peers.flatMap((peer) => peerTarget(name, rows, peer))),
    ...minutes.flatMap(({ name, job: [one, two] }) =>
      atLeast(`${name}: two threads against one`, one!.seconds / two!.seconds, PARALLEL.times, times),
    ),
    ...cases
      .filter(({ rows }) => rows >= MEMORY.rows)
      .flatMap(({ name, job }) =>
        job.map(({ threads, peakMegabytes }) =>
          atMost(`${name}: peak memory, threads: ${threads}`, peakMegabytes, MEMORY.megabytes, megabytes),
        ),
      ),
    ...(small === undefined || large === undefined
      ? []
      : [atMost('time a row at 10 M rows / at 5 M', large / small, MOST_GROWTH, times)]),
  ];
}

function peerTarget(name: string, rows: number, { peer, peerSeconds, oursSeconds }: PeerResult): Target[] {
  return Object.entries(FASTER)
    .filter(([known]) => peer.startsWith(known))
    .map(([, wanted]) => atLeast(`${name}: ${peer}`, peerSeconds.best / oursSeconds.best, wanted(rows), times));
}

function megabytes(value: number): string {
  return `${value.toFixed(0)} MB`;
}
