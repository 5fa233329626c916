import type { Settings } from '@pavio/cdk';
import { type Interval, intervalMs } from '@pavio/core';
import { DEFAULT_HISTORY } from '@pavio/crawler';
import {
  CRAWL_CPU_SECONDS,
  FEATURES_TIME,
  GLUE_EFFICIENCY,
  GLUE_START_SECONDS,
  MIB_OF_ONE_PROCESSOR,
  PROCESSORS_OF_A_WORKER,
  PROVIDER_SECONDS,
  REQUEST_CPU_SECONDS,
  REQUEST_WAIT_SECONDS,
  type StepTime,
  TRAIN_TIME,
} from './measured.ts';
import { HOURS } from './prices.ts';

/** What a bill depends on, beside the settings of the deployment. */
export interface Demand {
  readonly assets: number;
  readonly interval: Interval;
  /** Requests to the API in a month. */
  readonly requests: number;
  /** Candles stored of each asset. */
  readonly history: number;
  /** Runs of the pipeline a day; each crawl that is completed starts one. */
  readonly retrains: number;
  /** Age of the deployment: a table of features is kept of every day. */
  readonly months: number;
}

export type DemandOptions = Partial<Demand>;

/** Demand where not all of it is given: the usual history, a run of the pipeline after each crawl, a year old. */
export function demandOf(
  settings: Settings,
  options: DemandOptions & Pick<Demand, 'assets' | 'interval'>,
  now: number,
): Demand {
  const { interval } = options;
  const { PAVIO_START: start } = settings.application;
  const span = start === undefined ? DEFAULT_HISTORY[interval] : Math.max(0, now - Date.parse(start));
  return {
    requests: 100_000,
    history: Math.ceil(span / intervalMs(interval)),
    retrains: settings.crawlsPerDay,
    months: 12,
    ...options,
  };
}

/** What is used in a month, in the units of the bill. */
export interface Usage {
  readonly rows: number;
  readonly crawls: number;
  readonly runs: number;
  readonly engine: 'Lambda' | 'Glue';
  /** Of one invocation or job, in seconds. */
  readonly seconds: {
    readonly crawl: number;
    readonly features: number;
    readonly train: number;
    readonly request: number;
  };
  /** Lambda's, by function. */
  readonly gbSeconds: {
    readonly crawl: number;
    readonly features: number;
    readonly train: number;
    readonly request: number;
  };
  /** Glue's. */
  readonly dpuHours: number;
}

const DAYS = HOURS / 24;

export function usageOf(settings: Settings, { assets, history, retrains, requests }: Demand): Usage {
  const { crawlMemory, featuresMemory, trainMemory, apiMemory, sparkRows, sparkWorkers } = settings;
  const rows = assets * history;
  const crawls = settings.crawlsPerDay * DAYS;
  const runs = retrains * DAYS;
  const engine = rows >= sparkRows ? 'Glue' : 'Lambda';
  // The driver computes nothing.
  const processors = (sparkWorkers - 1) * PROCESSORS_OF_A_WORKER * GLUE_EFFICIENCY;
  const step = (time: StepTime, memory: number) =>
    engine === 'Glue'
      ? GLUE_START_SECONDS + cpuSeconds(time, rows) / processors
      : onLambda(cpuSeconds(time, rows), memory);
  const seconds = {
    crawl: onLambda(CRAWL_CPU_SECONDS, crawlMemory) + assets * PROVIDER_SECONDS,
    features: step(FEATURES_TIME, featuresMemory),
    train: step(TRAIN_TIME, trainMemory),
    request: onLambda(REQUEST_CPU_SECONDS, apiMemory) + REQUEST_WAIT_SECONDS,
  };
  const lambdaRuns = engine === 'Lambda' ? runs : 0;
  const gbSeconds = {
    crawl: crawls * seconds.crawl * (crawlMemory / 1024),
    features: lambdaRuns * seconds.features * (featuresMemory / 1024),
    train: lambdaRuns * seconds.train * (trainMemory / 1024),
    request: requests * seconds.request * (apiMemory / 1024),
  };
  const dpuHours = engine === 'Glue' ? (runs * sparkWorkers * (seconds.features + seconds.train)) / 3600 : 0;
  return { rows, crawls, runs, engine, seconds, gbSeconds, dpuHours };
}

function cpuSeconds({ base, perRow }: StepTime, rows: number): number {
  return base + perRow * rows;
}

/** Seconds on Lambda, which gives processors by memory; assumed: all of them are used, and are as fast as those measured on. */
function onLambda(cpu: number, memory: number): number {
  return cpu / (memory / MIB_OF_ONE_PROCESSOR);
}
