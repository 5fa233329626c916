/**
 * How long things take and how large they are: the one place for it. "Measured" figures come from
 * `PAVIO_THREADS=1 npm run bench -- steps` (20 assets, 3000 daily candles each: 60,000 rows; CPU seconds of the process, on a
 * machine that was busy otherwise, which makes them rather too long) and from the lake that `pavio run --source simulated` makes
 * of the same candles; 2026-11-21. The others are assumptions, and say so.
 */
export const MEASURED_ROWS = 60_000;

/** Memory at which Lambda gives one whole processor, MiB (AWS: "configure function memory"). */
export const MIB_OF_ONE_PROCESSOR = 1769;

/** CPU seconds of a step: those that it takes without any row, and of each row. */
export interface StepTime {
  readonly base: number;
  readonly perRow: number;
}

/** Measured: 1.8 s at 60,000 rows, of which a process that computes nothing takes one. */
export const FEATURES_TIME: StepTime = { base: 1, perRow: 0.8 / MEASURED_ROWS };
/** Measured: 16.9 s at 60,000 rows (five models, five folds and the release), 1.8 s with nothing new to learn. */
export const TRAIN_TIME: StepTime = { base: 1.8, perRow: 15.1 / MEASURED_ROWS };
/** Measured: a crawl that finds nothing new. */
export const CRAWL_CPU_SECONDS = 1.2;
/** Assumed: the provider's answer, one request an asset and run, one after the other. */
export const PROVIDER_SECONDS = 0.5;

/** Measured: 10.9 ms of CPU a forecast, 300 in a row over a lake in a folder. */
export const REQUEST_CPU_SECONDS = 0.011;
/** Assumed: two reads of S3, one after the other. */
export const REQUEST_WAIT_SECONDS = 0.05;

/** Assumed: Spark starts in a minute and a half, and its executors use their processors half as well as one machine. */
export const GLUE_START_SECONDS = 90;
export const GLUE_EFFICIENCY = 0.5;
export const PROCESSORS_OF_A_WORKER = 4;

/** Measured: 4.99 MB of CSV, 23.5 MB of features, 1.12 MB of models and 0.12 MB of report, at 60,000 rows. */
export const RAW_BYTES_PER_ROW = 83;
export const FEATURE_BYTES_PER_ROW = 392;
export const RELEASE_BYTES = 1_240_000;

/** Assumed, from what the templates log: lines of Lambda itself and of ours, access logs, states with their data. */
export const LOG_BYTES = { request: 2_000, crawl: 20_000, run: 60_000 } as const;
/** Assumed, a month: what the Kubernetes API of a small cluster logs, most of it the audit of EKS's own calls. */
export const CLUSTER_LOG_BYTES = 5e9;
/** Assumed: a forecast as JSON with its headers. */
export const ANSWER_BYTES = 4_000;
/** Reads and writes of S3, assumed from the code: candles of an asset and what is live; one series; a step's own objects. */
export const S3_READS = { request: 2, crawledAsset: 3, run: 60 } as const;
export const S3_WRITES = { crawledAsset: 1, run: 40 } as const;
