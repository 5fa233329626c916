import { type Clock, type Logger, type MarketCap, type MarketSource, type ObjectStore, PavioError } from '@pavio/core';
import { RateLimit } from './rate-limit.ts';
import { DEFAULT_RETRY, withRetries } from './retry.ts';
import { systemTimer, type Timer } from './timer.ts';

export interface LargestAssetsJob {
  readonly source: MarketSource;
  readonly store: ObjectStore;
  readonly quote: string;
  /** How many are wanted. */
  readonly count: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal?: AbortSignal;
  /** What waiting is measured with; the system's. */
  readonly timer?: Timer;
  /** For the jitter of retries, uniform in [0, 1); Math.random. */
  readonly random?: () => number;
}

/** Asked for beyond those wanted, because some are left out; CryptoCompare gives a hundred at once. */
const MARGIN = 30;

/**
 * Coins that stand for something else and so have no forecast of their own: currencies (whatever has USD or EUR in its
 * ticker, and these), and other coins in a wrapper or staked.
 */
const STANDS_FOR_OTHERS = new Set(
  'DAI GHO FRAX LUSD WBTC CBBTC BTCB LBTC TBTC WETH STETH WSTETH WEETH EZETH RETH METH CBETH WBETH RSETH WBNB JITOSOL MSOL BNSOL JUPSOL'.split(
    ' ',
  ),
);

/**
 * The assets with the largest market capitalisation, the largest first, without those that only stand for others. The whole
 * answer is kept as the snapshot of the day.
 *
 * @throws PavioError `bad_input` for a source without a ranking; what the source throws when asking again did not help.
 */
export async function largestAssets(job: LargestAssetsJob): Promise<string[]> {
  const { source, store, quote, count, clock, log, signal = new AbortController().signal } = job;
  const { largest } = source;
  if (largest === undefined) {
    throw new PavioError('bad_input', `${source.name} has no ranking by market capitalisation.`, {
      remedy: 'Name the assets (PAVIO_ASSETS), or take another source.',
    });
  }
  const timer = job.timer ?? systemTimer;
  const { requestsPerMinute, name: provider } = source;
  const { longestPauseMs } = DEFAULT_RETRY;
  const limit = new RateLimit({ provider, requestsPerMinute, longestPauseMs, timer });
  const caps = await withRetries({
    ready: () => limit.pass(signal),
    work: () => largest(quote, count + MARGIN, signal),
    onFailure: ({ retryAfter = 0 }) => limit.pause(retryAfter),
    onRetry: ({ code, message }) => log.warn({ code }, `asking again: ${message}`),
    policy: DEFAULT_RETRY,
    timer,
    random: job.random ?? Math.random,
    signal,
  });
  const now = clock.now();
  await store.put(marketCapKey(source.name, now), encodeMarketCaps(caps, now));
  return caps
    .map(({ symbol }) => symbol)
    .filter((symbol) => !/USD|EUR/.test(symbol) && !STANDS_FOR_OTHERS.has(symbol) && /^[A-Z0-9]{1,20}$/.test(symbol))
    .slice(0, count);
}

function marketCapKey(source: string, now: number): string {
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '');
  return `raw/${source}/marketcap/${day}.csv`;
}

/** As CSV: time in unix seconds; an unknown supply is empty. */
function encodeMarketCaps(caps: readonly MarketCap[], now: number): Uint8Array {
  const time = Math.floor(now / 1000);
  const rows = caps.map(({ symbol, price, marketCap, circulatingSupply = '' }, index) =>
    [time, symbol.replace(/[",\r\n]/g, ''), index + 1, price, marketCap, circulatingSupply].join(','),
  );
  return new TextEncoder().encode(`${['time,symbol,rank,price,market_cap,circulating_supply', ...rows].join('\n')}\n`);
}
