import { z } from 'zod';

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);

const isAscending = (values: readonly number[]) => values.every((value, i) => i === 0 || value >= values[i - 1]!);

/** Ways to calibrate. */
export const CALIBRATION_METHODS = ['platt', 'isotonic'] as const;
export type CalibrationMethod = (typeof CALIBRATION_METHODS)[number];

/** What turns a classifier's output into the probability that is served; never decreasing. */
export const calibratorSchema = z.discriminatedUnion('method', [
  /** `sigmoid(slope * ln(p / (1 - p)) + intercept)`; log-odds beyond one in a million, of either kind, count as those. */
  z.object({ method: z.literal('platt'), slope: z.number().nonnegative(), intercept: z.number() }),
  /** Straight between the points (x, y), the nearest y outside of them. */
  z
    .object({ method: z.literal('isotonic'), x: z.array(share).min(1), y: z.array(share).min(1) })
    .refine(({ x, y }) => x.length === y.length && isAscending(x) && isAscending(y), {
      message: 'must have points whose x and y ascend',
    }),
]);

/**
 * The Brier score of some rows taken apart, `brier = reliability - resolution + uncertainty + withinBinVariance -
 * withinBinCovariance`, and the bins: what was said beside what came of it.
 */
export const reliabilitySchema = z.object({
  rows: count,
  brier: z.number(),
  reliability: z.number(),
  resolution: z.number(),
  uncertainty: z.number(),
  withinBinVariance: z.number(),
  withinBinCovariance: z.number(),
  bins: z.array(
    z.object({
      rows: count,
      /** Lowest and highest probability of the bin. */
      from: share,
      to: share,
      meanProbability: share,
      /** Share that came true, with a 95 % Wilson interval that counts rows of one time as belonging together. */
      observed: share,
      low: share,
      high: share,
    }),
  ),
});

/** How a classifier's probabilities are calibrated, and why. */
export const calibrationSchema = z.object({
  /** Null: the model's own probabilities are served. */
  calibrator: calibratorSchema.nullable(),
  /**
   * Every way that was tried, each fitted on the folds before the one it is judged on; the first fold, which has none
   * before it, is left out. The lowest Brier score is taken, if its log loss is no higher than with `none`.
   */
  trials: z.array(
    z.object({ method: z.enum(['none', ...CALIBRATION_METHODS]), brier: z.number(), logLoss: z.number() }),
  ),
  /** On those rows, the model's own probabilities; null with one fold only. */
  before: reliabilitySchema.nullable(),
  /** And those of the way that was taken; null where that is none. */
  after: reliabilitySchema.nullable(),
});

export type Calibrator = z.infer<typeof calibratorSchema>;
export type Calibration = z.infer<typeof calibrationSchema>;
export type Reliability = z.infer<typeof reliabilitySchema>;
