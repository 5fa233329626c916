import type { Workspace } from '@pavio/cli';
import { PavioError, parseInterval } from '@pavio/core';
import { assetSummary, tableInfo } from '@pavio/features';
import { listPartAssets, publishFeatureParts } from '@pavio/storage';
import { featurePlanSchema } from './plan.ts';

/** What came of the features, for the log of the job. */
export interface FeatureOutcome {
  readonly key: string;
  readonly rows: number;
  readonly completeRows: number;
  readonly assets: number;
  /** Assets that have too few candles without a gap. */
  readonly leftOut: readonly string[];
}

/**
 * Looks at what Spark wrote, and makes it the latest table if it is what was planned.
 *
 * @throws PavioError `bad_features` for rows that were not planned; `not_enough_data` when there are none.
 */
export async function publishFeatures({ store, log }: Workspace, input: unknown): Promise<FeatureOutcome> {
  const { folder, contents, newest, ...plan } = featurePlanSchema.parse(input);
  const interval = parseInterval(plan.interval);
  const found = await listPartAssets(store, folder);
  if (found.length === 0) {
    throw new PavioError('not_enough_data', 'No asset has enough candles without a gap for features.', {
      remedy: 'Crawl more history.',
    });
  }
  const assets = found.map(({ symbol, time, part, row }) => {
    const content = contents[symbol];
    const isAscending = time.every((t, i) => i === 0 || t > time[i - 1]!);
    if (content === undefined || !isAscending || time.at(-1)! > newest) {
      throw new PavioError('bad_features', `${folder}/${part} has other rows of ${symbol} than were planned.`, {
        remedy: 'Let one run at a time write features, and run it again.',
      });
    }
    return { ...assetSummary({ symbol, content, time }, interval), part, row };
  });
  await publishFeatureParts(store, { info: tableInfo({ ...plan, interval }), folder, assets });
  const leftOut = Object.keys(contents).filter((symbol) => !found.some((asset) => asset.symbol === symbol));
  const outcome = {
    key: folder,
    rows: assets.reduce((sum, { rows }) => sum + rows, 0),
    completeRows: assets.reduce((sum, { completeRows }) => sum + completeRows, 0),
    assets: assets.length,
    leftOut,
  };
  log.info(outcome, 'features stored');
  return outcome;
}
