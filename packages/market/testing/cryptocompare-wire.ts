import { type Candle, INTERVAL_NAMES, INTERVALS, intervalMs } from '@pavio/core';
import { disorder, type ProviderMarket } from './provider-market.ts';

const UNITS = {
  '/data/v2/histominute': '1m',
  '/data/v2/histohour': '1h',
  '/data/v2/histoday': '1d',
} as const;

export type CryptoComparePath = keyof typeof UNITS;
const LARGEST_LIMIT = 2000;
const MINUTES_KEPT_MS = 7 * 86_400_000;

export function isCryptoComparePath(path: string): path is CryptoComparePath {
  return Object.hasOwn(UNITS, path);
}

/**
 * CryptoCompare's answer: N + 1 rows up to `toTs` in unix seconds, zeros for what is before the listing (and, for minutes, older
 * than a week), the open candle last; errors inside HTTP 200. `limit` times `aggregate` is cut to 2000 in silence. Rows in a gap repeat the
 * last price with no volume in the original; here they are missing, so that a test can tell a gap from a quiet day.
 */
export function answerCryptoCompare(market: ProviderMarket, path: CryptoComparePath, query: URLSearchParams): unknown {
  const symbol = query.get('fsym');
  const quote = query.get('tsym');
  if (symbol === null) return failure(2, 'fsym is missing.', { ParamWithError: 'fsym' });
  if (quote === null) return failure(2, 'tsym is missing.', { ParamWithError: 'tsym' });
  const asked = Number(query.get('limit') ?? 30);
  const aggregate = Number(query.get('aggregate') ?? 1);
  if (!Number.isInteger(asked) || asked < 1 || asked > LARGEST_LIMIT) {
    return failure(2, `limit must be a whole number from 1 to ${LARGEST_LIMIT}.`, { ParamWithError: 'limit' });
  }
  const step = INTERVALS[UNITS[path]] * aggregate;
  const interval = INTERVAL_NAMES.find((name) => INTERVALS[name] === step);
  if (interval === undefined)
    return failure(2, 'aggregate is not one this server knows.', { ParamWithError: 'aggregate' });

  const limit = Math.min(asked, Math.floor(LARGEST_LIMIT / aggregate));
  const now = market.clock.now();
  const last = Math.floor(Math.min(Number(query.get('toTs') ?? Infinity) * 1000, now) / step) * step;
  const first = last - (limit + (market.quirks.includes('extra-rows') ? 1 : 0)) * step;
  const oldest = UNITS[path] === '1m' ? Math.ceil((now - MINUTES_KEPT_MS) / step) * step : -Infinity;
  const existing = market.candles({ symbol, quote }, interval, Math.max(first, oldest), last);
  if (existing === undefined) return failure(1, `There is no market for this coin pair (${symbol}-${quote}).`);

  const listed = Math.max(market.listedSince(symbol), oldest);
  const rows: object[] = [];
  for (let time = first; time <= last && time < listed; time += step) rows.push(toRow(padding(time)));
  rows.push(...existing.map(toRow));
  return {
    Response: 'Success',
    Message: '',
    HasWarning: false,
    Type: 100,
    RateLimit: {},
    Data: {
      Aggregated: aggregate > 1,
      TimeFrom: first / 1000,
      TimeTo: last / 1000,
      Data: disorder(rows, market.quirks),
    },
  };
}

export const RANKING_PATH = '/data/top/mktcapfull';

/**
 * CryptoCompare's toplist: the market's ranking page by page, each coin with a market capitalisation that falls with its
 * place. A coin that is not traded comes without figures.
 */
export function answerRanking(market: ProviderMarket, query: URLSearchParams): unknown {
  const quote = query.get('tsym');
  if (quote === null) return failure(2, 'tsym is a required param.', { ParamWithError: 'tsym' });
  const limit = Number(query.get('limit') ?? 10);
  if (!Number.isInteger(limit) || limit < 10 || limit > 100) {
    return failure(2, 'limit must be a whole number from 10 to 100.', { ParamWithError: 'limit' });
  }
  const from = Number(query.get('page') ?? 0) * limit;
  const now = market.clock.now();
  const coins = market.ranking.slice(from, from + limit).map((symbol, index) => {
    const price = market.candles({ symbol, quote }, '1d', now - 2 * intervalMs('1d'), now)?.at(-1)?.close;
    const cap = 1e12 / (from + index + 1);
    const figures = price && { PRICE: price, MKTCAP: cap, CIRCULATINGSUPPLY: cap / price, SUPPLY: cap / price };
    return { CoinInfo: { Id: String(from + index), Name: symbol }, ...(figures && { RAW: { [quote]: figures } }) };
  });
  return { Message: 'Success', Type: 100, MetaData: { Count: market.ranking.length }, Data: coins };
}

/** The answer to a key that is missing or wrong. */
export function refuseKey(): unknown {
  return failure(1, 'A valid api key is needed for this endpoint.');
}

function failure(type: number, message: string, more: object = {}): unknown {
  return { Response: 'Error', Message: message, HasWarning: false, Type: type, RateLimit: {}, Data: {}, ...more };
}

function padding(time: number): Candle {
  return { time, open: 0, high: 0, low: 0, close: 0, volume: 0, quoteVolume: 0 };
}

function toRow({ time, open, high, low, close, volume, quoteVolume }: Candle): object {
  return {
    time: time / 1000,
    high,
    low,
    open,
    volumefrom: volume,
    volumeto: quoteVolume,
    close,
    conversionType: 'direct',
    conversionSymbol: '',
  };
}
