import {
  type CandlePage,
  type CandleSeries,
  type CandleStore,
  type Clock,
  intervalMs,
  isoTime,
  isPavioError,
  type Logger,
  lastClosedOpen,
  type MarketSource,
  PavioError,
  type SeriesKey,
  type SeriesSpan,
  seriesLength,
  seriesOf,
  toPavioError,
} from '@pavio/core';
import { surveySeries } from './gaps.ts';
import { firstWanted } from './history.ts';
import { checkCandles } from './quality.ts';
import type { RateLimit } from './rate-limit.ts';
import {
  type MissingReason,
  type MissingSpan,
  newTally,
  type SeriesReport,
  seriesReport,
  type Tally,
  tallyQuality,
} from './report.ts';
import { type RetryPolicy, withRetries } from './retry.ts';
import type { Remembered, SeriesMemory } from './series-memory.ts';
import type { Timer } from './timer.ts';
import { advance, isOpen, nextWindow, planWalks, type Stretch, type Walk, wantedCandles } from './walk.ts';

/** What all series of one crawl share. */
export interface CrawlRun {
  readonly source: MarketSource;
  readonly candles: CandleStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly policy: RetryPolicy;
  readonly timer: Timer;
  readonly random: () => number;
  readonly limit: RateLimit;
  readonly memory: SeriesMemory;
  readonly start: number | undefined;
  readonly signal: AbortSignal;
  /** Ends the crawl of all series with this error. */
  readonly stopAll: (error: PavioError) => void;
  readonly onProgress: (progress: { symbol: string; fraction: number; candles: number }) => void;
}

/** Errors that every other series would meet as well: going on would only hammer the provider or the store. */
const FAILS_FOR_ALL = ['market_unauthorized', 'market_restricted', 'store_denied'] as const;
/** A pair that is not traded, or has no candles, is asked for again after this, milliseconds. */
const QUIET_MS = 3_600_000;
/**
 * Providers may hand out an answer from a cache, in which a candle that has just closed is still the half one. So a candle
 * that was fetched within this time after its close is fetched once more after it, milliseconds.
 */
const SETTLING_MS = 120_000;

/** Brings one series up to date. Does not throw: what went wrong is in the report. */
export async function crawlSeries(run: CrawlRun, key: SeriesKey): Promise<SeriesReport> {
  const crawl = new SeriesCrawl(run, key);
  try {
    await crawl.fetchAll();
  } catch (thrown) {
    crawl.fail(thrown);
  }
  return crawl.report();
}

class SeriesCrawl {
  readonly #run: CrawlRun;
  readonly #key: SeriesKey;
  /** Of the series, for messages. */
  readonly #name: string;
  readonly #step: number;
  /** The time of the crawl: candles that close while it runs are for the next one. */
  readonly #now: number;
  readonly #wanted: Stretch;
  readonly #remembered: Remembered;
  readonly #tally: Tally = newTally();
  /** What is still to be fetched. */
  #left: readonly Stretch[];
  /** What was stored before; undefined until that was looked at. */
  #before: { readonly span: SeriesSpan | undefined } | undefined;
  /** Candles that came and were fit to be stored. */
  #received = 0;
  #failure: { readonly reason: MissingReason; readonly message: string } | undefined;

  constructor(run: CrawlRun, key: SeriesKey) {
    this.#run = run;
    this.#key = key;
    this.#name = `${key.symbol}-${key.quote} ${key.interval}`;
    this.#step = intervalMs(key.interval);
    this.#now = run.clock.now();
    const newest = lastClosedOpen(this.#now, key.interval);
    this.#wanted = { from: firstWanted(key.interval, newest, run.start), to: newest };
    this.#remembered = run.memory.of(key);
    this.#left = [this.#wanted];
  }

  async fetchAll(): Promise<void> {
    const remembered = this.#remembered;
    const span = await this.#run.candles.span(this.#key);
    this.#before = { span };
    const plan = planWalks({
      span,
      wanted: this.#wanted,
      askedFrom: remembered.askedFrom,
      isLastWanted: this.#now >= remembered.settlesAt,
      step: this.#step,
    });
    this.#left = plan;
    const isQuiet = this.#now < remembered.quietUntil;
    if (isQuiet && plan.length > 0 && remembered.quietReason !== undefined) throw remembered.quietReason;
    remembered.quietReason = undefined;
    for (const [index, walk] of plan.entries()) {
      const later = plan.slice(index + 1);
      if (isQuiet && walk.direction === 'forward') this.#left = later;
      else await this.#fetch(walk, later, wantedCandles(plan, this.#step));
    }
    if (span === undefined && plan.length > 0 && this.#received === 0) throw this.#nothingThere();
  }

  /** Fetches a stretch page by page; each page is stored before the next one is asked for. */
  async #fetch(planned: Walk, later: readonly Walk[], total: number): Promise<void> {
    const { source, signal, onProgress } = this.#run;
    const { symbol } = this.#key;
    let walk = planned;
    let isEnd = false;
    let newest = planned.direction === 'forward' ? planned.from - this.#step : -Infinity;
    while (isOpen(walk) && !isEnd) {
      signal.throwIfAborted();
      const window = nextWindow(walk, source.pageSize, this.#step);
      const page = await this.#ask(window);
      const { time } = await this.#store(page, window);
      newest = Math.max(newest, time.at(-1) ?? -Infinity);
      isEnd = walk.direction === 'backward' && page.isStartOfHistory;
      walk = advance(walk, window, time, this.#step);
      this.#left = [walk, ...later];
      const fraction = 1 - wantedCandles(this.#left, this.#step) / total;
      onProgress({ symbol, fraction, candles: this.#tally.inserted + this.#tally.changed });
    }
    this.#left = later;
    if (walk.direction === 'backward') this.#remembered.askedFrom = isEnd ? -Infinity : walk.from;
    if (walk.direction === 'forward' || this.#before?.span === undefined) this.#rememberNewest(newest);
  }

  /** One page from the source, asked for as often as it takes. */
  #ask({ from, to }: Stretch): Promise<CandlePage> {
    const { source, limit, policy, timer, random, signal, log } = this.#run;
    const { symbol, quote, interval } = this.#key;
    return withRetries({
      ready: async () => {
        await limit.pass(signal);
        this.#tally.requests++;
      },
      work: () => source.candles({ symbol, quote, interval, from, to }, signal),
      onFailure: (error, delay) => {
        const pause = error.retryAfter ?? (error.code === 'market_rate_limited' ? delay : undefined);
        if (pause !== undefined) limit.pause(pause);
      },
      onRetry: ({ code, message }) => {
        this.#tally.retries++;
        log.warn({ series: this.#name, code }, `asking again: ${message}`);
      },
      policy,
      timer,
      random,
      signal,
    });
  }

  async #store({ candles }: CandlePage, { from, to }: Stretch): Promise<CandleSeries> {
    const { source, log } = this.#run;
    const name = `${source.name} ${this.#name}`;
    const { interval } = this.#key;
    const checked = checkCandles(seriesOf(candles), { name, interval, now: this.#now, from, to });
    tallyQuality(this.#tally, checked);
    this.#received += seriesLength(checked.series);
    const { inserted, changed } = await this.#run.candles.upsert(this.#key, checked.series);
    this.#tally.inserted += inserted;
    this.#tally.changed += changed;
    log.debug({ series: this.#name, from: isoTime(from), to: isoTime(to), inserted, changed }, 'stored a page');
    return checked.series;
  }

  /**
   * A candle that is late is asked for again when it is twice as late, at the latest after an interval: often enough for a
   * provider that is slow, seldom enough for an asset that is no longer traded.
   */
  #rememberNewest(newest: number): void {
    const late = this.#now - (newest + 2 * this.#step);
    this.#remembered.quietUntil = this.#now + Math.min(Math.max(late, 0), this.#step);
    const settlesAt = newest + this.#step + SETTLING_MS;
    this.#remembered.settlesAt = this.#now < settlesAt ? settlesAt : Infinity;
  }

  #nothingThere(): PavioError {
    const { from, to } = this.#wanted;
    const { name } = this.#run.source;
    return new PavioError(
      'no_candles',
      `${name} has no candles of ${this.#name} from ${isoTime(from)} to ${isoTime(to)}.`,
      {
        remedy: 'Check the ticker, or choose an earlier start.',
      },
    );
  }

  fail(thrown: unknown): void {
    const { signal, log, stopAll } = this.#run;
    if (signal.aborted) {
      const error: unknown = signal.reason;
      this.#failure = isPavioError(error)
        ? { reason: error.code, message: error.sentence }
        : { reason: 'stopped', message: 'The crawl was stopped before this was fetched.' };
      return;
    }
    const error = toPavioError(thrown);
    this.#failure = { reason: error.code, message: error.sentence };
    if (error === this.#remembered.quietReason) return;
    log.warn(
      { series: this.#name, code: error.code, ...(error.code === 'internal' && { err: thrown }) },
      error.sentence,
    );
    if (isPavioError(error, ...FAILS_FOR_ALL)) stopAll(error);
    if (isPavioError(error, 'unknown_pair', 'no_candles')) {
      this.#remembered.quietReason = error;
      this.#remembered.quietUntil = this.#now + QUIET_MS;
    }
  }

  async report(): Promise<SeriesReport> {
    const { candles } = this.#run;
    const remembered = this.#remembered;
    try {
      const isAsBefore = this.#before !== undefined && this.#received === 0;
      const span = isAsBefore ? this.#before?.span : await candles.span(this.#key);
      remembered.coverage = await surveySeries(candles, this.#key, span, remembered.coverage);
    } catch (error) {
      this.fail(error);
    }
    return seriesReport(this.#key, this.#tally, remembered.coverage, this.#missing());
  }

  #missing(): MissingSpan[] {
    const failure = this.#failure;
    if (failure === undefined) return [];
    const open = this.#left.filter(isOpen);
    return (open.length > 0 ? open : [this.#wanted]).map(({ from, to }) => ({
      from: isoTime(from),
      to: isoTime(to),
      ...failure,
    }));
  }
}
