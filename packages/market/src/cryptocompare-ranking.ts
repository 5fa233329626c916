import type { MarketCap } from '@pavio/core';
import { z } from 'zod';
import type { CryptoCompareOptions } from './cryptocompare.ts';
import { refuseError } from './cryptocompare-error.ts';
import { getJson, type JsonRequest, marketError } from './http-json.ts';
import { refuseForm } from './provider-rows.ts';

/** What `limit` may be. */
const [SMALLEST_PAGE, LARGEST_PAGE] = [10, 100];

const rowSchema = z.object({
  PRICE: z.number(),
  MKTCAP: z.number(),
  CIRCULATINGSUPPLY: z.number().optional(),
});
const coinSchema = z.object({
  CoinInfo: z.object({ Name: z.string() }),
  /** By quote; missing for a coin without a market in it. */
  RAW: z.record(z.string(), rowSchema).optional(),
});
const answerSchema = z.object({ Data: z.array(coinSchema) });

/**
 * CryptoCompare's toplist by market capitalisation (`/data/top/mktcapfull`), the largest first. Coins without a price or a
 * market capitalisation in the quote are left out.
 */
export async function largestAssets(
  { apiKey, baseUrl, clock, timeoutMs }: CryptoCompareOptions & { readonly timeoutMs: number },
  quote: string,
  count: number,
  signal?: AbortSignal,
): Promise<MarketCap[]> {
  const limit = Math.min(Math.max(count, SMALLEST_PAGE), LARGEST_PAGE);
  const found: MarketCap[] = [];
  for (let page = 0; found.length < count; page++) {
    const request: JsonRequest = {
      provider: 'CryptoCompare',
      baseUrl,
      path: '/data/top/mktcapfull',
      query: { tsym: quote, limit, page },
      ...(apiKey === undefined ? {} : { headers: { authorization: `Apikey ${apiKey}` }, secret: apiKey }),
      subject: `the largest assets in ${quote}`,
      timeoutMs,
      clock,
      signal,
    };
    const { status, body } = await getJson(request);
    refuseError(request, body, { symbol: 'any coin', quote });
    if (status >= 400) throw marketError(request, 'market_refused', `refused the request (HTTP ${status})`);
    const answer = answerSchema.safeParse(body);
    if (!answer.success) refuseForm(request, z.prettifyError(answer.error).split('\n')[0] ?? '');
    const coins = answer.data.Data;
    found.push(...coins.flatMap((coin) => marketCapOf(coin, quote)));
    if (coins.length < limit) break;
  }
  return found.sort((a, b) => b.marketCap - a.marketCap).slice(0, count);
}

function marketCapOf({ CoinInfo, RAW }: z.infer<typeof coinSchema>, quote: string): MarketCap[] {
  const row = RAW?.[quote];
  if (row === undefined || !(row.PRICE > 0 && row.MKTCAP > 0)) return [];
  return [{ symbol: CoinInfo.Name, price: row.PRICE, marketCap: row.MKTCAP, circulatingSupply: row.CIRCULATINGSUPPLY }];
}
