import { type ErrorCode, type Interval, isoTime, PavioError, type SeriesKey } from '@pavio/core';
import type { Coverage, Gap } from './gaps.ts';
import { addCounts, MOST_EXAMPLES, noCounts, type QualityCounts, type QualityExample } from './quality.ts';

/** Why something is missing: the code of the error, or `stopped` where the crawl was told to end. */
export type MissingReason = ErrorCode | 'stopped';

/** Candles that were wanted and not got. Times are ISO 8601, both ends inclusive. */
export interface MissingSpan {
  readonly from: string;
  readonly to: string;
  readonly reason: MissingReason;
  /** What happened and what to do about it, as sentences. */
  readonly message: string;
}

/** A file that was not imported. */
export interface BadFile {
  readonly file: string;
  /** Where the problem is, counted from 1; null where it is not in a line. */
  readonly line: number | null;
  readonly reason: ErrorCode;
  readonly message: string;
}

export interface GapReport {
  readonly count: number;
  /** Missing candles in all gaps. */
  readonly candles: number;
  /** The largest gaps, largest first; times are ISO 8601, both ends inclusive. */
  readonly largest: readonly { readonly from: string; readonly to: string; readonly candles: number }[];
}

export interface SeriesReport {
  readonly symbol: string;
  readonly quote: string;
  readonly interval: Interval;
  /** Candles in the store now. */
  readonly stored: number;
  /** Of them new. */
  readonly inserted: number;
  /** Candles that were stored with other values before: the source has corrected them since. */
  readonly changed: number;
  /** Answers asked of the source, repeated ones included. */
  readonly requests: number;
  /** Of them repeated. */
  readonly retries: number;
  /** Rows dropped or sorted, by rule. */
  readonly quality: QualityCounts;
  /** The first impossible rows; times are ISO 8601. */
  readonly examples: readonly { readonly time: string; readonly problem: string }[];
  /** Between the first and the last stored candle; nothing is ever filled in. */
  readonly gaps: GapReport;
  /** Open times of the first and the last stored candle, ISO 8601; null where nothing is stored. */
  readonly first: string | null;
  readonly last: string | null;
  readonly missing: readonly MissingSpan[];
}

/** What a crawl or an import did and did not do. Plain JSON. */
export interface CrawlReport {
  readonly source: string;
  readonly isSimulated: boolean;
  readonly series: readonly SeriesReport[];
  /** Always empty for a crawl. */
  readonly badFiles: readonly BadFile[];
  readonly totals: {
    readonly series: number;
    readonly stored: number;
    readonly inserted: number;
    readonly changed: number;
    readonly requests: number;
    readonly retries: number;
    /** Rows dropped by rule. */
    readonly dropped: number;
    /** Candles missing in gaps. */
    readonly gapCandles: number;
    /** Series with something missing, and bad files. */
    readonly incomplete: number;
  };
  readonly seconds: number;
  /** Was everything got that was wanted? */
  readonly isComplete: boolean;
}

/** What happened to a series while it was crawled or imported. */
export interface Tally {
  inserted: number;
  changed: number;
  requests: number;
  retries: number;
  quality: QualityCounts;
  examples: QualityExample[];
}

export function newTally(): Tally {
  return { inserted: 0, changed: 0, requests: 0, retries: 0, quality: noCounts(), examples: [] };
}

/** Adds what the quality rules found. */
export function tallyQuality(
  tally: Tally,
  found: { counts: QualityCounts; examples: readonly QualityExample[] },
): void {
  tally.quality = addCounts(tally.quality, found.counts);
  tally.examples = [...tally.examples, ...found.examples].slice(0, MOST_EXAMPLES);
}

export function seriesReport(
  { symbol, quote, interval }: SeriesKey,
  tally: Tally,
  coverage: Coverage | undefined,
  missing: readonly MissingSpan[],
): SeriesReport {
  return {
    symbol,
    quote,
    interval,
    stored: coverage?.stored ?? 0,
    inserted: tally.inserted,
    changed: tally.changed,
    requests: tally.requests,
    retries: tally.retries,
    quality: tally.quality,
    examples: tally.examples.map(({ time, problem }) => ({ time: isoTime(time), problem })),
    gaps: gapReport(coverage?.gaps ?? []),
    first: coverage === undefined ? null : isoTime(coverage.first),
    last: coverage === undefined ? null : isoTime(coverage.last),
    missing,
  };
}

export function crawlReport(
  { name, isSimulated }: { readonly name: string; readonly isSimulated: boolean },
  series: readonly SeriesReport[],
  badFiles: readonly BadFile[],
  seconds: number,
): CrawlReport {
  const sum = (of: (report: SeriesReport) => number) => series.reduce((total, report) => total + of(report), 0);
  const incomplete = series.filter(({ missing }) => missing.length > 0).length + badFiles.length;
  return {
    source: name,
    isSimulated,
    series,
    badFiles,
    totals: {
      series: series.length,
      stored: sum(({ stored }) => stored),
      inserted: sum(({ inserted }) => inserted),
      changed: sum(({ changed }) => changed),
      requests: sum(({ requests }) => requests),
      retries: sum(({ retries }) => retries),
      dropped: sum(({ quality: { unordered: _sorted, ...dropped } }) =>
        Object.values(dropped).reduce((total, count) => total + count, 0),
      ),
      gapCandles: sum(({ gaps }) => gaps.candles),
      incomplete,
    },
    seconds,
    isComplete: incomplete === 0,
  };
}

/** The error (`incomplete`, exit code 3) that lists what a report says is missing; undefined where nothing is. */
export function incompleteError(report: CrawlReport): PavioError<'incomplete'> | undefined {
  if (report.isComplete) return undefined;
  const spans = report.series.flatMap(({ symbol, quote, interval, missing }) =>
    missing.map(({ from, to, message }) => `${symbol}-${quote} ${interval} from ${from} to ${to}: ${message}`),
  );
  const missing = [...spans, ...report.badFiles.map(({ message }) => message)];
  return new PavioError('incomplete', `Not everything was got from ${report.source}. Missing: ${missing.join(' ')}`, {
    remedy: 'What was got is stored. Run it again: it continues where it stopped.',
    details: { missing },
  });
}

const LARGEST_GAPS = 5;

function gapReport(gaps: readonly Gap[]): GapReport {
  const largest = gaps.toSorted((a, b) => b.candles - a.candles || a.from - b.from).slice(0, LARGEST_GAPS);
  return {
    count: gaps.length,
    candles: gaps.reduce((sum, gap) => sum + gap.candles, 0),
    largest: largest.map(({ from, to, candles }) => ({ from: isoTime(from), to: isoTime(to), candles })),
  };
}
