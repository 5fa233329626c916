import { chooseStored, refuseOtherInterval, type Workspace } from '@pavio/cli';
import { intervalMs, lastClosedOpen, mapConcurrently, PavioError, type SeriesKey } from '@pavio/core';
import { featureSet, tableInfo } from '@pavio/features';
import { prepareFeatureParts } from '@pavio/storage';
import { z } from 'zod';

/** Series whose tags and ends are looked up at once. */
const READS_AT_ONCE = 16;

/** What the driver has to do, and what `publish` has to know of it. */
export const featurePlanSchema = z.object({
  source: z.string(),
  quote: z.string(),
  interval: z.string(),
  /** Open time of the newest closed candle: later ones are left out. UTC milliseconds. */
  newest: z.number(),
  /** Key of the folder that the parts go to. */
  folder: z.string(),
  /** Feature columns, in order. */
  columns: z.array(z.string()),
  /** Of each asset that may have features: what its candles are. */
  contents: z.record(z.string(), z.string()),
  /** Keys of the folders with their candles; none where the latest table is of these very candles already. */
  series: z.array(z.string()),
});
export type FeaturePlan = z.infer<typeof featurePlanSchema>;

/**
 * Plans the features of the stored candles, as the configuration says, and makes room for them.
 *
 * @throws PavioError `no_candles`; `not_enough_data`; `bad_config` in a lake whose models are of another interval.
 */
export async function planFeatures(workspace: Workspace): Promise<FeaturePlan> {
  const { config, candles, store, clock, log } = workspace;
  const { interval, assets } = config;
  await refuseOtherInterval(workspace);
  const { source, quote } = await chooseStored(workspace);
  const now = clock.now();
  const newest = lastClosedOpen(now, interval);
  const stored = await candles.list({ source, quote, interval });
  const wanted = assets.length === 0 ? stored : stored.filter(({ symbol }) => assets.includes(symbol));
  const { lookback, columns } = featureSet(interval);

  const found = await mapConcurrently(wanted, READS_AT_ONCE, async (key) => {
    const [tag, span] = await Promise.all([candles.tag(key), candles.span(key)]);
    const last = Math.min(span?.last ?? -Infinity, newest);
    const most = span === undefined ? 0 : (last - span.first) / intervalMs(interval) + 1;
    // As the local job tags them, so that either continues where the other stopped.
    return { key, isLongEnough: most > lookback, content: last === span?.last ? (tag ?? '') : `${tag} to ${newest}` };
  });
  const long = found.filter(({ isLongEnough }) => isLongEnough);
  const tooShort = found.filter(({ isLongEnough }) => !isLongEnough).map(({ key }) => key.symbol);
  if (tooShort.length > 0) log.warn({ symbols: tooShort, needed: lookback + 1 }, 'too few candles for features');
  if (long.length === 0) throw notEnough(found.length, { source, quote, interval });

  const contents = Object.fromEntries(long.map(({ key, content }) => [key.symbol, content]));
  const isDone = await isStored(workspace, { source, quote, contents });
  return {
    source,
    quote,
    interval,
    newest,
    columns: [...columns],
    contents,
    folder: isDone ? '' : await prepareFeatureParts(store, now),
    series: isDone ? [] : long.map(({ key }) => `raw/${source}/${interval}/${key.symbol}-${quote}`),
  };
}

/** Is the latest table of these very candles? */
async function isStored(
  { features, config: { interval } }: Workspace,
  { source, quote, contents }: Pick<FeaturePlan, 'source' | 'quote' | 'contents'>,
): Promise<boolean> {
  const latest = await features.summary();
  if (latest === undefined) return false;
  const same = latest.assets.filter(({ symbol, content }) => contents[symbol] === content);
  return (
    JSON.stringify(latest.info) === JSON.stringify(tableInfo({ source, quote, interval })) &&
    same.length === latest.assets.length &&
    same.length === Object.keys(contents).length
  );
}

function notEnough(assets: number, { source, quote, interval }: Omit<SeriesKey, 'symbol'>): PavioError {
  const of = `${interval} candles in ${quote} from ${source}`;
  return assets === 0
    ? new PavioError('no_candles', `There are no ${of} of the wanted assets.`, { remedy: 'Crawl some first.' })
    : new PavioError('not_enough_data', `None of ${assets} assets has enough ${of} for features.`, {
        remedy: 'Crawl more history.',
      });
}
