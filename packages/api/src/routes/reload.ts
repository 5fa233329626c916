import { z } from 'zod';
import { releasedNames } from '../answers/health.ts';
import { ok } from '../answers/ok.ts';
import type { Api } from '../app.ts';
import type { Freshness } from '../freshness.ts';
import { assertMayChangeState, type GuardRules } from '../guard.ts';
import { API_KEY_SCHEME } from '../openapi.ts';
import { problemResponses } from '../problem.ts';

const reloadSchema = z
  .object({
    message: z.string(),
    total_models: z.int().nonnegative(),
    models: z.array(z.string()).meta({ description: 'Names of the models that serve now' }),
    release: z.string().meta({ description: 'Version of the models that serve now' }),
  })
  .meta({ id: 'Reload' });

/** `/reload`: POST, and GET because it was one. */
export function reloadRoutes(api: Api, freshness: Freshness, rules: () => Promise<GuardRules>): void {
  for (const method of ['POST', 'GET'] as const) {
    api.route({
      method,
      url: '/reload',
      // HEAD is safe by definition; reloading is not.
      exposeHeadRoute: false,
      onRequest: async ({ headers }) => assertMayChangeState(headers, await rules()),
      schema: {
        operationId: method === 'POST' ? 'reload' : 'reloadByGet',
        tags: ['models'],
        summary: 'Load the released models again',
        description:
          'Not needed in daily use: a new release is noticed within seconds. Asks for the API key, except on loopback where none is configured.',
        security: [{ [API_KEY_SCHEME]: [] }],
        response: {
          200: ok('What serves now', reloadSchema),
          ...problemResponses(
            ...(method === 'POST' ? (['bad_input', 'too_large', 'unsupported_media_type'] as const) : []),
            'unauthorized',
            'forbidden',
            'no_models',
            'bad_model',
            'feature_mismatch',
            'store_unavailable',
            'store_denied',
          ),
        },
      },
      handler: async () => {
        const release = await freshness.reload();
        const models = releasedNames(release);
        return { message: 'Models reloaded', total_models: models.length, models, release: release.version };
      },
    });
  }
}
