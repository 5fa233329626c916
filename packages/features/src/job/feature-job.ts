import { availableParallelism } from 'node:os';
import {
  type AssetSummary,
  type CandleStore,
  type Clock,
  type EncodedFeatures,
  type FeatureStore,
  isoTime,
  type KeptFeatures,
  type Logger,
  lastClosedOpen,
  PavioError,
  type SeriesKey,
  seriesLength,
  sliceTime,
} from '@pavio/core';
import { featureSet } from '../feature-set.ts';
import { segmentsOf } from '../segments.ts';
import { type AssetTask, assetSummary, type Market, runAssetTask, tableInfo } from './asset-task.ts';
import { AssetThreads } from './asset-threads.ts';
import { isFull } from './budget.ts';

export interface FeatureJob extends Market {
  readonly candles: CandleStore;
  readonly features: FeatureStore;
  /** Assets wanted, as `BTC`; all that have candles by default. */
  readonly symbols?: readonly string[];
  /** Worker threads; as many as the machine runs at once by default. The stored bytes do not depend on it. */
  readonly threads?: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onProgress?: (progress: FeatureProgress) => void;
}

export interface FeatureProgress {
  readonly done: number;
  readonly total: number;
  readonly symbol: string;
}

export interface FeatureReport {
  /** Key of the dated file. */
  readonly key: string;
  readonly assets: readonly AssetSummary[];
  /** Assets that were computed; the others were stored already and their candles had not changed. */
  readonly computed: readonly string[];
  /** Assets with candles, but without one complete row: not in the table. */
  readonly tooShort: readonly { readonly symbol: string; readonly rows: number }[];
  /** Assets that were wanted and have no closed candle. */
  readonly missing: readonly string[];
  readonly rows: number;
  readonly completeRows: number;
  readonly from: number;
  readonly to: number;
  readonly columns: number;
  readonly inputs: number;
  readonly seconds: number;
}

/** Rows that are computed in this thread before others are started: those take half a second to get up to speed. */
const ROWS_WITHOUT_THREADS = 150_000;
/** Assets are read ahead of those that are stored, one a thread, and more of small ones: up to so many rows. */
const ROWS_AHEAD = 200_000;

/**
 * Computes the features of all stored assets from their closed candles and stores them as one table, asset by asset, column
 * by column: memory holds what the features of an asset share, and with several threads what has been encoded of assets
 * whose turn to be stored has not come. Both are bounded by the two largest assets or by a million rows, whichever is
 * more, and not by the number of threads. An asset whose candles have not changed since is not computed again. Run
 * again on the same candles it stores the same.
 *
 * @throws PavioError `no_candles` when no wanted asset has any; `not_enough_data` when none has enough for one complete
 * row; `bad_candles`.
 */
export async function runFeatureJob(job: FeatureJob): Promise<FeatureReport> {
  const { clock, log, interval } = job;
  const started = clock.now();
  const set = featureSet(interval);
  const run = new FeatureRun(job, started);
  const key = await run.store();

  const { assets, computed, tooShort, missing } = run;
  const report: FeatureReport = {
    key,
    assets,
    computed,
    tooShort,
    missing,
    rows: assets.reduce((sum, { rows }) => sum + rows, 0),
    completeRows: assets.reduce((sum, asset) => sum + asset.completeRows, 0),
    from: Math.min(...assets.map(({ from }) => from)),
    to: Math.max(...assets.map(({ to }) => to)),
    columns: set.columns.length,
    inputs: set.inputs.length,
    seconds: (clock.now() - started) / 1000,
  };
  const { rows, seconds, from, to } = report;
  log.info(
    { key, rows, assets: assets.length, computed: computed.length, from: isoTime(from), to: isoTime(to), seconds },
    'features stored',
  );
  return report;
}

/** An asset of the table, kept or begun; `rows` are those in work. */
interface BegunAsset {
  readonly rows: number;
  readonly part: EncodedFeatures | KeptFeatures;
}

function rowsInWork(assets: readonly BegunAsset[]): number {
  return assets.reduce((sum, { rows }) => sum + rows, 0);
}

/** One run of the job, and what became of each asset. */
class FeatureRun {
  readonly assets: AssetSummary[] = [];
  readonly computed: string[] = [];
  readonly tooShort: { symbol: string; rows: number }[] = [];
  readonly missing: string[] = [];
  readonly #job: FeatureJob;
  /** Open time of the newest closed candle. */
  readonly #newest: number;
  readonly #threads: number;
  #pool: AssetThreads | undefined;

  constructor(job: FeatureJob, now: number) {
    this.#job = job;
    this.#newest = lastClosedOpen(now, job.interval);
    this.#threads = Math.max(1, job.threads ?? availableParallelism());
  }

  async store(): Promise<string> {
    const { features, clock } = this.#job;
    try {
      return await features.write(tableInfo(this.#job), this.#inOrder(this.#begin()), clock.now());
    } finally {
      await this.#pool?.close();
    }
  }

  /** Begins the assets in their order, each when it is asked for. */
  async *#begin(): AsyncGenerator<BegunAsset, void, void> {
    const { source, quote, interval, features, symbols, onProgress } = this.#job;
    const keys = await this.#wantedSeries();
    const stored = await this.#storedAssets();
    const encode = await features.encoder();
    let rowsBegun = 0;
    let begun = 0;
    for (const [index, key] of keys.entries()) {
      const { symbol } = key;
      const tag = await this.#job.candles.tag(key);
      const known = stored.get(symbol);
      onProgress?.({ done: index + 1, total: keys.length, symbol });
      if (known !== undefined && known.content === tag && known.to <= this.#newest) {
        begun++;
        yield { rows: 0, part: { summary: known } };
        continue;
      }
      const task = await this.#read(key, tag ?? '');
      if (task === undefined) continue;
      this.computed.push(symbol);
      const rows = seriesLength(task.candles);
      rowsBegun += rows;
      begun++;
      const isLittle = this.#threads === 1 || rowsBegun <= ROWS_WITHOUT_THREADS;
      yield { rows, part: isLittle ? runAssetTask(task, encode) : this.#inThread(task) };
    }
    this.missing.push(...(symbols ?? []).filter((symbol) => !keys.some((key) => key.symbol === symbol)));
    this.#warn();
    if (begun === 0) {
      if (this.tooShort.length > 0) throw notEnough(featureSet(interval).lookback + 1, this.tooShort);
      throw noCandles({ source, quote, interval }, symbols);
    }
  }

  #inThread(task: AssetTask): EncodedFeatures {
    this.#pool ??= new AssetThreads(this.#threads, this.#job.features.encoderModule);
    return this.#pool.run(task);
  }

  /** What comes of them, in the same order, with a little of it ahead. */
  async *#inOrder(begun: AsyncIterable<BegunAsset>): AsyncGenerator<EncodedFeatures | KeptFeatures, void, void> {
    const ahead: BegunAsset[] = [];
    const rowsAhead = this.#threads === 1 ? -1 : ROWS_AHEAD;
    const take = () => {
      const { part } = ahead.shift()!;
      this.assets.push(part.summary);
      return part;
    };
    const isEnough = () =>
      (ahead.length >= this.#threads && rowsInWork(ahead) > rowsAhead) || isFull(ahead.map(({ rows }) => rows));
    for await (const asset of begun) {
      ahead.push(asset);
      while (isEnough()) yield take();
    }
    while (ahead.length > 0) yield take();
  }

  /** An asset's closed candles, if they are enough for a complete row. */
  async #read(key: SeriesKey, tag: string): Promise<AssetTask | undefined> {
    const { symbol } = key;
    const { source, quote, interval } = this.#job;
    const all = await this.#job.candles.read(key);
    const candles = sliceTime(all, -Infinity, this.#newest);
    const rows = seriesLength(candles);
    const longest = Math.max(0, ...segmentsOf(candles, interval).map(({ from, to }) => to - from));
    if (longest <= featureSet(interval).lookback) {
      if (rows > 0) this.tooShort.push({ symbol, rows });
      else this.missing.push(symbol);
      return undefined;
    }
    // The tag is that of all candles: of a part of them it says too much.
    const content = rows === seriesLength(all) ? tag : `${tag} to ${this.#newest}`;
    const summary = assetSummary({ symbol, content, time: candles.time }, interval);
    return { summary, candles, market: { source, quote, interval } };
  }

  async #wantedSeries(): Promise<SeriesKey[]> {
    const { candles, source, quote, interval, symbols } = this.#job;
    const stored = await candles.list({ source, quote, interval });
    return symbols === undefined ? stored : stored.filter(({ symbol }) => symbols.includes(symbol));
  }

  /** Assets of the latest table, where it has the same features of the same market. */
  async #storedAssets(): Promise<Map<string, AssetSummary>> {
    const { source, quote, interval } = this.#job;
    const latest = await this.#job.features.summary();
    const isSameTable =
      latest !== undefined &&
      latest.info.featureSet.hash === featureSet(interval).hash &&
      latest.info.source === source &&
      latest.info.quote === quote &&
      latest.info.interval === interval;
    return new Map((isSameTable ? latest.assets : []).map((asset) => [asset.symbol, asset]));
  }

  #warn(): void {
    const { log, interval } = this.#job;
    const needed = featureSet(interval).lookback + 1;
    for (const { symbol, rows } of this.tooShort) log.warn({ symbol, rows, needed }, 'too few candles for features');
    for (const symbol of this.missing) log.warn({ symbol }, 'no closed candles');
  }
}

function noCandles({ source, quote, interval }: Market, symbols: readonly string[] | undefined): PavioError {
  const whose = symbols === undefined ? 'any asset' : symbols.join(', ');
  return new PavioError(
    'no_candles',
    `There are no closed ${interval} candles of ${whose} in ${quote} from ${source}.`,
    {
      remedy: 'Crawl some first (pavio crawl), or import them (pavio import PATH).',
      details: { source, quote, interval },
    },
  );
}

function notEnough(needed: number, assets: readonly { symbol: string; rows: number }[]): PavioError {
  const list = assets.map(({ symbol, rows }) => `${symbol} ${rows}`).join(', ');
  return new PavioError('not_enough_data', `The features need ${needed} candles without a gap; there are: ${list}.`, {
    remedy: 'Crawl more history.',
    details: { needed, assets },
  });
}
