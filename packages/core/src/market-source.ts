import type { Candle } from './candle.ts';
import type { Interval } from './interval.ts';

export interface CandleRequest {
  readonly symbol: string;
  readonly quote: string;
  readonly interval: Interval;
  /** First open time wanted, inclusive, UTC milliseconds, on the interval's grid. */
  readonly from: number;
  /** Last open time wanted, inclusive; at most `pageSize` candles after `from`. */
  readonly to: number;
}

export interface CandlePage {
  /** What the provider sent inside the window, translated to our units; order and quality are not vouched for. */
  readonly candles: readonly Candle[];
  /** The provider says that it has nothing older than this page. */
  readonly isStartOfHistory: boolean;
}

/** An asset's size at one time. */
export interface MarketCap {
  readonly symbol: string;
  /** In the quote that was asked for. */
  readonly price: number;
  readonly marketCap: number;
  /** Coins; undefined where the provider does not say. */
  readonly circulatingSupply: number | undefined;
}

/**
 * A provider of candles. It translates one window of one series from the provider's form into ours and turns every
 * failure into an error of the table: `market_rate_limited` and `market_unavailable` (a retry may help),
 * `market_unauthorized`, `market_restricted`, `market_refused`, `unknown_pair` (it does not). It neither retries nor
 * stores; that is the crawler's.
 */
export interface MarketSource {
  /** Name in keys and messages: `cryptocompare`, `binance`, `simulated`. */
  readonly name: string;
  /** Are the numbers made up? Then everything computed from them says so. */
  readonly isSimulated: boolean;
  /** The quote that is taken where the user names none. */
  readonly defaultQuote: string;
  /** The most candles one request can return. */
  readonly pageSize: number;
  /** Requests a minute that the provider allows. */
  readonly requestsPerMinute: number;
  candles(request: CandleRequest, signal?: AbortSignal): Promise<CandlePage>;
  /** Throws the error of the table unless the provider can be reached and accepts us. */
  ping(signal?: AbortSignal): Promise<void>;
  /**
   * Up to `count` assets with the largest market capitalisation, the largest first; absent where the provider has no ranking.
   * Fails as `candles` does.
   */
  readonly largest?: (quote: string, count: number, signal?: AbortSignal) => Promise<MarketCap[]>;
}
