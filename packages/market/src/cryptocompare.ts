import {
  type Candle,
  type CandlePage,
  type CandleRequest,
  type Clock,
  type Interval,
  intervalMs,
  type MarketSource,
} from '@pavio/core';
import { z } from 'zod';
import { refuseError } from './cryptocompare-error.ts';
import { largestAssets } from './cryptocompare-ranking.ts';
import { DEFAULT_TIMEOUT_MS, getJson, type JsonRequest, marketError } from './http-json.ts';
import { candlesInWindow, refuseForm } from './provider-rows.ts';

export interface CryptoCompareOptions {
  /** Sent as a header, never in an address, and never shown. */
  readonly apiKey?: string | undefined;
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly clock: Clock;
  /** For each request. */
  readonly timeoutMs?: number;
}

interface Endpoint {
  readonly path: string;
  /** Candles of the endpoint that make up one of ours. */
  readonly aggregate: number;
}

const ENDPOINTS: Readonly<Record<Interval, Endpoint>> = {
  '1m': { path: '/data/v2/histominute', aggregate: 1 },
  '5m': { path: '/data/v2/histominute', aggregate: 5 },
  '15m': { path: '/data/v2/histominute', aggregate: 15 },
  '30m': { path: '/data/v2/histominute', aggregate: 30 },
  '1h': { path: '/data/v2/histohour', aggregate: 1 },
  '4h': { path: '/data/v2/histohour', aggregate: 4 },
  '1d': { path: '/data/v2/histoday', aggregate: 1 },
};

/** The most that `limit` times `aggregate` may be; more rows are cut off without a word. `limit=N` gives N + 1 rows. */
const LARGEST_LIMIT = 2000;
/** Minutes are kept for so long. */
const MINUTES_KEPT_MS = 7 * 86_400_000;

const rowSchema = z.object({
  time: z.int(),
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  volumefrom: z.number(),
  volumeto: z.number(),
});
const successSchema = z.object({ Response: z.literal('Success'), Data: z.object({ Data: z.array(rowSchema) }) });
/** How the provider's newer interface answers past the start of history. */
const notTradingSchema = z.object({ Err: z.object({ other_info: z.object({ first: z.number() }) }) });

/**
 * CryptoCompare (CoinDesk Data): histoday, histohour and histominute, aggregated for 5m, 15m, 30m and 4h. A key is needed since
 * its free tier ended in May 2026.
 *
 * Aggregated rows come in smaller pages, so a full window of 4h candles takes four requests and one of all minutes that are kept at
 * most six. Rows of zeros are padding from before the listing: they are left out, and say that history begins here. Rows off the UTC
 * grid of their interval, or with impossible times, are `market_unavailable`.
 */
export function cryptoCompare(options: CryptoCompareOptions): MarketSource {
  const { clock, apiKey, baseUrl, timeoutMs = DEFAULT_TIMEOUT_MS } = options;

  /** One request; at most as many candles as its aggregation allows. */
  async function page(wanted: CandleRequest, signal: AbortSignal | undefined): Promise<CandlePage> {
    const { symbol, quote, interval, from, to } = wanted;
    const { path, aggregate } = ENDPOINTS[interval];
    const request: JsonRequest = {
      provider: 'CryptoCompare',
      baseUrl,
      path,
      query: {
        fsym: symbol,
        tsym: quote,
        limit: Math.max((to - from) / intervalMs(interval), 1),
        toTs: to / 1000,
        ...(aggregate === 1 ? {} : { aggregate, aggregatePredictableTimePeriods: true }),
      },
      ...(apiKey === undefined ? {} : { headers: { authorization: `Apikey ${apiKey}` }, secret: apiKey }),
      subject: `${symbol}-${quote} ${interval}`,
      timeoutMs,
      clock,
      signal,
    };
    const { status, body } = await getJson(request);
    refuseError(request, body, wanted);
    if (status === 404 && notTradingSchema.safeParse(body).success) return { candles: [], isStartOfHistory: true };
    if (status >= 400) throw marketError(request, 'market_refused', `refused the request (HTTP ${status})`);
    const answer = successSchema.safeParse(body);
    if (!answer.success) refuseForm(request, z.prettifyError(answer.error).split('\n')[0] ?? '');
    const rows = answer.data.Data.Data.toSorted((a, b) => a.time - b.time);
    const isPadded = rows[0] !== undefined && isZero(rows[0]);
    const candles = candlesInWindow(rows.map(toCandle), wanted, request, clock);
    return { candles: candles.filter((candle) => !isZero(candle)), isStartOfHistory: isPadded };
  }

  return {
    name: 'cryptocompare',
    isSimulated: false,
    defaultQuote: 'USD',
    pageSize: LARGEST_LIMIT,
    // Of the 300 a minute that it allows; the rest is for windows that take more than one request.
    requestsPerMinute: 200,
    async candles(wanted, signal) {
      const { interval, to } = wanted;
      const step = intervalMs(interval);
      const kept = oldestKept(interval, clock.now());
      const from = Math.max(wanted.from, kept);
      const pageRows = Math.floor(LARGEST_LIMIT / ENDPOINTS[interval].aggregate);
      const pages: Candle[][] = [];
      let isStartOfHistory = kept >= wanted.from;
      for (let end = to; end >= from; end -= pageRows * step) {
        const start = Math.max(from, end - (pageRows - 1) * step);
        const newest = await page({ ...wanted, from: start, to: end }, signal);
        pages.unshift([...newest.candles]);
        if (newest.isStartOfHistory) {
          isStartOfHistory = true;
          break;
        }
      }
      return { candles: pages.flat(), isStartOfHistory };
    },
    async ping(signal) {
      const today = Math.floor(clock.now() / 86_400_000) * 86_400_000;
      await page({ symbol: 'BTC', quote: 'USD', interval: '1d', from: today, to: today }, signal);
    },
    largest: (quote, count, signal) => largestAssets({ ...options, timeoutMs }, quote, count, signal),
  };
}

/** Open time of the oldest candle that the provider keeps; -Infinity where it keeps all. */
function oldestKept(interval: Interval, now: number): number {
  const step = intervalMs(interval);
  if (ENDPOINTS[interval].path !== ENDPOINTS['1m'].path) return -Infinity;
  return Math.ceil((now - MINUTES_KEPT_MS) / step) * step;
}

function toCandle(row: z.infer<typeof rowSchema>): Candle {
  const { open, high, low, close } = row;
  return { time: row.time * 1000, open, high, low, close, volume: row.volumefrom, quoteVolume: row.volumeto };
}

function isZero({ open, high, low, close }: Pick<Candle, 'open' | 'high' | 'low' | 'close'>): boolean {
  return open === 0 && high === 0 && low === 0 && close === 0;
}
