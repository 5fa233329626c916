import { chooseStored, type Workspace } from '@pavio/cli';
import { intervalMs, mapConcurrently } from '@pavio/core';

/** Series whose ends are looked up at once. */
const READS_AT_ONCE = 16;

/** What there is to compute features of, and to learn from. */
export interface StoredCandles {
  readonly assets: number;
  /** Candles, gaps counted as if they were filled: that is known from both ends of a series, without reading it. */
  readonly rows: number;
}

/**
 * Measures the candles that features are computed of. Not what the last crawl told: it knows only of the assets that it
 * asked for, and the ranking had others in it before.
 *
 * @throws PavioError `no_candles`.
 */
export async function measureStored(workspace: Workspace): Promise<StoredCandles> {
  const { candles, config } = workspace;
  const { interval } = config;
  const { source, quote } = await chooseStored(workspace);
  const stored = await candles.list({ source, quote, interval });
  const wanted = config.assets.length === 0 ? stored : stored.filter(({ symbol }) => config.assets.includes(symbol));
  const rows = await mapConcurrently(wanted, READS_AT_ONCE, async (key) => {
    const span = await candles.span(key);
    return span === undefined ? 0 : (span.last - span.first) / intervalMs(interval) + 1;
  });
  return { assets: wanted.length, rows: rows.reduce((sum, count) => sum + count, 0) };
}
