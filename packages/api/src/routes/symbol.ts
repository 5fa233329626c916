import type { Predictor } from '@pavio/prediction';
import { z } from 'zod';
import { forecastAnswer, forecastAnswerSchema } from '../answers/forecast.ts';
import { ok } from '../answers/ok.ts';
import type { Api } from '../app.ts';
import type { Freshness } from '../freshness.ts';
import { problemResponses } from '../problem.ts';

const LONGEST_ASSET = 40;

/** An asset as people write it. */
export function spelling(description: string, examples: string[]) {
  return z
    .string()
    .min(1, 'must not be empty')
    .max(LONGEST_ASSET, `must have at most ${LONGEST_ASSET} characters`)
    .meta({ description, examples });
}

/** What can be wrong with a forecast. */
export const FORECAST_PROBLEMS = [
  'bad_input',
  'unknown_symbol',
  'not_enough_data',
  'no_models',
  'no_candles',
  'bad_model',
  'feature_mismatch',
  'store_unavailable',
  'store_denied',
] as const;

const response = { 200: ok('What every model says', forecastAnswerSchema), ...problemResponses(...FORECAST_PROBLEMS) };

/** `/symbol/BTC`, and `/symbol/BTC/USD` for those who write a pair with a slash. */
export function symbolRoutes(api: Api, predictor: Predictor, freshness: Freshness): void {
  const answer = async (asset: string) => {
    await freshness.ensureRelease();
    return forecastAnswer(await predictor.forecast(asset));
  };

  api.get(
    '/symbol/:ativo',
    {
      schema: {
        operationId: 'symbol',
        tags: ['forecasts'],
        summary: 'Forecast of the next candle of an asset by every model',
        description:
          'Forecasts from the newest closed candle. `verdict` and `skill` say how far each model is to be trusted: most often it does not beat the guess that the price stays.',
        params: z.object({
          ativo: spelling('The asset as BTC, btc, BTCUSDT, BTC-USD or bitcoin', ['BTC', 'BTC-USD', 'bitcoin']),
        }),
        response,
      },
    },
    ({ params: { ativo } }) => answer(ativo),
  );

  api.get(
    '/symbol/:ativo/:quote',
    {
      schema: {
        operationId: 'symbolPair',
        tags: ['forecasts'],
        summary: 'The same for a pair written with a slash, as BTC/USD',
        params: z.object({
          ativo: spelling('The asset', ['BTC']),
          quote: spelling('What its price is in; it must be what this server has', ['USD']),
        }),
        response,
      },
    },
    ({ params: { ativo, quote } }) => answer(`${ativo}/${quote}`),
  );
}
