import {
  isoTime,
  MODEL_NAMES,
  type ObjectStore,
  type ReleaseManifest,
  type TrainingOutcome,
  type TrainingRun,
  type TrainingRunLog,
  toPavioError,
} from '@pavio/core';
import { applyRetention } from './retention.ts';
import { type TrainingJob, type TrainingReport, train } from './train.ts';
import { readWinners } from './tune/records.ts';

export interface RecordedTrainingJob extends Omit<TrainingJob, 'winners'> {
  readonly runs: TrainingRunLog;
  /** The lake: reports of removed versions are removed from it. */
  readonly store: ObjectStore;
  /** Versions that stay after a training, beside those that retention never removes. */
  readonly keepVersions: number;
}

/**
 * Trains (see `train`) with the parameters that `tune` found, records how it ended, and removes old versions after a new
 * one was published. Neither the record nor the removal can undo a training: where they fail the log says so, and the next
 * training makes up for the removal. A training that is stopped by its signal is not recorded.
 *
 * @throws PavioError as `train`, after recording it.
 */
export async function runTrainingJob(job: RecordedTrainingJob): Promise<TrainingReport> {
  const { registry, store, clock, log, keepVersions } = job;
  const startedAt = isoTime(clock.now());
  const started = performance.now();
  let report: TrainingReport;
  try {
    const stored = await readWinners(store);
    report = await train({ ...job, winners: stored?.winners });
  } catch (thrown) {
    if (job.signal?.aborted !== true) {
      const seconds = (performance.now() - started) / 1000;
      await record(job, describeFailure(thrown, startedAt, seconds));
    }
    throw thrown;
  }
  await record(job, describeEnd(report, startedAt));
  if (!report.isNew) return report;
  try {
    await applyRetention({ registry, store, clock, log, keep: keepVersions });
  } catch (error) {
    log.warn({ err: error }, `Old versions could not be removed: ${toPavioError(error).sentence}`);
  }
  return report;
}

async function record({ runs, log }: RecordedTrainingJob, run: TrainingRun): Promise<void> {
  try {
    await runs.append(run);
  } catch (error) {
    log.warn({ err: error }, `The training could not be recorded: ${toPavioError(error).sentence}`);
  }
}

function describeFailure(thrown: unknown, startedAt: string, seconds: number): TrainingRun {
  const { code, message } = toPavioError(thrown);
  const base = { startedAt, seconds, outcome: 'failed' as const, error: code, reason: message || code };
  return { ...base, version: null, rows: null, assets: null, models: {} };
}

function describeEnd({ manifest, isNew, seconds }: TrainingReport, startedAt: string): TrainingRun {
  const { version, training, models, gate } = manifest;
  const outcome = outcomeOf(manifest, isNew);
  return {
    startedAt,
    seconds,
    outcome,
    version,
    reason: outcome === 'nothing_new' ? 'It was fitted on these very rows already.' : gate.reason,
    error: null,
    rows: training.rows,
    assets: training.assets,
    models: Object.fromEntries(
      MODEL_NAMES.map((name) => {
        const { skill, verdict } = models[name].evaluation.overall;
        return [name, { skill, verdict }];
      }),
    ),
  };
}

function outcomeOf({ gate }: ReleaseManifest, isNew: boolean): TrainingOutcome {
  if (!isNew) return 'nothing_new';
  return gate.isPromoted ? 'released' : 'kept_back';
}
