import { tableRow } from '../../targets.ts';
import type { CaseResult, Timing } from './results.ts';

/** A case as Markdown. */
export function describeCase({ name, assets, peers, absent, job, groups }: CaseResult): string {
  const [one] = job;
  return [
    `\n## ${name}`,
    ...(peers.length === 0 ? [] : describePeers(peers)),
    ...(absent === undefined ? [] : [`\nNo peers of Python: ${absent}`]),
    '',
    tableRow([
      'candles to Parquet',
      'ms',
      'rows/s',
      'against 1 thread',
      'again, unchanged, ms',
      `again, 1 of ${assets} assets changed, ms`,
      'file MB',
      'peak MB',
    ]),
    '|---|---:|---:|---:|---:|---:|---:|---:|',
    ...job.map((row) =>
      tableRow([
        `${row.threads} thread${row.threads === 1 ? '' : 's'}`,
        ms(row.seconds),
        Math.round(row.rows / row.seconds).toLocaleString('en-US'),
        (one!.seconds / row.seconds).toFixed(2),
        ms(row.unchangedSeconds),
        ms(row.oneChangedSeconds),
        row.fileMegabytes.toFixed(0),
        row.peakMegabytes.toFixed(0),
      ]),
    ),
    ...describeGroups(groups, one!.seconds),
  ].join('\n');
}

function describePeers(peers: CaseResult['peers']): string[] {
  return [
    '\nEvery row: the same columns by the peer and by us in one thread, best of some runs (median). We make them one by one,',
    'as the job takes them; the peers keep theirs.',
    '\n| peer | columns | peer ms | ours ms, 1 thread | times faster | peer MB | ours MB | equal columns |',
    '|---|---:|---:|---:|---:|---:|---:|---:|',
    ...peers.map((row) =>
      tableRow([
        row.peer,
        row.columns,
        timing(row.peerSeconds),
        timing(row.oursSeconds),
        `${(row.peerSeconds.best / row.oursSeconds.best).toFixed(1)} (${(row.peerSeconds.median / row.oursSeconds.median).toFixed(1)})`,
        row.peerMegabytes.toFixed(0),
        row.oursMegabytes.toFixed(0),
        row.agreeing,
      ]),
    ),
    ...peers
      .filter(({ disagreeing }) => disagreeing.length > 0)
      .map(({ peer, disagreeing }) => `\n${peer} gives other numbers for: ${disagreeing.join(', ')}.`),
  ];
}

function describeGroups(groups: CaseResult['groups'], jobSeconds: number): string[] {
  const spent = Object.entries(groups).sort(([, a], [, b]) => b - a);
  if (spent.length === 0) return [];
  const computing = spent.reduce((sum, [, seconds]) => sum + seconds, 0);
  const list = spent.map(([group, seconds]) => `${group} ${ms(seconds)}`).join(', ');
  return [
    `\nWhere the time of one thread goes, in ms: ${list}; the rest, which is Parquet, Snappy and storing, ${ms(jobSeconds - computing)}.`,
  ];
}

function timing({ best, median }: Timing): string {
  return `${ms(best)} (${ms(median)})`;
}

function ms(seconds: number): string {
  return (seconds * 1000).toFixed(seconds < 0.1 ? 1 : 0);
}
