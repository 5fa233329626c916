import { type CandleRequest, PavioError } from '@pavio/core';
import { z } from 'zod';
import { type JsonRequest, marketError, withoutSecret } from './http-json.ts';

const PERIODS = ['second', 'minute', 'hour', 'day', 'month'] as const;
const PERIOD_MS = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
const calls = z.number().optional();
const callsSchema = z.object({ second: calls, minute: calls, hour: calls, day: calls, month: calls });

const errorSchema = z.object({
  Response: z.literal('Error'),
  Message: z.string().catch('no reason given'),
  Type: z.number().catch(0),
  RateLimit: z.object({ calls_made: callsSchema, max_calls: callsSchema }).optional().catch(undefined),
});

/**
 * Recognises CryptoCompare's error document, which comes with HTTP 200: `Response`, `Type` and `Message` say what happened,
 * not the status.
 *
 * @throws PavioError `market_rate_limited` until the used-up period ends, `market_unauthorized`, `unknown_pair` or
 * `market_refused`.
 */
export function refuseError(
  request: JsonRequest,
  body: unknown,
  { symbol, quote }: Pick<CandleRequest, 'symbol' | 'quote'>,
): void {
  const parsed = errorSchema.safeParse(body);
  if (!parsed.success) return;
  const { Type: type, Message: message, RateLimit: rateLimit } = parsed.data;
  const details = { type, message: withoutSecret(request, message).slice(0, 200) };
  const said = `: "${details.message}"`;

  if (type === 99 || /rate limit/i.test(message)) {
    throw marketError(request, 'market_rate_limited', `asked to slow down${said}`, {
      remedy: 'Wait, ask for less at a time, or use a key with a larger quota.',
      details,
      retryAfter: untilQuotaReturns(rateLimit, request.clock.now()),
    });
  }
  if (/api[_ ]?key|auth key/i.test(message)) {
    throw marketError(request, 'market_unauthorized', `refused the key${said}`, {
      remedy: 'Set CRYPTOCOMPARE_API_KEY to a valid key, or choose another source with --source.',
      details,
    });
  }
  if (type === 1 || /does not exist|no data for|no market/i.test(message)) {
    throw new PavioError('unknown_pair', `CryptoCompare has no market for ${symbol}-${quote}${said}.`, {
      remedy: 'Check the ticker and the quote.',
      details: { ...details, symbol, quote },
    });
  }
  throw marketError(request, 'market_refused', `refused the request${said}`, { details });
}

type RateLimit = z.infer<typeof errorSchema>['RateLimit'];

/** Milliseconds until the longest period whose quota is used up is over (in UTC); to the next minute where none is named. */
function untilQuotaReturns(rateLimit: RateLimit, now: number): number {
  const usedUp =
    PERIODS.findLast((period) => {
      const made = rateLimit?.calls_made[period];
      const allowed = rateLimit?.max_calls[period];
      return made !== undefined && allowed !== undefined && made >= allowed;
    }) ?? 'minute';
  if (usedUp === 'month') {
    const date = new Date(now);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) - now;
  }
  return PERIOD_MS[usedUp] - (now % PERIOD_MS[usedUp]);
}
