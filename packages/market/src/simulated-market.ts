import {
  type Candle,
  type Clock,
  candleAt,
  lastClosedOpen,
  type MarketSource,
  PavioError,
  seriesLength,
} from '@pavio/core';
import { HISTORY_START } from './simulated/hourly-path.ts';
import { simulateCandles } from './simulated/simulate-candles.ts';

export interface SimulatedMarketOptions {
  readonly clock: Clock;
  /** Another seed is another history. */
  readonly seed?: number;
}

/** What its prices are worth: dollars, under any of their names. */
const QUOTES = ['USD', 'USDT', 'USDC', 'BUSD', 'TUSD', 'FDUSD'];

/**
 * The market that is always there: made-up candles from 2015-01-01 UTC until now, the same ones whenever they are asked for.
 * Any ticker trades; the known ones at prices of a plausible size. Only closed candles are given.
 *
 * `candles` throws PavioError `unknown_pair` for what cannot be a ticker and for quotes other than dollars.
 */
export function simulatedMarket({ clock, seed = 0 }: SimulatedMarketOptions): MarketSource {
  return {
    name: 'simulated',
    isSimulated: true,
    defaultQuote: 'USD',
    pageSize: 10_000,
    requestsPerMinute: Infinity,
    async candles({ symbol, quote, interval, from, to }, signal) {
      signal?.throwIfAborted();
      if (!QUOTES.includes(quote)) {
        throw new PavioError('unknown_pair', `The simulated market does not trade ${symbol}-${quote}.`, {
          remedy: `Its prices are in dollars: use one of ${QUOTES.join(', ')}.`,
          details: { symbol, quote },
        });
      }
      const series = simulateCandles(symbol, interval, from, Math.min(to, lastClosedOpen(clock.now(), interval)), seed);
      const candles = Array.from({ length: seriesLength(series) }, (_, row): Candle => candleAt(series, row));
      return { candles, isStartOfHistory: from <= HISTORY_START };
    },
    async ping(signal) {
      signal?.throwIfAborted();
    },
  };
}
