import { type KeptTrainingRun, MODEL_NAMES, TRAINING_OUTCOMES, VERDICTS } from '@pavio/core';
import { z } from 'zod';
import { skillSchema } from './forecast.ts';
import { timeSchema } from './time.ts';

export const trainingRunAnswerSchema = z.lazy(() => {
  const count = z.int().nonnegative();
  return z.object({
    started_at: timeSchema('When it started; of several in a row that ended the same way, the last'),
    times: count.meta({ description: 'How many in a row ended this way' }),
    seconds: z.number().nonnegative(),
    outcome: z.enum(TRAINING_OUTCOMES),
    version: z.string().nullable().meta({ description: 'The version that it made, or found there; null: it failed' }),
    reason: z.string().meta({ description: 'Why it was released or kept back, or what went wrong' }),
    error: z.string().nullable().meta({ description: 'Code of the error; null: it did not fail' }),
    rows: count.nullable().meta({ description: 'Rows learnt from; null: it failed' }),
    assets: count.nullable().meta({ description: 'Assets learnt from; null: it failed' }),
    models: z
      .partialRecord(z.enum(MODEL_NAMES), z.object({ skill: skillSchema, verdict: z.enum(VERDICTS) }))
      .meta({ description: 'Out of sample, over all assets; empty where it failed' }),
  });
});

export function trainingRunAnswer(run: KeptTrainingRun): z.infer<typeof trainingRunAnswerSchema> {
  const { lastStartedAt, times, seconds, outcome, version, reason, error, rows, assets, models } = run;
  const counted = assets === null ? null : assets.length;
  return { started_at: lastStartedAt, times, seconds, outcome, version, reason, error, rows, assets: counted, models };
}
