import { type CandleSeries, isoTime, seriesLength } from '@pavio/core';
import type { AssetCandles } from '@pavio/prediction';
import { z } from 'zod';
import { seriesOf, seriesShape } from './assets.ts';
import { timeSchema } from './time.ts';

export const pricesAnswerSchema = z.lazy(() => {
  const price = z.number().positive();
  const volume = z.number().nonnegative();

  const candleSchema = z.object({
    time: timeSchema('Open time'),
    open: price,
    high: price,
    low: price,
    close: price,
    volumefrom: volume.nullable().meta({ description: 'Traded, in the asset' }),
    volumeto: volume.nullable().meta({ description: 'Traded, in the quote; null where the source does not say' }),
  });

  return z
    .object({
      total: z.int().nonnegative().meta({ description: 'How many assets' }),
      prices: z.array(
        z.object({
          ...seriesShape(),
          candles: z.array(candleSchema).meta({ description: 'Closed candles, ascending' }),
        }),
      ),
    })
    .meta({ id: 'Prices', description: 'The newest closed candles.' });
});

export function pricesAnswer(assets: readonly AssetCandles[]): z.infer<typeof pricesAnswerSchema> {
  return {
    total: assets.length,
    prices: assets.map((asset) => ({ ...seriesOf(asset), candles: candlesAnswer(asset.series) })),
  };
}

function candlesAnswer(series: CandleSeries): z.infer<typeof pricesAnswerSchema>['prices'][number]['candles'] {
  return Array.from({ length: seriesLength(series) }, (_, row) => ({
    time: isoTime(series.time[row]!),
    open: series.open[row]!,
    high: series.high[row]!,
    low: series.low[row]!,
    close: series.close[row]!,
    volumefrom: known(series.volume[row]!),
    volumeto: known(series.quoteVolume[row]!),
  }));
}

/** JSON has no NaN. */
function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
