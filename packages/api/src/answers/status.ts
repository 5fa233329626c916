import { isoTime, type KeptTrainingRun, lastClosedOpen } from '@pavio/core';
import type { AssetHistory, PredictorState } from '@pavio/prediction';
import { z } from 'zod';
import { problemSchema } from '../problem.ts';
import { SOFTWARE_VERSION } from '../version.ts';
import { missingCandles } from './assets.ts';
import { healthAnswer, healthAnswerSchema } from './health.ts';
import { timeSchema } from './time.ts';
import { trainingRunAnswer, trainingRunAnswerSchema } from './training-run.ts';

export const statusAnswerSchema = z.lazy(() => {
  const count = z.int().nonnegative();

  return z
    .object({
      status: healthAnswerSchema.shape.status,
      version: z.string().meta({ description: 'Version of the software' }),
      timestamp: timeSchema('When this was asked, by the clock of the server'),
      started_at: timeSchema('Since when the server runs'),
      uptime_seconds: z.number().nonnegative(),
      lake: z.enum(['folder', 's3']).meta({ description: 'Where models and reports are kept' }),
      database: z
        .enum(['sqlite', 'postgresql'])
        .nullable()
        .meta({ description: 'Where candles, forecasts and records of trainings are kept; null: in the lake too' }),
      simulated: z.boolean().nullable().meta({ description: 'True: the candles are made up. Null: there are none' }),
      candles: z.object({
        assets: count.meta({ description: 'Assets with candles' }),
        stored: count.nullable().meta({ description: 'Candles of all of them; null while they are being counted' }),
        missing: count.nullable().meta({ description: 'Holes between first and newest candles' }),
        newest_candle_time: timeSchema('Open time of the newest candle').nullable(),
        behind: z.array(z.string()).meta({ description: 'Assets of which a newer candle has closed than is stored' }),
      }),
      release: z
        .object({
          version: z.string(),
          created_at: timeSchema('When it was trained'),
          trained_until: timeSchema('Open time of the newest candle learnt from'),
          pinned: healthAnswerSchema.shape.pinned,
        })
        .nullable()
        .meta({ description: 'The models that serve' }),
      last_training: trainingRunAnswerSchema.nullable(),
      problem: problemSchema.nullable().meta({ description: 'Why no models serve, or older ones than there are' }),
    })
    .meta({ id: 'Status', description: 'What is stored, how new it is, and what serves.' });
});

export interface StatusFacts {
  readonly state: PredictorState;
  readonly assets: readonly AssetHistory[];
  /** The newest training. */
  readonly run: KeptTrainingRun | undefined;
  /** `s3://bucket/prefix`, or a folder. */
  readonly lake: string;
  /** `postgres://...`, or an SQLite file. */
  readonly database: string | undefined;
  /** UTC milliseconds. */
  readonly startedAt: number;
  readonly now: number;
}

export function statusAnswer(facts: StatusFacts): z.infer<typeof statusAnswerSchema> {
  const { state, assets, run, lake, database, startedAt, now } = facts;
  const { status, problem, pinned } = healthAnswer(state);
  const { release } = state;
  // What is made on demand says nothing of what is stored.
  const stored = assets.filter(({ first }) => first !== undefined);
  const newest = Math.max(...stored.map(({ last }) => last ?? -Infinity));
  return {
    status,
    version: SOFTWARE_VERSION,
    timestamp: isoTime(now),
    started_at: isoTime(startedAt),
    uptime_seconds: Math.max(0, (now - startedAt) / 1000),
    lake: lake.startsWith('s3://') ? 's3' : 'folder',
    database: database === undefined ? null : database.startsWith('postgres') ? 'postgresql' : 'sqlite',
    simulated: release?.isSimulated ?? (stored.length === 0 ? null : stored.some(({ isSimulated }) => isSimulated)),
    candles: {
      assets: stored.length,
      stored: sum(stored.map(({ count }) => count)),
      missing: sum(stored.map(missingCandles)),
      newest_candle_time: Number.isFinite(newest) ? isoTime(newest) : null,
      behind: stored
        .filter(({ last, key }) => last !== undefined && last < lastClosedOpen(now, key.interval))
        .map(({ key }) => key.symbol),
    },
    release:
      release === undefined
        ? null
        : {
            version: release.version,
            created_at: release.createdAt,
            trained_until: release.training.to,
            pinned,
          },
    last_training: run === undefined ? null : trainingRunAnswer(run),
    problem,
  };
}

/** Null where one is not known yet. */
function sum(counts: readonly (number | undefined)[]): number | null {
  return counts.reduce<number | null>(
    (total, count) => (total === null || count === undefined ? null : total + count),
    0,
  );
}
