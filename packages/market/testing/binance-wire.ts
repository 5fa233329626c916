import { type Candle, type Interval, intervalMs, isInterval } from '@pavio/core';
import { disorder, type ProviderMarket, type TradedPair } from './provider-market.ts';

const LARGEST_LIMIT = 1000;
/** Longest first: USDT would otherwise be read as T and USD. */
const QUOTES = ['FDUSD', 'USDT', 'USDC', 'BUSD', 'USD', 'EUR', 'BRL', 'BTC', 'ETH'];

export interface BinanceAnswer {
  readonly status: number;
  readonly body: unknown;
}

export function isBinancePath(path: string): boolean {
  return path === '/api/v3/klines' || path === '/api/v3/ping';
}

/** Binance's answer: rows of twelve, milliseconds, prices in strings, oldest first from `startTime`, the open candle last. */
export function answerBinance(market: ProviderMarket, path: string, query: URLSearchParams): BinanceAnswer {
  if (path === '/api/v3/ping') return { status: 200, body: {} };
  const ticker = query.get('symbol') ?? '';
  const quote = QUOTES.find((candidate) => ticker.endsWith(candidate) && ticker.length > candidate.length);
  if (quote === undefined) return failure(-1121, 'No such symbol.');
  const interval = query.get('interval') ?? '';
  if (!isInterval(interval)) return failure(-1120, 'No such interval.');

  const step = intervalMs(interval);
  const pair = { symbol: ticker.slice(0, -quote.length), quote };
  const limit = Math.min(Number(query.get('limit') ?? 500), LARGEST_LIMIT);
  const now = market.clock.now();
  const end = Math.min(Number(query.get('endTime') ?? now), now);
  const start = query.has('startTime')
    ? Math.max(Number(query.get('startTime')), market.listedSince(pair.symbol))
    : end - limit * step;
  const extra = market.quirks.includes('extra-rows') ? 1 : 0;
  const from = start - extra * step;
  const candles = firstCandles(market, pair, interval, { from, to: end, limit: limit + extra });
  if (candles === undefined) return failure(-1121, 'No such symbol.');
  const rows = candles.map((candle) => toRow(candle, interval));
  return { status: 200, body: disorder(rows, market.quirks) };
}

/** The first `limit` candles that exist in the window, looked for piece by piece because it may span years of minutes. */
function firstCandles(
  market: ProviderMarket,
  pair: TradedPair,
  interval: Interval,
  window: { from: number; to: number; limit: number },
): Candle[] | undefined {
  const piece = LARGEST_LIMIT * intervalMs(interval);
  const found: Candle[] = [];
  let { from } = window;
  do {
    const candles = market.candles(pair, interval, from, Math.min(from + piece - 1, window.to));
    if (candles === undefined) return undefined;
    found.push(...candles);
    from += piece;
  } while (found.length < window.limit && from <= window.to);
  return found.slice(0, window.limit);
}

function failure(code: number, msg: string): BinanceAnswer {
  return { status: 400, body: { code, msg } };
}

function toRow(candle: Candle, interval: Interval): unknown[] {
  const { time, open, high, low, close, volume, quoteVolume } = candle;
  const closeTime = time + intervalMs(interval) - 1;
  const half = [volume / 2, quoteVolume / 2].map(decimal);
  return [time, ...[open, high, low, close, volume].map(decimal), closeTime, decimal(quoteVolume), 100, ...half, '0'];
}

/** As many digits as make the same number again, never with an exponent. */
function decimal(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/0+$/, '') : text;
}
