import type { Clock, ObjectStore, TrainingRunLog } from '@pavio/core';
import type { History, Predictor } from '@pavio/prediction';
import { ok } from '../answers/ok.ts';
import { statusAnswer, statusAnswerSchema } from '../answers/status.ts';
import type { Api } from '../app.ts';
import type { Freshness } from '../freshness.ts';
import { problemResponses } from '../problem.ts';
import { noModels } from './health.ts';

export interface StatusRoutesOptions {
  readonly predictor: Predictor;
  readonly freshness: Freshness;
  readonly history: History;
  readonly runs: TrainingRunLog;
  readonly store: Pick<ObjectStore, 'url'>;
  readonly database?: string | undefined;
  readonly clock: Clock;
}

/** `/status`: everything that one looks at first. */
export function statusRoutes(api: Api, options: StatusRoutesOptions): void {
  const { predictor, freshness, history, runs, store, database, clock } = options;
  const startedAt = clock.now();
  api.get(
    '/status',
    {
      schema: {
        operationId: 'status',
        tags: ['service'],
        summary: 'What is stored, how new it is, and what serves',
        response: {
          200: ok('The state of the data and of the models', statusAnswerSchema),
          ...problemResponses('bad_candles', 'store_unavailable', 'store_denied'),
        },
      },
    },
    async () => {
      await freshness.ensureRelease();
      const [assets, [run]] = await Promise.all([history.assets(), runs.list({ limit: 1 })]);
      const { state } = predictor;
      const problem = state.problem ?? (state.release === undefined ? noModels() : undefined);
      return statusAnswer({
        state: { ...state, problem },
        assets,
        run,
        lake: store.url,
        database,
        startedAt,
        now: clock.now(),
      });
    },
  );
}
