import { z } from 'zod';
import { calibrationSchema, reliabilitySchema } from './calibration.ts';
import { coverageSchema } from './coverage.ts';
import { INTERVAL_NAMES } from './interval.ts';
import { MODEL_NAMES, VERDICTS } from './model.ts';
import { parametersSchema, tuningSchema } from './tuning.ts';

/** `YYYYMMDD-HHMM`, with seconds where two releases fall into one minute. */
export const VERSION_PATTERN = /^\d{8}-\d{4}(\d{2})?$/;

const text = z.string().min(1);
const count = z.int().nonnegative();
const isoTimeText = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** A metric that cannot be computed (one class only, no row) is null: JSON has no NaN. */
const metrics = z.record(z.string(), z.number().nullable());

/** Out-of-sample figures of a model on some rows, with those of the naive forecast on the same rows beside them. */
const scoreSchema = z.object({
  rows: count,
  /** Distinct candle times among the rows: the independent observations of a panel. */
  times: count,
  metrics,
  naive: metrics,
  /** 1 - loss(model) / loss(naive): above zero is better than naive. Squared error, or log loss. */
  skill: z.number().nullable(),
  /** 95 % interval of the skill, assets of one time belonging together; null where too little was tested. */
  skillInterval: z.object({ low: z.number(), high: z.number() }).nullable().optional(),
  /**
   * Share of rows whose direction was right, with its 95 % Wilson interval: up is a return above zero, everything else is
   * not. `naive` is that of always saying what was more usual in the fold's training rows.
   */
  directional: z
    .object({ accuracy: z.number(), low: z.number(), high: z.number(), naive: z.number().optional() })
    .nullable(),
  /** Diebold-Mariano test of equal loss against naive; negative statistic: the model is better. */
  dieboldMariano: z.object({ statistic: z.number(), pValue: z.number() }).nullable(),
  /** Corrected for the number of models, and of assets or folds, that were tested: stricter than the p-value alone. */
  verdict: z.enum(VERDICTS),
});

const foldSchema = z.object({
  train: z.object({ from: isoTimeText, to: isoTimeText, rows: count }),
  test: z.object({ from: isoTimeText, to: isoTimeText, rows: count }),
});

const fileSchema = z.object({ name: text, bytes: count, sha256 });

const modelSchema = z.object({
  kind: z.enum(['regressor', 'classifier']),
  parameters: parametersSchema,
  /** Where a search found them, and how; the evaluation is that of the search, not of what it chose in the end. */
  tuning: tuningSchema.optional(),
  file: fileSchema,
  /** The same model as ONNX, for other runtimes. Releases of before there were twins have none. */
  onnx: fileSchema.optional(),
  evaluation: z.object({
    overall: scoreSchema,
    folds: z.array(scoreSchema),
    assets: z.record(z.string(), scoreSchema),
  }),
  /**
   * Intervals for the log return of the next candle, split-conformal on residuals divided by the volatility of their
   * row: level (0.8) -> radius in units of volatility. Levels with too few residuals are absent. Regressors only.
   */
  intervals: z.record(z.string(), z.number()),
  /**
   * The same by adaptive conformal inference, for the candle after the training's last one: radii that follow the
   * market as long as every candle is trained on.
   */
  adaptiveIntervals: z.record(z.string(), z.number()).optional(),
  /** How often both kinds of intervals held out of sample. Regressors only. */
  coverage: z.array(coverageSchema).optional(),
  /** Classifiers only. The evaluation is of calibrated probabilities, the file and its checks are of the model's own. */
  calibration: calibrationSchema.optional(),
  /** Of the probabilities as they are served, over all out-of-sample rows. Classifiers only. */
  reliability: reliabilitySchema.optional(),
  /** Predictions of the file for the check rows; a loader must reproduce them. */
  checks: z.array(z.number()),
  /** Importance of each input, as shares that sum to one. */
  importance: z.record(z.string(), z.number()),
});

/** The manifest of a release: all that is known of a set of models, written once and never changed. */
export const releaseManifestSchema = z.object({
  format: z.literal(1),
  version: z.string().regex(VERSION_PATTERN),
  createdAt: isoTimeText,
  software: text,
  source: text,
  isSimulated: z.boolean(),
  quote: text,
  interval: z.enum(INTERVAL_NAMES),
  featureSet: z.object({ name: text, hash: sha256, inputs: z.array(text).min(1) }),
  /** The column that intervals are scaled by. */
  volatilityColumn: text,
  training: z.object({
    from: isoTimeText,
    to: isoTimeText,
    rows: count,
    assets: z.array(text).min(1),
    seed: count,
    /** Milliseconds that a row that is learnt from may be old, in each fold as in the models; absent: no limit. */
    window: count.optional(),
    /** SHA-256 over the training rows: inputs, targets, times. The same data and seed give the same files. */
    data: sha256,
  }),
  folds: z.array(foldSchema),
  /** Input rows, one value an input, on which every model file must give its `checks`. */
  checkRows: z.array(z.array(z.number().nullable())),
  models: z.record(z.enum(MODEL_NAMES), modelSchema),
  gate: z.object({ isPromoted: z.boolean(), reason: text, previous: z.string().nullable() }),
});

export type ReleaseManifest = z.infer<typeof releaseManifestSchema>;
export type ReleasedModel = z.infer<typeof modelSchema>;
export type Score = z.infer<typeof scoreSchema>;
export type FoldSpan = z.infer<typeof foldSchema>;
