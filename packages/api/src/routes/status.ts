import type { Clock, ObjectStore, TrainingRunLog } from '@pavio/core';
import type { History, Predictor } from '@pavio/prediction';
import { z } from 'zod';
import { ok } from '../answers/ok.ts';
import { statusAnswer, statusAnswerSchema } from '../answers/status.ts';
import { trainingRunAnswer, trainingRunAnswerSchema } from '../answers/training-run.ts';
import type { Api } from '../app.ts';
import type { Freshness } from '../freshness.ts';
import { problemResponses } from '../problem.ts';
import { noModels } from './health.ts';
import { limitUpTo } from './limit.ts';

export interface StatusRoutesOptions {
  readonly predictor: Predictor;
  readonly freshness: Freshness;
  readonly history: History;
  readonly runs: TrainingRunLog;
  readonly store: Pick<ObjectStore, 'url'>;
  readonly database?: string | undefined;
  readonly clock: Clock;
}

const MOST_RUNS = 1000;
const USUAL_RUNS = 100;

const metricsAnswerSchema = z
  .object({ total: z.int().nonnegative(), treinos: z.array(trainingRunAnswerSchema) })
  .meta({ id: 'Metrics', description: 'The trainings, newest first.' });

/** `/status`: everything that one looks at first; `/metrics`: how trainings went, or the state as Prometheus reads it. */
export function statusRoutes(api: Api, options: StatusRoutesOptions): void {
  const { predictor, freshness, history, runs, store, database, clock } = options;
  const startedAt = clock.now();

  async function status(): Promise<z.infer<typeof statusAnswerSchema>> {
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
  }

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
    status,
  );

  api.get(
    '/metrics',
    {
      schema: {
        operationId: 'metrics',
        tags: ['service'],
        summary: 'How the trainings went, newest first; for Prometheus the state in numbers',
        description:
          'Accept: text/plain or application/openmetrics-text, which Prometheus sends, asks for the text format: ready, assets, candles, release, last training and the skill of its models.',
        querystring: z.object({
          limit: limitUpTo(MOST_RUNS, USUAL_RUNS, { description: 'How many trainings', examples: [USUAL_RUNS] }),
        }),
        response: {
          200: {
            description: 'The trainings',
            content: {
              'application/json': { schema: metricsAnswerSchema },
              'text/plain': { schema: z.string() },
            },
          },
          ...problemResponses('bad_input', 'bad_candles', 'store_unavailable', 'store_denied'),
        },
      },
    },
    async ({ query: { limit }, headers }, reply) => {
      reply.header('vary', 'accept');
      if (/text\/plain|openmetrics-text/.test(headers.accept ?? '')) {
        const { prometheusText } = await import('../answers/prometheus.ts');
        return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await prometheusText(await status()));
      }
      const kept = await runs.list({ limit });
      return { total: kept.length, treinos: kept.map(trainingRunAnswer) };
    },
  );
}
