import { type Clock, type Config, isPavioError, type Logger, type MarketSource, PavioError } from '@pavio/core';
import { binance } from './binance.ts';
import { cryptoCompare } from './cryptocompare.ts';
import { simulatedMarket } from './simulated-market.ts';

/** Candles are fetched from a source, or they are what was imported and nothing is fetched. */
export type ChosenMarket = { readonly kind: 'source'; readonly source: MarketSource } | { readonly kind: 'imported' };

type MarketConfig = Pick<Config, 'source' | 'cryptocompareApiKey' | 'cryptocompareBaseUrl' | 'binanceBaseUrl'>;

export interface ChooseMarketOptions {
  readonly config: MarketConfig;
  readonly clock: Clock;
  readonly log: Logger;
  /** Has the lake imported candles? Asked only where it matters. */
  readonly hasImported: () => Promise<boolean>;
  readonly signal?: AbortSignal;
}

/** How long each address may take to show that it is there. */
const PROBE_TIMEOUT_MS = 3000;

const SOURCES: Readonly<Record<string, (config: MarketConfig, clock: Clock) => MarketSource>> = {
  cryptocompare: (config, clock) =>
    cryptoCompare({ apiKey: config.cryptocompareApiKey, baseUrl: config.cryptocompareBaseUrl, clock }),
  binance: (config, clock) => binance({ baseUrls: config.binanceBaseUrl, clock }),
  simulated: (_config, clock) => simulatedMarket({ clock }),
};

/**
 * The market that the configuration means. `auto` is CryptoCompare when there is a key (a key that is refused then is an error
 * of the crawl, not a reason to look elsewhere), else what was imported, else Binance if it answers, else the simulated market,
 * with a warning.
 *
 * @throws PavioError `bad_config` for a name that is none.
 */
export async function chooseMarket(options: ChooseMarketOptions): Promise<ChosenMarket> {
  const { config, clock } = options;
  if (config.source === 'auto') return chooseAutomatically(options);
  if (config.source === 'import') return { kind: 'imported' };
  const make = Object.hasOwn(SOURCES, config.source) ? SOURCES[config.source] : undefined;
  if (make === undefined) {
    throw new PavioError('bad_config', `There is no market source "${config.source}".`, {
      remedy: `Choose one of ${['auto', ...Object.keys(SOURCES), 'import'].join(', ')}.`,
      details: { source: config.source },
    });
  }
  return { kind: 'source', source: make(config, clock) };
}

async function chooseAutomatically(options: ChooseMarketOptions): Promise<ChosenMarket> {
  const { config, clock, log, hasImported, signal } = options;
  if (config.cryptocompareApiKey !== undefined) return { kind: 'source', source: sourceNamed('cryptocompare') };
  if (await hasImported()) return { kind: 'imported' };
  try {
    await binance({ baseUrls: config.binanceBaseUrl, clock, timeoutMs: PROBE_TIMEOUT_MS }).ping(signal);
  } catch (error) {
    if (!isPavioError(error)) throw error;
    // It answers, if only that it has had enough for now: that is for the crawler to wait out.
    if (error.code !== 'market_rate_limited') {
      log.warn(
        { source: 'simulated', reason: error.code },
        `SIMULATED MARKET: the candles, and every number computed from them, are made up. ${error.message} ` +
          'For real ones set CRYPTOCOMPARE_API_KEY, import some with "pavio import", or get Binance within reach.',
      );
      return { kind: 'source', source: sourceNamed('simulated') };
    }
  }
  return { kind: 'source', source: sourceNamed('binance') };

  function sourceNamed(name: 'cryptocompare' | 'binance' | 'simulated'): MarketSource {
    return (SOURCES[name] as (config: MarketConfig, clock: Clock) => MarketSource)(config, clock);
  }
}
