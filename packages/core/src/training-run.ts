import { z } from 'zod';
import { ERRORS, type ErrorCode } from './errors.ts';
import { MODEL_NAMES, VERDICTS } from './model.ts';

/** What became of a training: `kept_back` by the gate, `nothing_new` to learn. */
export const TRAINING_OUTCOMES = ['released', 'kept_back', 'nothing_new', 'failed'] as const;
export type TrainingOutcome = (typeof TRAINING_OUTCOMES)[number];

const count = z.int().nonnegative();
const isoTimeText = z.iso.datetime();

/** One training, as it ended. */
export const trainingRunSchema = z.object({
  startedAt: isoTimeText,
  seconds: z.number().nonnegative(),
  outcome: z.enum(TRAINING_OUTCOMES),
  /** The version it made; with nothing new that which was there already; null where it failed. */
  version: z.string().nullable(),
  /** The gate's reason, or what went wrong, as a sentence. */
  reason: z.string().min(1),
  /** What kind of failure; null where it did not fail. */
  error: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]).nullable(),
  /** Rows and assets learnt from; null where it failed. */
  rows: count.nullable(),
  assets: z.array(z.string()).nullable(),
  /** Out of sample, over all assets. Empty where it failed. */
  models: z.partialRecord(z.enum(MODEL_NAMES), z.object({ skill: z.number().nullable(), verdict: z.enum(VERDICTS) })),
});

/** A run as it is kept: together with the runs right after it that ended in the very same way. */
export const keptTrainingRunSchema = trainingRunSchema.extend({
  /** So many runs in a row. */
  times: z.int().positive(),
  /** When the last of them started. */
  lastStartedAt: isoTimeText,
});

export type TrainingRun = z.infer<typeof trainingRunSchema>;
export type KeptTrainingRun = z.infer<typeof keptTrainingRunSchema>;

/** What became of the trainings, the newest thousand or so. */
export interface TrainingRunLog {
  /**
   * Adds a run. A run that learnt nothing new or failed in the same way as the run before it is only counted with that one:
   * a schedule that finds nothing to do twice a minute must not push out what was done.
   */
  append(run: TrainingRun): Promise<void>;
  /** Newest first, at most so many. */
  list(options?: { readonly limit?: number }): Promise<KeptTrainingRun[]>;
}

/** Does this run say no more than the one before it? */
export function isRepeatedRun(before: TrainingRun, run: TrainingRun): boolean {
  return (
    (run.outcome === 'nothing_new' || run.outcome === 'failed') &&
    before.outcome === run.outcome &&
    before.version === run.version &&
    before.error === run.error &&
    before.reason === run.reason
  );
}
