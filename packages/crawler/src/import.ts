import {
  type CandleSeries,
  type CandleStore,
  type Clock,
  type Interval,
  type Logger,
  PavioError,
  type SeriesKey,
  toPavioError,
} from '@pavio/core';
import { findCsvFiles, readCsvFile } from './csv-files.ts';
import { surveySeries } from './gaps.ts';
import { type ImportDefaults, type NamedSeries, seriesOfFileName, seriesOfSymbol } from './import-names.ts';
import { checkCandles } from './quality.ts';
import {
  type BadFile,
  type CrawlReport,
  crawlReport,
  newTally,
  seriesReport,
  type Tally,
  tallyQuality,
} from './report.ts';
import { systemTimer } from './timer.ts';

export interface ImportOptions {
  /** CSV files, and folders that are searched for `*.csv`. */
  readonly files: readonly string[];
  readonly candles: CandleStore;
  /** The name under which the candles are stored; `import`. */
  readonly source?: string;
  /** Of files whose name does not say it. */
  readonly interval?: Interval | undefined;
  readonly quote?: string | undefined;
  /** Candles that are not closed by it are left out. */
  readonly clock: Clock;
  readonly log: Logger;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

export interface ImportProgress {
  /** The file that was dealt with. */
  readonly file: string;
  readonly done: number;
  readonly total: number;
}

/**
 * Imports candles from CSV files: `<SYMBOL>-<QUOTE>-<interval>.csv` in our form, and the older one-file form with many symbols. The
 * quality rules are the crawler's. Importing twice changes nothing; where two files have the same candle, the later file wins.
 *
 * A file that cannot be imported whole is in the report with its line, and the others are imported. A file that was
 * exported while its last candle was open holds that candle as it was then: only the clock of the import is known.
 *
 * @throws PavioError `bad_input` without any file; what the store throws where it cannot be read.
 */
export async function importFiles(options: ImportOptions): Promise<CrawlReport> {
  const { candles, source = 'import', interval, quote, onProgress } = options;
  if (options.files.length === 0) {
    throw new PavioError('bad_input', 'There is nothing to import.', { remedy: 'Name CSV files or folders of them.' });
  }
  const startedAt = systemTimer.now();
  const job = new ImportJob(options, source, { interval, quote });
  const files = await job.expand(options.files);
  for (const [index, file] of files.entries()) {
    await job.importFile(file);
    onProgress?.({ file, done: index + 1, total: files.length });
  }
  const series = [];
  for (const { key, tally } of job.series.values()) {
    const coverage = await surveySeries(candles, key, await candles.span(key), undefined);
    series.push(seriesReport(key, tally, coverage, []));
  }
  const seconds = (systemTimer.now() - startedAt) / 1000;
  return crawlReport({ name: source, isSimulated: false }, series, job.badFiles, seconds);
}

class ImportJob {
  readonly #options: ImportOptions;
  readonly #source: string;
  readonly #defaults: ImportDefaults;
  readonly series = new Map<string, { readonly key: SeriesKey; readonly tally: Tally }>();
  readonly badFiles: BadFile[] = [];

  constructor(options: ImportOptions, source: string, defaults: ImportDefaults) {
    this.#options = options;
    this.#source = source;
    this.#defaults = defaults;
  }

  /** The files that were named, and those in the folders that were named, each once. */
  async expand(named: readonly string[]): Promise<string[]> {
    const files = new Set<string>();
    for (const fileOrFolder of named) {
      await this.#noting(fileOrFolder, async () => {
        for (const file of await findCsvFiles(fileOrFolder)) files.add(file);
      });
    }
    return [...files];
  }

  importFile(file: string): Promise<void> {
    return this.#noting(file, async () => {
      const content = await readCsvFile(file);
      if (content.form === 'candles') {
        // The header is line 1, and no line is left out: row 0 is line 2.
        return this.#store(file, seriesOfFileName(file, this.#defaults), content.series, (row) => row + 2);
      }
      for (const [symbol, rows] of content.bySymbol) {
        await this.#noting(file, () => this.#store(file, seriesOfSymbol(symbol, file, this.#defaults), rows));
      }
    });
  }

  async #store(file: string, named: NamedSeries, rows: CandleSeries, lineOf?: (row: number) => number): Promise<void> {
    const { candles, clock, log } = this.#options;
    const { symbol, quote, interval } = named;
    const key: SeriesKey = { source: this.#source, symbol, quote, interval };
    const name = `${file} (${symbol}-${quote} ${interval})`;
    const checked = checkCandles(rows, { name, interval, now: clock.now(), ...(lineOf && { lineOf }) });
    const { inserted, changed } = await candles.upsert(key, checked.series);
    const id = `${symbol}-${quote}-${interval}`;
    const { tally } = this.series.get(id) ?? { tally: newTally() };
    this.series.set(id, { key, tally });
    tally.inserted += inserted;
    tally.changed += changed;
    tallyQuality(tally, checked);
    log.info({ file, series: id, inserted, changed }, 'imported');
  }

  /** Runs a part of the import and keeps its error for the report. */
  async #noting(file: string, part: () => Promise<void>): Promise<void> {
    try {
      await part();
    } catch (thrown) {
      const error = toPavioError(thrown);
      const line = typeof error.details['line'] === 'number' ? error.details['line'] : null;
      this.badFiles.push({ file, line, reason: error.code, message: error.sentence });
      this.#options.log.warn(
        { file, line, code: error.code, ...(error.code === 'internal' && { err: thrown }) },
        error.sentence,
      );
    }
  }
}
