import { type CandleStore, type Clock, lastClosedOpen, type SeriesKey, sliceTime } from '@pavio/core';
import type { Feature } from '../feature.ts';
import { featureSet } from '../feature-set.ts';
import type { Market } from '../job/asset-task.ts';
import type { FeatureProgress } from '../job/feature-job.ts';
import { type AssetCheck, checkAsset, isClean } from './check-asset.ts';

export interface CheckJob extends Market {
  readonly candles: CandleStore;
  /** Assets wanted, as `BTC`; all that have candles by default. */
  readonly symbols?: readonly string[];
  /** Features to check; those of the interval by default. */
  readonly features?: readonly Feature[];
  readonly clock: Clock;
  readonly onProgress?: (progress: FeatureProgress) => void;
}

export interface CheckReport {
  readonly source: string;
  readonly quote: string;
  readonly interval: string;
  /** Features that were checked on each asset. */
  readonly features: number;
  readonly assets: readonly AssetCheck[];
  /** Assets that were wanted and have no closed candle. */
  readonly missing: readonly string[];
  readonly isClean: boolean;
}

/** Checks the stored candles of all assets and the features on them, each after another; two assets are in memory at a time. */
export async function runCheckJob(job: CheckJob): Promise<CheckReport> {
  const { candles, source, quote, interval, symbols, clock, onProgress } = job;
  const features = job.features ?? featureSet(interval).features;
  const newest = lastClosedOpen(clock.now(), interval);
  const stored = await candles.list({ source, quote, interval });
  const keys = symbols === undefined ? stored : stored.filter(({ symbol }) => symbols.includes(symbol));
  const read = async (key: SeriesKey) => sliceTime(await candles.read(key), -Infinity, newest);
  const assets: AssetCheck[] = [];
  const another = stored.findLast(({ symbol }) => symbol !== keys[0]?.symbol);
  let other = another === undefined ? undefined : await read(another);
  for (const [index, key] of keys.entries()) {
    const closed = await read(key);
    assets.push(checkAsset(key.symbol, closed, interval, { features, ...(other === undefined ? {} : { other }) }));
    other = closed;
    onProgress?.({ done: index + 1, total: keys.length, symbol: key.symbol });
  }
  const missing = [
    ...(symbols ?? []).filter((symbol) => !keys.some((key) => key.symbol === symbol)),
    ...assets.filter(({ rows }) => rows === 0).map(({ symbol }) => symbol),
  ];
  return { source, quote, interval, features: features.length, assets, missing, isClean: assets.every(isClean) };
}
