import { z } from 'zod';
import { INTERVAL_NAMES } from './interval.ts';
import { MODEL_NAMES } from './model.ts';

const text = z.string().min(1);
const count = z.int().nonnegative();
const isoTimeText = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Parameters of a model: flat, as in its file. */
export const parametersSchema = z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]));

/**
 * How the parameters of a model were found by a search, so that every training can judge them as if it had searched
 * itself: a fold that begins its test part at time T is fitted with what the search had chosen by T from results known
 * by T, never with what it chose later.
 */
export const tuningSchema = z.object({
  /** The study, `tuning/<study>/` in the lake. */
  study: text,
  /** Sets of parameters that were tried, the defaults among them. */
  trials: count.min(1),
  /**
   * Ways of fitting the model that were compared on these rows: the defaults, and each search. So many chances had the one
   * that is used, and its p-values are held to so many times less.
   */
  compared: count.min(2),
  /** Parameters of the time before there was anything to choose from. */
  untuned: parametersSchema,
  /** What was chosen when, ascending in time. The last choice rests on all results. */
  choices: z.array(z.object({ from: isoTimeText, parameters: parametersSchema })).min(1),
});

/** One set of parameters that was tried (`tuning/<study>/<number>.json`), written once. */
export const trialSchema = z.object({
  format: z.literal(1),
  study: text,
  /** 0: the defaults. */
  number: count,
  parameters: parametersSchema,
  /** A walk-forward fold each: mean loss of the test rows whose label is known before the next fold's test part begins. */
  folds: z.array(z.object({ rows: count.min(1), loss: z.number() })).min(1),
});

/** What trainings take over from the searches (`tuning/winners.json`). */
export const winnersSchema = z.object({
  format: z.literal(1),
  createdAt: isoTimeText,
  software: text,
  source: text,
  quote: text,
  interval: z.enum(INTERVAL_NAMES),
  featureSet: z.object({ name: text, hash: sha256 }),
  /** As in the manifest: of the training parts that were searched on; absent: no limit. */
  window: count.optional(),
  models: z.partialRecord(
    z.enum(MODEL_NAMES),
    z.object({
      /** All that was compared with the defaults on these features: a study, and after how many trials. */
      compared: z.array(z.object({ study: text, trials: count })).min(1),
      /** Null: the defaults stay. */
      tuning: tuningSchema.nullable(),
    }),
  ),
});

export type Tuning = z.infer<typeof tuningSchema>;
export type Trial = z.infer<typeof trialSchema>;
export type Winners = z.infer<typeof winnersSchema>;
