import type { Clock, ModelRegistry } from '@pavio/core';
import type { Predictor } from '@pavio/prediction';
import { modelsAnswer, modelsAnswerSchema } from '../answers/models.ts';
import { ok } from '../answers/ok.ts';
import type { Api } from '../app.ts';
import type { Freshness } from '../freshness.ts';
import { problemResponses } from '../problem.ts';
import { keptVersions } from '../versions.ts';
import { serving } from './health.ts';

export interface ModelRoutesOptions {
  readonly predictor: Predictor;
  readonly freshness: Freshness;
  readonly registry: ModelRegistry;
  readonly clock: Clock;
}

/** `/models`, and under its older name `/model/info`. */
export function modelRoutes(api: Api, { predictor, freshness, registry, clock }: ModelRoutesOptions): void {
  const versions = keptVersions(registry, clock);
  for (const [url, operationId] of [
    ['/models', 'models'],
    ['/model/info', 'modelInfo'],
  ] as const) {
    api.get(
      url,
      {
        schema: {
          operationId,
          tags: ['models'],
          summary: 'The models that serve, how they were made and how good they are',
          response: {
            200: ok('The models that serve', modelsAnswerSchema),
            ...problemResponses('no_models', 'bad_model', 'feature_mismatch', 'store_unavailable', 'store_denied'),
          },
        },
      },
      async () => {
        const release = await serving(predictor, freshness);
        const { loadedAt = clock.now(), isPinned } = predictor.state;
        return modelsAnswer(release, { loadedAt, isPinned }, await versions(release.version));
      },
    );
  }
}
