import { isoTime, type ModelName } from '@pavio/core';
import type { PredictorState } from '@pavio/prediction';
import { z } from 'zod';
import { problemOf, problemSchema } from '../problem.ts';
import { timeSchema } from './time.ts';

export const healthAnswerSchema = z
  .object({
    status: z.enum(['ok', 'degraded', 'unavailable']).meta({
      description:
        'ok: the newest release serves. degraded: an older one serves, because the newest cannot. unavailable: no models serve',
    }),
    models_loaded: z.boolean(),
    total_models: z.int().nonnegative(),
    models: z.array(z.string()).meta({ description: 'Names of the models that serve' }),
    versions: z.record(z.string(), z.string()).meta({ description: 'Version of each model' }),
    release: z.string().nullable().meta({ description: 'Version of the release that serves' }),
    loaded_at: timeSchema('Since when it serves').nullable(),
    pinned: z.boolean().meta({ description: 'True: it stays, whatever is trained, until it is unpinned' }),
    simulated: z.boolean().nullable().meta({ description: 'True: the models were trained on made-up candles' }),
    problem: problemSchema.nullable().meta({ description: 'Why the newest release does not serve' }),
  })
  .meta({ id: 'Health', description: 'Which models serve, and what is wrong, if anything.' });

export type HealthAnswer = z.infer<typeof healthAnswerSchema>;

export function healthAnswer({ release, loadedAt, isPinned, problem }: PredictorState): HealthAnswer {
  const names = releasedNames(release);
  return {
    status: release === undefined ? 'unavailable' : problem === undefined ? 'ok' : 'degraded',
    models_loaded: names.length > 0,
    total_models: names.length,
    models: names,
    versions: Object.fromEntries(names.map((name) => [name, release?.version ?? ''])),
    release: release?.version ?? null,
    loaded_at: loadedAt === undefined ? null : isoTime(loadedAt),
    pinned: isPinned,
    simulated: release?.isSimulated ?? null,
    problem: problem === undefined ? null : problemOf(problem),
  };
}

/** Names of the models of a release, in the order of its manifest. */
export function releasedNames(release: PredictorState['release']): ModelName[] {
  return Object.keys(release?.models ?? {}) as ModelName[];
}
