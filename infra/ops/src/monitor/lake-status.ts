import type { Workspace } from '@pavio/cli';
import {
  type Interval,
  isoTime,
  type KeptTrainingRun,
  lastClosedOpen,
  MODEL_NAMES,
  type ModelName,
  mapConcurrently,
  type SeriesKey,
  toPavioError,
  type Verdict,
} from '@pavio/core';

/** How a lake is: a folder or a bucket, on this machine or on AWS. */
export interface LakeStatus {
  readonly lake: string;
  readonly candles: readonly CandleStatus[];
  /** Newest first. */
  readonly trainings: readonly KeptTrainingRun[];
  readonly models: ModelStatus | null;
  /** Why the live models cannot be read; null where they can, or where there are none. */
  readonly problem: string | null;
  /** The newest forecast of each asset that has some. */
  readonly forecasts: readonly ForecastStatus[];
}

/** All series of one source, quote and interval. */
export interface CandleStatus {
  readonly source: string;
  readonly quote: string;
  readonly interval: Interval;
  readonly series: number;
  /** Open time of the newest stored candle. */
  readonly newest: string | null;
  /** Symbols that lack the newest closed candle. */
  readonly behind: readonly string[];
}

export interface ModelStatus {
  readonly version: string;
  readonly createdAt: string;
  readonly ageDays: number;
  readonly isPinned: boolean;
  readonly isSimulated: boolean;
  /** Until when it learnt. */
  readonly learntUntil: string;
  readonly verdicts: Readonly<Partial<Record<ModelName, { readonly skill: number | null; readonly verdict: Verdict }>>>;
}

export interface ForecastStatus {
  readonly symbol: string;
  readonly target: string;
  readonly madeAt: string;
  readonly version: string;
}

const DAY = 86_400_000;
const TRAININGS = 5;
const READS_AT_ONCE = 16;

/** Reads what there is to know, and changes nothing. A lake without anything in it is a status, too. */
export async function readLakeStatus(workspace: Workspace): Promise<LakeStatus> {
  const { store, runs, clock } = workspace;
  const [candles, trainings, live] = await Promise.all([
    readCandles(workspace),
    runs.list({ limit: TRAININGS }),
    readModels(workspace, clock.now()),
  ]);
  const { assets, interval, ...models } = live;
  const forecasts = interval === undefined ? [] : await readForecasts(workspace, assets, interval);
  return { lake: store.url, candles, trainings, ...models, forecasts };
}

async function readCandles({ candles, clock }: Workspace): Promise<CandleStatus[]> {
  const groups = new Map<string, SeriesKey[]>();
  for (const key of await candles.list()) {
    const group = `${key.source} ${key.quote} ${key.interval}`;
    groups.set(group, [...(groups.get(group) ?? []), key]);
  }
  return Promise.all(
    [...groups.values()].map(async (keys) => {
      const { source, quote, interval } = keys[0] as SeriesKey;
      const ends = await mapConcurrently(keys, READS_AT_ONCE, async (key) => {
        return { symbol: key.symbol, last: (await candles.span(key))?.last ?? -Infinity };
      });
      const newest = Math.max(...ends.map(({ last }) => last));
      const wanted = lastClosedOpen(clock.now(), interval);
      return {
        source,
        quote,
        interval,
        series: keys.length,
        newest: Number.isFinite(newest) ? isoTime(newest) : null,
        behind: ends.filter(({ last }) => last < wanted).map(({ symbol }) => symbol),
      };
    }),
  );
}

interface Live extends Pick<LakeStatus, 'models' | 'problem'> {
  readonly assets: readonly string[];
  readonly interval?: Interval;
}

async function readModels({ registry }: Workspace, now: number): Promise<Live> {
  try {
    const live = await registry.live();
    if (live === undefined) return { models: null, problem: null, assets: [] };
    const { manifest, isPinned } = live;
    const { version, createdAt, isSimulated, training, interval } = manifest;
    const verdicts = Object.fromEntries(
      MODEL_NAMES.map((name) => {
        const { skill, verdict } = manifest.models[name].evaluation.overall;
        return [name, { skill, verdict }];
      }),
    );
    const ageDays = Math.max(0, (now - Date.parse(createdAt)) / DAY);
    const models = { version, createdAt, ageDays, isPinned, isSimulated, learntUntil: training.to, verdicts };
    return { models, problem: null, assets: training.assets, interval };
  } catch (error) {
    const { code, sentence } = toPavioError(error);
    if (code !== 'bad_model') throw error;
    return { models: null, problem: sentence, assets: [] };
  }
}

async function readForecasts(
  { predictions }: Workspace,
  assets: readonly string[],
  interval: Interval,
): Promise<ForecastStatus[]> {
  const newest = await mapConcurrently(assets, READS_AT_ONCE, (symbol) =>
    predictions.list({ symbol, interval, limit: 1 }),
  );
  return newest.flat().map(({ symbol, targetTime, madeAt, version }) => {
    return { symbol, target: isoTime(targetTime), madeAt: isoTime(madeAt), version };
  });
}
