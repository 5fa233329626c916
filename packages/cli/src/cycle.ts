import { DEFAULT_ASSETS, PavioError, SIMULATED_ASSET, SIMULATED_SOURCE } from '@pavio/core';
import { type Crawler, type CrawlReport, createCrawler } from '@pavio/crawler';
import type { FeatureReport } from '@pavio/features';
import type { TrainingJob, TrainingReport } from '@pavio/training';
import type { Console } from './console.ts';
import { chooseCrawl, chooseStored, type MarketChoice } from './market.ts';
import { computeFeatures, trainModels } from './steps.ts';
import type { Workspace } from './workspace.ts';

export interface CycleOptions {
  /** False: work on what is stored. */
  readonly isCrawling: boolean;
  readonly signal?: AbortSignal;
  /** Called after each step that did something. */
  readonly onStep?: (step: CycleStep) => void;
}

export type CycleStep =
  | { readonly name: 'crawl'; readonly report: CrawlReport }
  | { readonly name: 'features'; readonly report: FeatureReport }
  | { readonly name: 'train'; readonly report: TrainingReport };

/** What one cycle did. A step that had nothing new to work on is absent. */
export interface CycleReport {
  readonly source: string;
  readonly quote: string;
  readonly isSimulated: boolean;
  readonly crawl?: CrawlReport;
  readonly features?: FeatureReport;
  readonly training?: TrainingReport;
}

/**
 * Crawl, features, training, one after the other, again and again: between cycles it remembers the provider's limits and
 * what was learnt from, so that a cycle in which no candle closed does nothing.
 */
export class Cycle {
  readonly #workspace: Workspace;
  readonly #console: Console;
  #choice: MarketChoice | undefined;
  #crawler: Crawler | undefined;
  /** Content of the candles that the last complete cycle learnt from. */
  #learnt: string | undefined;

  constructor(workspace: Workspace, console: Console) {
    this.#workspace = workspace;
    this.#console = console;
  }

  async run({ isCrawling, signal, onStep }: CycleOptions): Promise<CycleReport> {
    this.#choice ??= isCrawling ? await chooseCrawl(this.#workspace, signal) : await chooseStored(this.#workspace);
    const choice = this.#choice;
    const crawl = choice.market === undefined ? undefined : await this.crawl(choice, signal);
    if (crawl !== undefined && hasNews(crawl)) onStep?.({ name: 'crawl', report: crawl });
    signal?.throwIfAborted();

    const content = await this.#contentOf(choice);
    const base = { source: choice.source, quote: choice.quote, isSimulated: choice.source === SIMULATED_SOURCE };
    const done = { ...base, ...(crawl === undefined ? {} : { crawl }) };
    if (content === this.#learnt) return done;
    const features = await this.features(choice);
    onStep?.({ name: 'features', report: features });
    signal?.throwIfAborted();
    const training = await this.train(signal === undefined ? {} : { signal });
    onStep?.({ name: 'train', report: training });
    this.#learnt = content;
    return { ...done, features, training };
  }

  async crawl(choice: MarketChoice, signal?: AbortSignal): Promise<CrawlReport> {
    const { config, candles, clock, log } = this.#workspace;
    if (choice.market === undefined) {
      throw new PavioError('bad_usage', 'The candles were imported: there is no market to crawl them from.', {
        remedy: 'Choose one with --source cryptocompare, binance or simulated.',
      });
    }
    this.#crawler ??= createCrawler({ source: choice.market, candles, clock, log });
    return this.#crawler.crawl({
      assets: this.#assetsToCrawl(choice),
      quote: choice.quote,
      interval: config.interval,
      start: config.start,
      signal,
      onProgress: ({ symbol, fraction, candles: fetched, done, total }) => {
        // A series that was complete before is not worth a line: most cycles of a loop fetch nothing.
        if (fetched === 0) return;
        const percent = fraction < 1 ? ` ${Math.floor(fraction * 100)} %` : '';
        this.#console.progress('crawl', done, total, `${symbol}${percent}`);
      },
    });
  }

  features(choice: MarketChoice): Promise<FeatureReport> {
    return computeFeatures(this.#workspace, choice, ({ done, total, symbol }) =>
      this.#console.progress('features', done, total, symbol),
    );
  }

  train(options: { readonly signal?: AbortSignal; readonly isForced?: boolean }): Promise<TrainingReport> {
    const onProgress: TrainingJob['onProgress'] = ({ done, total, name }) =>
      this.#console.progress('train', done, total, name);
    return trainModels(this.#workspace, { ...options, onProgress });
  }

  #assetsToCrawl({ source }: MarketChoice): readonly string[] {
    const { assets } = this.#workspace.config;
    if (assets.length > 0) return assets;
    return source === SIMULATED_SOURCE ? [...DEFAULT_ASSETS, SIMULATED_ASSET] : DEFAULT_ASSETS;
  }

  async #contentOf({ source, quote }: MarketChoice): Promise<string> {
    const { candles, config } = this.#workspace;
    const keys = await candles.list({ source, quote, interval: config.interval });
    const tags = await Promise.all(keys.map(async (key) => `${key.symbol} ${await candles.tag(key)}`));
    return tags.join('\n');
  }
}

/** Did a crawl change anything, or fail to? */
function hasNews({ totals, isComplete }: CrawlReport): boolean {
  return totals.inserted + totals.changed > 0 || !isComplete;
}
