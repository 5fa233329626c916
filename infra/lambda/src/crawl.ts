import process from 'node:process';
import { chooseCrawl, type Workspace } from '@pavio/cli';
import {
  type Config,
  DEFAULT_ASSETS,
  type Logger,
  type MarketSource,
  PavioError,
  systemClock,
  toPavioError,
} from '@pavio/core';
import { type CrawlReport, crawl, incompleteError, largestAssets } from '@pavio/crawler';
import { lakeCandleStore, lakeModelRegistry, openStore } from '@pavio/storage';
import type { Context } from 'aws-lambda';
import { z } from 'zod';
import { announce, CRAWL_SAID, type CrawlCompleted } from './announce.ts';
import { type Continuation, continuationSchema, goOn, MOST_PARTS } from './continuation.ts';
import { invocation } from './invocation.ts';
import { serviceMetrics } from './metrics.ts';
import { readSecret } from './secret.ts';

const eventSchema = z.object({ continue: continuationSchema.optional() }).catch({});

/** What is left for storing the last page, the report and what comes after, milliseconds; less where little time was given. */
const MARGIN_MS = 45_000;
const DAY_MS = 86_400_000;

const metrics = serviceMetrics('crawl');

export type CrawlOutcome =
  | { readonly status: 'completed'; readonly detail: CrawlCompleted }
  | { readonly status: 'continues'; readonly part: number };

/**
 * Fetches what is missing. Called by the schedule with any event; it calls itself with what is left when the time is short,
 * at most `MOST_PARTS` times, and says once, when all was asked for, that the crawl is completed.
 */
export async function handler(event: unknown, context: Context): Promise<CrawlOutcome> {
  const end = Date.now() + context.getRemainingTimeInMillis();
  return invocation(context, {}, async ({ config, log }) => {
    const stop = new AbortController();
    const time = end - Date.now();
    const timer = setTimeout(() => stop.abort(), time - Math.min(MARGIN_MS, time / 5));
    try {
      const lake = openLake(await withProviderKey(config), log);
      return await crawlLake(lake, eventSchema.parse(event).continue, stop.signal);
    } finally {
      clearTimeout(timer);
      metrics.publish();
    }
  });
}

/** What a crawl needs of the lake; opening the rest would load it. */
type Lake = Pick<Workspace, 'config' | 'store' | 'candles' | 'clock' | 'log'>;

function openLake(config: Config, log: Logger): Lake {
  const { lake, region, s3Endpoint: endpoint } = config;
  const store = openStore(lake, { region, ...(endpoint === undefined ? {} : { endpoint }) });
  return { config, store, candles: lakeCandleStore(store), clock: systemClock, log };
}

async function withProviderKey(config: Config): Promise<Config> {
  const secret = process.env['CRYPTOCOMPARE_SECRET_ARN'];
  if (secret === undefined) return config;
  return { ...config, cryptocompareApiKey: await readSecret(secret, systemClock.now()) };
}

async function crawlLake(lake: Lake, continued: Continuation | undefined, signal: AbortSignal): Promise<CrawlOutcome> {
  const { config, store, candles, clock, log } = lake;
  const { interval, start } = config;
  const { market: source, quote } = await chooseCrawl(lake, signal);
  if (source === undefined) {
    throw new PavioError('bad_config', 'The candles of this lake were imported: there is no market to crawl.', {
      remedy: 'Set PAVIO_SOURCE to cryptocompare or binance.',
    });
  }
  const assets = continued?.assets ?? (await chooseAssets(lake, source, quote, signal));
  const report = await crawl({ source, candles, clock, log, assets, quote, interval, start, signal });
  const { totals } = report;
  metrics.add('CandlesStored', totals.inserted + totals.changed);

  const added = (continued?.added ?? 0) + totals.inserted;
  const corrected = (continued?.corrected ?? 0) + totals.changed;
  const part = continued?.part ?? 1;
  if (isStopped(report) && part < MOST_PARTS) {
    await goOn({ part: part + 1, assets: [...assets], added, corrected });
    log.info({ part, added, missing: totals.incomplete }, 'the time is short: the crawl goes on in another invocation');
    return { status: 'continues', part };
  }

  metrics.add('AssetsMissing', totals.incomplete);
  const missing = incompleteError(report);
  if (missing !== undefined) {
    // Nothing came of it at all, or all its time was not enough: for whoever called to repeat, and to tell somebody.
    if (isStopped(report) || totals.incomplete === totals.series) throw missing;
    log.error({ code: missing.code, ...missing.details }, missing.sentence);
  }
  const stored = report.series.filter((series) => series.stored > 0).length;
  const detail = {
    lake: store.url,
    source: source.name,
    quote,
    interval,
    assets: stored,
    rows: totals.stored,
    added,
    corrected,
    missing: totals.incomplete,
  };
  await announce(detail);
  await measureModels(lake);
  log.info({ ...detail, seconds: report.seconds }, CRAWL_SAID);
  return { status: 'completed', detail };
}

/** How old the live models are: told here, because only the crawl runs wherever and whether or not anybody trains. */
async function measureModels({ store, clock, log }: Lake): Promise<void> {
  try {
    const live = await lakeModelRegistry(store).live();
    if (live === undefined) return;
    metrics.add('ModelAgeDays', (clock.now() - Date.parse(live.manifest.createdAt)) / DAY_MS);
  } catch (thrown) {
    log.error(
      { code: toPavioError(thrown).code },
      `The age of the models is not known. ${toPavioError(thrown).sentence}`,
    );
  }
}

function isStopped({ series }: CrawlReport): boolean {
  return series.some(({ missing }) => missing.some(({ reason }) => reason === 'stopped'));
}

/** Those that were chosen; else the largest by market capitalisation; else, and then the log says so, the default ones. */
async function chooseAssets(
  { config, store, clock, log }: Lake,
  source: MarketSource,
  quote: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (config.assets.length > 0) return config.assets;
  if (source.largest === undefined) return DEFAULT_ASSETS;
  const count = DEFAULT_ASSETS.length;
  try {
    const assets = await largestAssets({ source, store, quote, count, clock, log, signal });
    if (assets.length > 0) return assets;
    log.error(`${source.name} ranks no asset in ${quote}: the default ones are crawled.`);
  } catch (thrown) {
    const { code, sentence } = toPavioError(thrown);
    log.error({ code }, `There is no ranking by market capitalisation, so the default assets are crawled. ${sentence}`);
  }
  return DEFAULT_ASSETS;
}
