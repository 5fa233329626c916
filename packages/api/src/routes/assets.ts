import { type Clock, mapConcurrently, PavioError } from '@pavio/core';
import type { History } from '@pavio/prediction';
import { z } from 'zod';
import { assetsAnswer, assetsAnswerSchema } from '../answers/assets.ts';
import { ok } from '../answers/ok.ts';
import { pricesAnswer, pricesAnswerSchema } from '../answers/prices.ts';
import type { Api } from '../app.ts';
import type { Freshness } from '../freshness.ts';
import { problemResponses } from '../problem.ts';
import { limitUpTo } from './limit.ts';
import { spelling } from './symbol.ts';

export interface AssetRoutesOptions {
  readonly freshness: Freshness;
  readonly history: History;
  readonly clock: Clock;
}

/** Most candles of one asset, and of each of all assets, in one answer. */
const MOST = 1000;
const MOST_OF_ALL = 30;
const SERIES_AT_ONCE = 8;

/** `/moedas`: what there is; `/prices/latest`: its newest candles. */
export function assetRoutes(api: Api, { freshness, history, clock }: AssetRoutesOptions): void {
  api.get(
    '/moedas',
    {
      schema: {
        operationId: 'assets',
        tags: ['market'],
        summary: 'The assets that there are and what is stored of each',
        description: 'Before the first release these are the assets that are stored; then those that can be forecast.',
        response: {
          200: ok('The stored assets by symbol, then the simulated one', assetsAnswerSchema),
          ...problemResponses('bad_candles', 'store_unavailable', 'store_denied'),
        },
      },
    },
    async () => {
      await freshness.ensureRelease();
      return assetsAnswer(await history.assets(), clock.now());
    },
  );

  api.get(
    '/prices/latest',
    {
      schema: {
        operationId: 'pricesLatest',
        tags: ['market'],
        summary: 'The newest closed candles of an asset, or of all',
        querystring: z.object({
          ativo: spelling('The asset; all of them when not given', ['BTC']).optional(),
          limit: limitUpTo(MOST, 1, {
            description: `How many intervals back; of all assets at most ${MOST_OF_ALL}. Holes are left out`,
            examples: [90],
          }),
        }),
        response: {
          200: ok('The candles, by asset', pricesAnswerSchema),
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
    async ({ query: { ativo, limit } }) => {
      await freshness.ensureRelease();
      if (ativo !== undefined) return pricesAnswer([await history.candles(ativo, limit)]);
      if (limit > MOST_OF_ALL) {
        throw new PavioError('bad_input', `Of all assets at most ${MOST_OF_ALL} candles each are given at once.`, {
          remedy: `Name one with ?ativo=, or ask for at most ${MOST_OF_ALL}.`,
        });
      }
      const symbols = (await history.assets()).map(({ key }) => key.symbol);
      return pricesAnswer(await mapConcurrently(symbols, SERIES_AT_ONCE, (symbol) => history.candles(symbol, limit)));
    },
  );
}
