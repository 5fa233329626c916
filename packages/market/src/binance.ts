import {
  type Candle,
  type CandleRequest,
  type Clock,
  intervalMs,
  isPavioError,
  type MarketSource,
  PavioError,
} from '@pavio/core';
import { z } from 'zod';
import { DEFAULT_TIMEOUT_MS, getJson, type JsonAnswer, type JsonRequest, marketError } from './http-json.ts';
import { candlesInWindow, refuseForm } from './provider-rows.ts';

export interface BinanceOptions {
  /** Tried in this order: the next one when one cannot be reached or does not serve this location. */
  readonly baseUrls: readonly string[];
  readonly clock: Clock;
  /** For each request. */
  readonly timeoutMs?: number;
}

const LARGEST_LIMIT = 1000;
/** Open times above this are microseconds (they would be milliseconds of the year 5138), as in Binance's files since 2025. */
const MICROSECONDS_FROM = 1e14;

const decimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'must be a number in a string')
  .transform(Number);
/** open time, open, high, low, close, volume, close time, quote volume, trades, taker volumes, unused. */
const rowSchema = z
  .tuple([z.int(), decimal, decimal, decimal, decimal, decimal, z.number(), decimal], z.unknown())
  .refine((row) => row.length === 12, 'must have 12 elements');
const rowsSchema = z.array(rowSchema);
const errorSchema = z.object({ code: z.number(), msg: z.string().catch('no reason given') });

/**
 * Binance's spot klines, no key needed. Open times are milliseconds; microseconds are recognised by their size. The provider's
 * close time is not read: it can be wrong, and what is closed is for the clock to say.
 *
 * A request weighs 2 of the 6,000 that an address may use a minute; `requestsPerMinute` stays so far below that the weight the
 * provider reports need not be watched.
 */
export function binance({ baseUrls, clock, timeoutMs = DEFAULT_TIMEOUT_MS }: BinanceOptions): MarketSource {
  /** The first address that answers; the address that did is asked first the next time. */
  let preferred = 0;

  async function ask(
    path: string,
    query: JsonRequest['query'],
    subject: string,
    signal: AbortSignal | undefined,
  ): Promise<{ request: JsonRequest; answer: JsonAnswer }> {
    const failures: PavioError[] = [];
    for (let turn = 0; turn < baseUrls.length; turn++) {
      const at = (preferred + turn) % baseUrls.length;
      const baseUrl = baseUrls[at] as string;
      const request = { provider: 'Binance', baseUrl, path, query, subject, timeoutMs, clock, signal };
      try {
        const answer = await getJson(request);
        preferred = at;
        return { request, answer };
      } catch (error) {
        if (!isPavioError(error, 'market_unavailable', 'market_restricted')) throw error;
        failures.push(error);
      }
    }
    throw worst(failures);
  }

  async function klines(wanted: CandleRequest, query: JsonRequest['query'], signal: AbortSignal | undefined) {
    const { symbol, quote, interval } = wanted;
    const subject = `${symbol}-${quote} ${interval}`;
    const pair = { symbol: symbol + quote, interval };
    const { request, answer } = await ask('/api/v3/klines', { ...pair, ...query }, subject, signal);
    refuseError(request, answer, wanted);
    const rows = rowsSchema.safeParse(answer.body);
    if (!rows.success) refuseForm(request, z.prettifyError(rows.error).split('\n')[0] ?? '');
    return { request, candles: rows.data.map(toCandle) };
  }

  return {
    name: 'binance',
    isSimulated: false,
    defaultQuote: 'USDT',
    pageSize: LARGEST_LIMIT,
    requestsPerMinute: 1200,
    async candles(wanted, signal) {
      const { from, to, interval } = wanted;
      const limit = Math.min((to - from) / intervalMs(interval) + 1, LARGEST_LIMIT);
      const { request, candles } = await klines(wanted, { startTime: from, endTime: to, limit }, signal);
      const inWindow = candlesInWindow(candles, wanted, request, clock);
      if (inWindow.length > 0) return { candles: inWindow, isStartOfHistory: false };
      // An outage, or the time before the listing? Only the first candle of all tells.
      const { candles: oldest } = await klines(wanted, { startTime: 0, limit: 1 }, signal);
      return { candles: [], isStartOfHistory: oldest.every(({ time }) => time > to) };
    },
    async ping(signal) {
      const { request, answer } = await ask('/api/v3/ping', {}, 'a sign of life', signal);
      if (answer.status !== 200) throw marketError(request, 'market_refused', `answered HTTP ${answer.status}`);
    },
  };
}

/** Of the failures of all addresses the one to report: one that a retry may help, else that the location is not served. */
function worst(failures: readonly PavioError[]): PavioError {
  const [first] = failures;
  if (first === undefined)
    throw new PavioError('bad_config', 'Binance has no address.', { remedy: 'Set BINANCE_BASE_URL.' });
  return failures.find((failure) => failure.retry) ?? first;
}

/** @throws PavioError `unknown_pair` (-1121), `market_refused` for every other error document. */
function refuseError(request: JsonRequest, { status, body }: JsonAnswer, { symbol, quote }: CandleRequest): void {
  const parsed = errorSchema.safeParse(body);
  if (!parsed.success && status === 200) return;
  if (parsed.data?.code === -1121) {
    throw new PavioError('unknown_pair', `Binance does not trade ${symbol}-${quote}.`, {
      remedy: 'Check the ticker and the quote: Binance quotes most coins in USDT.',
      details: { symbol, quote, code: -1121 },
    });
  }
  const said = parsed.success ? `: "${parsed.data.msg.slice(0, 200)}" (${parsed.data.code})` : '';
  throw marketError(request, 'market_refused', `refused the request (HTTP ${status})${said}`, {
    details: { status, ...(parsed.success ? { code: parsed.data.code } : {}) },
  });
}

function toCandle([openTime, open, high, low, close, volume, , quoteVolume]: z.infer<typeof rowSchema>): Candle {
  const time = openTime >= MICROSECONDS_FROM ? Math.floor(openTime / 1000) : openTime;
  return { time, open, high, low, close, volume, quoteVolume };
}
