import type { History, Predictor } from '@pavio/prediction';
import { z } from 'zod';
import { historyAnswer, historyAnswerSchema } from '../answers/history.ts';
import { nextCloseAnswer, nextCloseAnswerSchema } from '../answers/next-close.ts';
import { ok } from '../answers/ok.ts';
import type { Api } from '../app.ts';
import type { Freshness } from '../freshness.ts';
import { problemResponses } from '../problem.ts';
import { limitUpTo } from './limit.ts';
import { FORECAST_PROBLEMS, spelling } from './symbol.ts';

export interface HistoryRoutesOptions {
  readonly predictor: Predictor;
  readonly freshness: Freshness;
  readonly history: History;
}

const MOST = 1000;
const USUAL = 100;

/** `/prever`: what is forecast; `/previsoes`: what was forecast, and what happened. */
export function historyRoutes(api: Api, { predictor, freshness, history }: HistoryRoutesOptions): void {
  const params = z.object({
    moeda: spelling('The asset as BTC, btc, BTCUSDT, BTC-USD or bitcoin', ['BTC', 'BTC-USD', 'bitcoin']),
  });

  api.get(
    '/prever/:moeda',
    {
      schema: {
        operationId: 'nextClose',
        tags: ['forecasts'],
        summary: 'The next close of an asset as one number, beside what every model says',
        description: 'The number is that of the regressor with the best skill on the asset; look at its verdict first.',
        params,
        response: { 200: ok('The forecast', nextCloseAnswerSchema), ...problemResponses(...FORECAST_PROBLEMS) },
      },
    },
    async ({ params: { moeda } }) => {
      await freshness.ensureRelease();
      return nextCloseAnswer(await predictor.forecast(moeda));
    },
  );

  api.get(
    '/previsoes/:moeda',
    {
      schema: {
        operationId: 'history',
        tags: ['forecasts'],
        summary: 'Forecasts that were made of an asset, and what really happened',
        description:
          'Of several forecasts of one candle the last one made before it closed counts. What has not closed is pending, and counts for nothing.',
        params,
        querystring: z.object({
          limit: limitUpTo(MOST, USUAL, {
            description: 'How many logged forecasts are looked at, the newest ones',
            examples: [USUAL],
          }),
        }),
        response: {
          200: ok('The forecasts and how good they were', historyAnswerSchema),
          ...problemResponses(
            'bad_input',
            'unknown_symbol',
            'no_candles',
            'bad_candles',
            'store_unavailable',
            'store_denied',
          ),
        },
      },
    },
    async ({ params: { moeda }, query: { limit } }) => {
      await freshness.ensureRelease();
      return historyAnswer(await history.forecasts(moeda, limit));
    },
  );
}
