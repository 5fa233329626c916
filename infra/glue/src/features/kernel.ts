import type { AssetCandles, Market } from '@pavio/features';
import { assetSummary, featureColumns, featureSet } from '@pavio/features';
import { FeatureBatches } from './feature-batches.ts';
import { readAssets } from './read-assets.ts';

/**
 * Features of a stream of candles, asset by asset: Arrow IPC in, Arrow IPC out. Rows come sorted by symbol, then time, and
 * batches may cut an asset anywhere. Memory holds one asset with its features, and a batch of either kind. Assets without
 * one complete row are left out, as by the local job.
 *
 * @param input `symbol` (text), `time` (double, UTC milliseconds), `open`, `high`, `low`, `close`, `volume` (double)
 * @param send takes bytes, and is done when there is room for more
 * @throws PavioError `bad_candles` naming the asset.
 */
export async function computeStream(
  market: Market,
  input: AsyncIterable<Uint8Array>,
  send: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const { source, quote, interval } = market;
  const { features } = featureSet(interval);
  const batches = new FeatureBatches(features.map(({ name }) => name));
  for await (const { symbol, candles } of readAssets(input)) {
    const name = `${symbol}-${quote} of ${source}`;
    // The order of times is proven with the first column, so it is asked for before anything is said of them.
    const columns = featureColumns(candles, interval, features, name);
    const first = columns.next();
    if (first.done === true || !hasCompleteRow({ symbol, candles }, market)) continue;
    const values = [first.value[1], ...Array.from(columns, ([, column]) => column)];
    for (const bytes of batches.of({ symbol, candles }, values)) await send(bytes);
  }
  await send(batches.end());
}

function hasCompleteRow({ symbol, candles }: AssetCandles, { interval }: Market): boolean {
  return assetSummary({ symbol, content: '', time: candles.time }, interval).completeRows > 0;
}
