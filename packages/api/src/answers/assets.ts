import { INTERVAL_NAMES, intervalMs, isoTime, lastClosedOpen } from '@pavio/core';
import type { AssetHistory } from '@pavio/prediction';
import { z } from 'zod';
import { timeSchema } from './time.ts';

/** What a series of candles is of. */
export const seriesShape = () => ({
  ativo: z.string().meta({ description: 'The asset', examples: ['BTC'] }),
  source: z.string().meta({ description: 'Where the candles come from', examples: ['binance'] }),
  quote: z.string().meta({ description: 'What prices are in', examples: ['USDT'] }),
  interval: z.enum(INTERVAL_NAMES).meta({ description: 'Length of a candle' }),
  simulated: z.boolean().meta({ description: 'True: the candles are made up' }),
});

/** The same of what was found. */
export function seriesOf({ key, isSimulated }: Pick<AssetHistory, 'key' | 'isSimulated'>) {
  const { symbol, source, quote, interval } = key;
  return { ativo: symbol, source, quote, interval, simulated: isSimulated };
}

export const assetsAnswerSchema = z.lazy(() => {
  const count = z.int().nonnegative();
  const price = z.number().positive();
  const assetSchema = z.object({
    ...seriesShape(),
    first_candle_time: timeSchema('Open time of the first candle; null for an asset that is made on demand').nullable(),
    last_candle_time: timeSchema('Open time of the newest candle').nullable(),
    candles: count.nullable().meta({
      description: 'How many are stored; null while they are being counted, and for an asset that is made on demand',
    }),
    missing: count.nullable().meta({ description: 'How many are missing between the first and the newest one' }),
    last_close: price.nullable().meta({ description: 'Close of the newest candle' }),
    change: z.number().nullable().meta({
      description: 'From the close of the candle before to the last one, as a share: 0.01 is one percent',
    }),
    stale: z.boolean().meta({ description: 'True: a newer candle has closed than the newest one stored' }),
  });
  return z
    .object({ total: count, moedas: z.array(assetSchema) })
    .meta({ id: 'Assets', description: 'The assets that there are and what is stored of each.' });
});

/** @param now UTC milliseconds */
export function assetsAnswer(assets: readonly AssetHistory[], now: number): z.infer<typeof assetsAnswerSchema> {
  return { total: assets.length, moedas: assets.map((asset) => assetAnswer(asset, now)) };
}

function assetAnswer(asset: AssetHistory, now: number): z.infer<typeof assetsAnswerSchema>['moedas'][number] {
  const { first, last, count, lastClose, previousClose, key } = asset;
  return {
    ...seriesOf(asset),
    first_candle_time: first === undefined ? null : isoTime(first),
    last_candle_time: last === undefined ? null : isoTime(last),
    candles: count ?? null,
    missing: missingCandles(asset) ?? null,
    last_close: lastClose ?? null,
    change: lastClose === undefined || previousClose === undefined ? null : lastClose / previousClose - 1,
    stale: last !== undefined && last < lastClosedOpen(now, key.interval),
  };
}

/** Holes between the first and the newest candle; undefined where candles are not counted. */
export function missingCandles({ first, last, count, key }: AssetHistory): number | undefined {
  if (first === undefined || last === undefined || count === undefined) return undefined;
  return (last - first) / intervalMs(key.interval) + 1 - count;
}
