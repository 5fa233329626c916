import { median } from '../../median.ts';

/** One peer in one case: every row, the same columns by the peer and by us. */
export interface PeerResult {
  readonly peer: string;
  readonly columns: number;
  readonly peerSeconds: Timing;
  /** The same columns by us, in one thread. */
  readonly oursSeconds: Timing;
  readonly peerMegabytes: number;
  readonly oursMegabytes: number;
  /** Columns that agree on the compared rows, and those that do not. */
  readonly agreeing: number;
  readonly disagreeing: readonly string[];
}

/** Seconds, of some runs. */
export interface Timing {
  readonly best: number;
  readonly median: number;
}

export function timingOf(seconds: readonly number[]): Timing {
  return { best: Math.min(...seconds), median: median(seconds) };
}

/** Candles to Parquet. */
export interface JobResult {
  readonly threads: number;
  readonly seconds: number;
  /** The same again, where nothing has changed, and where the candles of one asset have. */
  readonly unchangedSeconds: number;
  readonly oneChangedSeconds: number;
  readonly rows: number;
  readonly fileMegabytes: number;
  readonly peakMegabytes: number;
}

export interface CaseResult {
  readonly name: string;
  readonly rows: number;
  readonly assets: number;
  readonly peers: readonly PeerResult[];
  /** Why there are no peers of Python. */
  readonly absent?: string;
  readonly job: readonly JobResult[];
  /** Seconds a group of features in one pass over all, what is shared counted where it is first asked for. */
  readonly groups: Readonly<Record<string, number>>;
}
