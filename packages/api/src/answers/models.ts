import {
  CALIBRATION_METHODS,
  coverageSchema,
  INTERVAL_NAMES,
  isoTime,
  MODEL_NAMES,
  type ModelName,
  type ReleasedModel,
  type ReleaseManifest,
  type Score,
  type StoredVersion,
} from '@pavio/core';
import { z } from 'zod';
import { problemOf, problemSchema } from '../problem.ts';
import { kindSchema, skillSchema, verdictSchema } from './forecast.ts';
import { timeSchema } from './time.ts';

const count = z.int().nonnegative();
const metrics = z.record(z.string(), z.number().nullable());
const firstAndLast = {
  from: timeSchema('Open time of the first candle'),
  to: timeSchema('Open time of the last candle'),
};
const span = z.object({ ...firstAndLast, rows: count });

const scoreSchema = z.lazy(() =>
  z
    .object({
      rows: count.meta({ description: 'Rows that the model had not seen' }),
      times: count.meta({ description: 'Distinct candle times among the rows' }),
      metrics: metrics.meta({ description: 'Errors of the model; null where one cannot be computed' }),
      naive: metrics.meta({ description: 'The same figures of the naive forecast on the same rows' }),
      skill: skillSchema,
      skill_interval: z
        .object({ low: z.number(), high: z.number() })
        .nullable()
        .meta({ description: '95 % interval of the skill; null where too little was tested' }),
      directional: z
        .object({ accuracy: z.number(), low: z.number(), high: z.number(), naive: z.number().optional() })
        .nullable()
        .meta({
          description:
            'Share of rows whose direction was right, with its 95 % interval, and of those that always saying what was more usual before would have got right',
        }),
      diebold_mariano: z
        .object({ statistic: z.number(), p_value: z.number() })
        .nullable()
        .meta({ description: 'Test of equal loss against the naive forecast; a negative statistic favours the model' }),
      verdict: verdictSchema,
    })
    .meta({ id: 'Score', description: 'Out-of-sample figures of a model beside those of the naive forecast.' }),
);

const fileSchema = z.object({ name: z.string(), bytes: count, sha256: z.string() });

const modelSchema = z.lazy(() =>
  z.object({
    modelo: z.enum(MODEL_NAMES),
    tipo: kindSchema,
    versao: z.string(),
    file: fileSchema,
    onnx: fileSchema
      .nullable()
      .meta({ description: 'The same model for onnxruntime; null in releases of before there were twins' }),
    parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
    verdict: verdictSchema,
    skill: skillSchema,
    overall: scoreSchema,
    folds: z.array(scoreSchema),
    assets: z.record(z.string(), scoreSchema),
    intervals: z.record(z.string(), z.number()).meta({
      description: 'Half width of the interval of the log return by level, in units of the current volatility',
    }),
    coverage: z.array(coverageSchema).meta({
      description: 'Regressors: how often intervals held out of sample, by how they were made, level and volatility',
    }),
    calibration: z
      .enum(['none', ...CALIBRATION_METHODS])
      .nullable()
      .meta({
        description: 'Classifiers: what turns the output into the probability that is served; null for regressors',
      }),
    tuned: z
      .boolean()
      .meta({ description: 'True: a search found the parameters; the figures are those of the search' }),
    importance: z.record(z.string(), z.number()).meta({ description: 'Share of each input' }),
  }),
);

const versionSchema = z.lazy(() =>
  z.object({
    version: z.string(),
    created_at: timeSchema('When they were trained'),
    serving: z.boolean().meta({ description: 'These are the models that answer now' }),
    promoted: z.boolean().meta({ description: 'The gate let it through' }),
    reason: z.string().meta({ description: 'Why the gate decided so' }),
  }),
);

export const modelsAnswerSchema = z.lazy(() =>
  z
    .object({
      total_models: count,
      models: z.partialRecord(z.enum(MODEL_NAMES), modelSchema),
      version: z.string(),
      created_at: timeSchema('When they were trained'),
      loaded_at: timeSchema('Since when this server uses them'),
      pinned: z.boolean().meta({ description: 'True: they stay, whatever is trained, until they are unpinned' }),
      software: z.string(),
      source: z.string(),
      simulated: z.boolean().meta({ description: 'True: trained on made-up candles' }),
      quote: z.string(),
      interval: z.enum(INTERVAL_NAMES),
      features: z.object({ name: z.string(), hash: z.string(), inputs: z.array(z.string()) }),
      training: z.object({ ...firstAndLast, rows: count, assets: z.array(z.string()), seed: count }),
      folds: z.array(z.object({ train: span, test: span })),
      gate: z.object({ promoted: z.boolean(), reason: z.string(), previous: z.string().nullable() }),
      versions: z.array(versionSchema).meta({ description: 'All versions that are kept, newest first' }),
      damaged_versions: z
        .array(z.object({ version: z.string(), problem: problemSchema }))
        .meta({ description: 'Kept versions whose manifest cannot be read, newest first' }),
    })
    .meta({ id: 'Models', description: 'The models that serve, how they were made, and how good they are.' }),
);

export type ModelsAnswer = z.infer<typeof modelsAnswerSchema>;

/**
 * @param release the manifest that serves
 * @param loadedAt UTC milliseconds
 * @param kept all versions, newest first
 */
export function modelsAnswer(
  release: ReleaseManifest,
  { loadedAt, isPinned }: { readonly loadedAt: number; readonly isPinned: boolean },
  kept: readonly StoredVersion[],
): ModelsAnswer {
  const models = Object.entries(release.models) as [ModelName, ReleasedModel][];
  const { from, to, rows, assets, seed } = release.training;
  return {
    total_models: models.length,
    models: Object.fromEntries(models.map(([name, model]) => [name, modelAnswer(name, model, release.version)])),
    version: release.version,
    created_at: release.createdAt,
    loaded_at: isoTime(loadedAt),
    pinned: isPinned,
    software: release.software,
    source: release.source,
    simulated: release.isSimulated,
    quote: release.quote,
    interval: release.interval,
    features: release.featureSet,
    training: { from, to, rows, assets, seed },
    folds: release.folds,
    gate: { promoted: release.gate.isPromoted, reason: release.gate.reason, previous: release.gate.previous },
    versions: kept
      .filter((stored) => 'manifest' in stored)
      .map(({ version, manifest: { createdAt, gate } }) => ({
        version,
        created_at: createdAt,
        serving: version === release.version,
        promoted: gate.isPromoted,
        reason: gate.reason,
      })),
    damaged_versions: kept
      .filter((stored) => 'problem' in stored)
      .map(({ version, problem }) => ({ version, problem: problemOf(problem) })),
  };
}

function modelAnswer(name: ModelName, model: ReleasedModel, version: string): z.infer<typeof modelSchema> {
  const { overall, folds, assets } = model.evaluation;
  return {
    modelo: name,
    tipo: model.kind,
    versao: version,
    file: model.file,
    onnx: model.onnx ?? null,
    parameters: model.parameters,
    verdict: overall.verdict,
    skill: overall.skill,
    overall: scoreAnswer(overall),
    folds: folds.map(scoreAnswer),
    assets: Object.fromEntries(Object.entries(assets).map(([asset, score]) => [asset, scoreAnswer(score)])),
    intervals: model.intervals,
    coverage: model.coverage ?? [],
    calibration: model.kind === 'regressor' ? null : (model.calibration?.calibrator?.method ?? 'none'),
    tuned: model.tuning !== undefined,
    importance: model.importance,
  };
}

function scoreAnswer({ dieboldMariano, skillInterval, ...score }: Score): z.infer<typeof scoreSchema> {
  return {
    ...score,
    skill_interval: skillInterval ?? null,
    diebold_mariano:
      dieboldMariano === null ? null : { statistic: dieboldMariano.statistic, p_value: dieboldMariano.pValue },
  };
}
