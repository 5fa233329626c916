import {
  type CandleStore,
  type Config,
  IMPORT_SOURCE,
  type MarketSource,
  PavioError,
  SIMULATED_SOURCE,
} from '@pavio/core';
import { chooseMarket } from '@pavio/market';
import { lakeCandleStore } from '@pavio/storage';
import { z } from 'zod';
import type { Workspace } from './workspace.ts';

/** What is looked at to choose. */
export type MarketContext = Pick<Workspace, 'config' | 'candles' | 'clock' | 'log'> &
  Partial<Pick<Workspace, 'database' | 'store'>>;

/** Which candles a command works on, and where new ones come from. */
export interface MarketChoice {
  /** First part of the candles' key. */
  readonly source: string;
  readonly quote: string;
  /** Undefined where nothing can be crawled, because the candles were imported. */
  readonly market: MarketSource | undefined;
}

/**
 * The market to crawl, as the configuration says.
 *
 * @throws PavioError `bad_config` for an unknown source.
 */
export async function chooseCrawl(workspace: MarketContext, signal?: AbortSignal): Promise<MarketChoice> {
  const { clock, log } = workspace;
  const hasImported = () => holds(workspace, IMPORT_SOURCE);
  const config = { ...workspace.config, source: await settledSource(workspace, hasImported) };
  const chosen = await chooseMarket({ config, clock, log, hasImported, ...(signal === undefined ? {} : { signal }) });
  if (chosen.kind === 'imported') return chooseStored(workspace);
  const { source } = chosen;
  return { source: source.name, quote: config.quote === 'auto' ? source.defaultQuote : config.quote, market: source };
}

/**
 * A lake that holds real candles stays with their source: where that cannot be reached today, the crawl says so, and made-up
 * candles never take the place of real ones.
 */
async function settledSource(context: MarketContext, hasImported: () => Promise<boolean>): Promise<string> {
  const { config } = context;
  if (config.source !== 'auto' || config.cryptocompareApiKey !== undefined || (await hasImported()))
    return config.source;
  for (const source of ['binance', 'cryptocompare']) {
    if (await holds(context, source)) return source;
  }
  return config.source;
}

/** Are there candles of a source, be it in the lake from which they are yet to be taken over into the database? */
async function holds({ config, candles, database, store }: MarketContext, source: string): Promise<boolean> {
  if ((await quotesOf(candles, source, config)).length > 0) return true;
  if (database === undefined || store === undefined) return false;
  return (await quotesOf(lakeCandleStore(store), source, config)).length > 0;
}

/**
 * The stored candles to work on, without asking any market: those of the configured source; with `auto`, the first of
 * CryptoCompare (with a key), imported, Binance, CryptoCompare and simulated that has some.
 *
 * @throws PavioError `no_candles`.
 */
export async function chooseStored({ config, candles, database }: MarketContext): Promise<MarketChoice> {
  const preferred = config.cryptocompareApiKey === undefined ? [] : ['cryptocompare'];
  const automatic = [...preferred, IMPORT_SOURCE, 'binance', 'cryptocompare', SIMULATED_SOURCE];
  for (const source of config.source === 'auto' ? automatic : [config.source]) {
    const [usual] = await quotesOf(candles, source, config);
    if (usual !== undefined)
      return { source, quote: config.quote === 'auto' ? usual : config.quote, market: undefined };
  }
  const whose = config.source === 'auto' ? '' : ` from ${config.source}`;
  throw new PavioError(
    'no_candles',
    `There are no ${config.interval} candles${whose} in ${database?.name ?? config.lake}.`,
    {
      remedy: 'Crawl some (pavio crawl) or import them (pavio import PATH).',
    },
  );
}

const namedSchema = z.object({ source: z.string().optional(), quote: z.string().optional() }).catch({});

/** Source and quote that the input of a job names, as that of a pipeline does after a crawl; nothing where it names none. */
export function namedMarket(input: unknown): Partial<Pick<Config, 'source' | 'quote'>> {
  const { source, quote } = namedSchema.parse(input);
  return { ...(source === undefined ? {} : { source }), ...(quote === undefined ? {} : { quote }) };
}

/** Quotes of the stored series of a source, the most frequent first. */
async function quotesOf(candles: CandleStore, source: string, config: Config): Promise<string[]> {
  const { interval, quote } = config;
  const keys = await candles.list({ source, interval, ...(quote === 'auto' ? {} : { quote }) });
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key.quote, (counts.get(key.quote) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([name]) => name);
}
