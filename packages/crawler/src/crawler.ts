import {
  type CandleStore,
  type Clock,
  type Interval,
  type Logger,
  type MarketSource,
  mapConcurrently,
  PavioError,
} from '@pavio/core';
import { RateLimit } from './rate-limit.ts';
import { type CrawlReport, crawlReport } from './report.ts';
import { DEFAULT_RETRY, type RetryPolicy } from './retry.ts';
import { type CrawlRun, crawlSeries } from './series-crawl.ts';
import { SeriesMemory } from './series-memory.ts';
import { systemTimer, type Timer } from './timer.ts';

export interface CrawlerOptions {
  readonly source: MarketSource;
  readonly candles: CandleStore;
  /** Decides which candles are closed. */
  readonly clock: Clock;
  readonly log: Logger;
  /** Assets at a time; 4. */
  readonly concurrency?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** What waiting is measured with; the system's. */
  readonly timer?: Timer;
  /** For the jitter of retries, uniform in [0, 1); Math.random. */
  readonly random?: () => number;
}

export interface CrawlRequest {
  /** Tickers, as `BTC`. */
  readonly assets: readonly string[];
  /** The source's usual one where it is left out. */
  readonly quote?: string;
  readonly interval: Interval;
  /** How far back, UTC milliseconds; `DEFAULT_HISTORY` where it is left out. */
  readonly start?: number | undefined;
  /** Ends the crawl soon and cleanly: what was fetched is stored, the report says what is missing. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: CrawlProgress) => void) | undefined;
}

export interface CrawlProgress {
  /** The asset that got further. */
  readonly symbol: string;
  /** How much of what it needs is dealt with, 0 to 1. */
  readonly fraction: number;
  /** Candles of it that were new or changed in this crawl. */
  readonly candles: number;
  /** Assets that are done, with or without success, and all. */
  readonly done: number;
  readonly total: number;
}

/**
 * Crawls one source again and again. Between the crawls it remembers what need not be asked again (how far back a series
 * goes, pairs that are not traded, where its gaps are) and the provider's rate limit, so that a crawl where no candle has
 * closed sends no request. One a source and process; crawls may overlap.
 */
export interface Crawler {
  /**
   * Fetches what is missing between `start` and the newest closed candle. Problems of single series, and of the provider as a
   * whole, are in the report and not thrown.
   *
   * @throws PavioError `bad_input` for a request that makes no sense.
   */
  crawl(request: CrawlRequest): Promise<CrawlReport>;
}

const DEFAULT_CONCURRENCY = 4;

export function createCrawler(options: CrawlerOptions): Crawler {
  const { source, candles, clock, log, timer = systemTimer, random = Math.random } = options;
  const { concurrency = DEFAULT_CONCURRENCY } = options;
  const policy = { ...DEFAULT_RETRY, ...options.retry };
  if (!(Number.isInteger(concurrency) && concurrency > 0)) {
    throw new PavioError('bad_input', `${concurrency} is not a number of assets to crawl at a time.`, {
      remedy: 'Use a whole number from 1.',
    });
  }
  const { name: provider, requestsPerMinute } = source;
  const limit = new RateLimit({ provider, requestsPerMinute, longestPauseMs: policy.longestPauseMs, timer });
  const memory = new SeriesMemory();

  return {
    async crawl({ assets, quote = source.defaultQuote, interval, start, signal, onProgress }) {
      if (start !== undefined && !Number.isFinite(start)) {
        throw new PavioError('bad_input', `A crawl cannot start at ${start}.`, { remedy: 'Give UTC milliseconds.' });
      }
      const startedAt = timer.now();
      const symbols = [...new Set(assets)];
      const breaker = new AbortController();
      let done = 0;
      const run: CrawlRun = {
        source,
        candles,
        clock,
        log,
        policy,
        timer,
        random,
        limit,
        memory,
        start,
        signal: signal === undefined ? breaker.signal : AbortSignal.any([signal, breaker.signal]),
        stopAll: (error) => breaker.abort(error),
        onProgress: (progress) => onProgress?.({ ...progress, done, total: symbols.length }),
      };
      const series = await mapConcurrently(symbols, concurrency, async (symbol) => {
        const report = await crawlSeries(run, { source: source.name, symbol, quote, interval });
        done++;
        run.onProgress({ symbol, fraction: 1, candles: report.inserted + report.changed });
        return report;
      });
      return crawlReport(source, series, [], (timer.now() - startedAt) / 1000);
    },
  };
}

/** One crawl, without a memory of others. */
export function crawl(options: CrawlerOptions & CrawlRequest): Promise<CrawlReport> {
  return createCrawler(options).crawl(options);
}
