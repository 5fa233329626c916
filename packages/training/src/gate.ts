import { isDeepStrictEqual } from 'node:util';
import { type LiveRelease, MODEL_NAMES, type ModelName, modelKind, type ReleaseManifest } from '@pavio/core';
import { compareWithNaive, holmAdjusted, resolveParams, SIGNIFICANCE } from '@pavio/estimators';
import type { DataSet } from './data-set.ts';
import { lossesOf } from './score.ts';
import type { Tunings } from './tune/tunings.ts';
import {
  type OutOfSample,
  type Parameters,
  planFolds,
  runWalkForward,
  targetOf,
  type WalkForwardJob,
} from './walk-forward.ts';

export interface GateDecision {
  readonly isPromoted: boolean;
  readonly reason: string;
  readonly previous: string | null;
}

export interface GateJob extends WalkForwardJob {
  /** `hashDataSet` of the rows. */
  readonly hash: string;
  /** Name and version of the software. */
  readonly software: string;
}

/** Why nothing replaces a pinned release. */
export function pinnedReason(version: string): string {
  return `Release ${version} is pinned: it stays live until pavio rollback --unpin.`;
}

/**
 * May the candidate replace the live release? Not if that is pinned, and not if any of its models' walk-forward loss is
 * significantly worse (one-sided Diebold-Mariano, corrected by Holm for the models that are compared) than that of the
 * live release's parameters on the same folds. It is the way of fitting that is compared: the live models themselves have
 * seen the test parts of today's folds, so their own loss there would flatter them. For the same reason searched
 * parameters, live or candidate, are those of each fold's time.
 */
export async function decidePromotion(
  current: LiveRelease | undefined,
  candidate: Readonly<Record<ModelName, OutOfSample>>,
  job: GateJob,
): Promise<GateDecision> {
  if (current === undefined) return { isPromoted: true, reason: 'First release.', previous: null };
  const { manifest: live, isPinned } = current;
  const previous = live.version;
  if (isPinned) return { isPromoted: false, reason: pinnedReason(previous), previous };
  const promote = (reason: string): GateDecision => ({ isPromoted: true, reason, previous });
  if (live.featureSet.hash !== job.data.source.featureSet.hash) {
    return promote('The live release reads another feature set, which is not computed any more.');
  }
  const released = fittingsOf(live);
  if (released === undefined) return promote('The live release has parameters that this version does not know.');
  const isSameWindow = live.training.window === job.window;
  const way = isSameWindow ? 'parameters' : 'parameters and window';
  const changed = MODEL_NAMES.filter(
    (name) => !isSameWindow || !isDeepStrictEqual(fittingOf(name, released), fittingOf(name, job)),
  );
  if (changed.length === 0) return promote(`Fitted like the live release, ${describeDifference(live, job)}.`);

  const folds = isSameWindow ? job.folds : planFolds(job.data, job.folds.length, live.training.window);
  const incumbent = await runWalkForward({ ...job, folds, ...released });
  const worse = significantlyWorse(changed, job.data, candidate, incumbent);
  if (worse.length === 0) {
    return promote(`Not significantly worse than the live release's ${way}: ${changed.join(', ')}.`);
  }
  const reason = `Significantly worse than the live release's ${way} on the same folds: ${worse.join(', ')}.`;
  return { isPromoted: false, reason, previous };
}

type Fitting = Required<Pick<WalkForwardJob, 'parameters' | 'tuned'>>;

/** How the live release was fitted; undefined where this version cannot do that. */
function fittingsOf({ models }: ReleaseManifest): Fitting | undefined {
  try {
    const parameters = MODEL_NAMES.map((name) => [name, resolveParams(name, models[name].parameters)]);
    const tuned = MODEL_NAMES.flatMap((name) => {
      const { tuning } = models[name];
      for (const choice of tuning?.choices ?? []) resolveParams(name, choice.parameters);
      return tuning === undefined ? [] : [[name, tuning]];
    });
    return { parameters: Object.fromEntries(parameters) as Parameters, tuned: Object.fromEntries(tuned) as Tunings };
  } catch {
    return undefined;
  }
}

function fittingOf(name: ModelName, { parameters, tuned }: Pick<WalkForwardJob, 'parameters' | 'tuned'>) {
  return { parameters: parameters[name], tuning: tuned?.[name] };
}

/** What else than the way of fitting is not as in the live release. */
function describeDifference({ training, folds, software }: ReleaseManifest, job: GateJob): string {
  const differences = [
    training.data === job.hash ? [] : ['on other rows'],
    training.seed === job.seed ? [] : [`with seed ${job.seed} instead of ${training.seed}`],
    folds.length === job.folds.length ? [] : [`judged on ${job.folds.length} folds instead of ${folds.length}`],
    software === job.software ? [] : [`by ${job.software} instead of ${software}`],
  ].flat();
  return differences.length === 0 ? 'on the same rows' : differences.join(', ');
}

type Forecasts = Readonly<Record<ModelName, Pick<OutOfSample, 'rows' | 'predicted'>>>;

/** Which of the models the incumbent beats beyond chance: of so many, each has a chance to look worse by bad luck. */
export function significantlyWorse(
  names: readonly ModelName[],
  data: Pick<DataSet, 'time' | 'logReturn' | 'isUp'>,
  candidate: Forecasts,
  incumbent: Forecasts,
): ModelName[] {
  const comparisons = names.map((name) => {
    const kind = modelKind(name);
    const { rows, predicted } = candidate[name];
    const target = targetOf(data, kind);
    const actual = Float64Array.from(rows, (row) => target[row]!);
    // The incumbent in the place of the model, the candidate in that of the naive forecast: is the incumbent better?
    return compareWithNaive({
      times: Float64Array.from(rows, (row) => data.time[row]!),
      model: lossesOf(kind, actual, incumbent[name].predicted),
      naive: lossesOf(kind, actual, predicted),
    });
  });
  const pValues = holmAdjusted(Float64Array.from(comparisons, ({ dieboldMariano }) => dieboldMariano?.pValue ?? 1));
  return names.filter((_, i) => comparisons[i]!.skill > 0 && pValues[i]! < SIGNIFICANCE);
}
