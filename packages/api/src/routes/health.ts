import { PavioError, type ReleaseManifest } from '@pavio/core';
import type { Predictor } from '@pavio/prediction';
import { z } from 'zod';
import { healthAnswer, healthAnswerSchema } from '../answers/health.ts';
import { ok } from '../answers/ok.ts';
import type { Api } from '../app.ts';
import type { Freshness } from '../freshness.ts';
import { problemResponses } from '../problem.ts';

/** `/health` for people, `/livez` and `/readyz` for orchestrators. */
export function healthRoutes(api: Api, predictor: Predictor, freshness: Freshness): void {
  api.get(
    '/health',
    {
      schema: {
        operationId: 'health',
        tags: ['service'],
        summary: 'Which models serve, and what is wrong',
        description: 'Always 200 while the server runs; `/readyz` is the one that refuses.',
        response: { 200: ok('The state of the server', healthAnswerSchema), ...problemResponses() },
      },
    },
    async () => {
      await freshness.ensureRelease();
      return healthAnswer(predictor.state);
    },
  );

  api.get(
    '/livez',
    {
      schema: {
        operationId: 'livez',
        tags: ['service'],
        summary: 'Does the process answer?',
        response: { 200: ok('It does', z.object({ status: z.literal('ok') })), ...problemResponses() },
      },
    },
    () => ({ status: 'ok' as const }),
  );

  api.get(
    '/readyz',
    {
      schema: {
        operationId: 'readyz',
        tags: ['service'],
        summary: 'Can it forecast?',
        response: {
          200: ok('It can', z.object({ status: z.literal('ok'), release: z.string() })),
          ...problemResponses('no_models', 'bad_model', 'feature_mismatch', 'store_unavailable', 'store_denied'),
        },
      },
    },
    async () => ({ status: 'ok' as const, release: (await serving(predictor, freshness)).version }),
  );
}

/**
 * The release that serves.
 *
 * @throws PavioError why none does: `no_models`, `bad_model`, `store_unavailable` ...
 */
export async function serving(predictor: Predictor, freshness: Freshness): Promise<ReleaseManifest> {
  await freshness.ensureRelease();
  const { release, problem } = predictor.state;
  if (release !== undefined) return release;
  throw problem ?? noModels();
}

export function noModels(): PavioError {
  return new PavioError('no_models', 'No models have been released yet.', { remedy: 'Train some: pavio run.' });
}
