import { createHash } from 'node:crypto';
import { type ModelName, modelKind, type ObjectStore, type Trial } from '@pavio/core';
import { drawParams, SEARCH_SPACE } from '@pavio/estimators';
import { lossesOf } from '../score.ts';
import { targetOf, testModel, type WalkForwardJob } from '../walk-forward.ts';
import { readTrials, recordTrial } from './records.ts';

/** The search for the parameters of one model on one set of rows. */
export interface Study {
  readonly name: ModelName;
  /** Of rows, folds, seed, space, defaults and software: what is recorded under it is of the same search. */
  readonly id: string;
  /** By number; 0 is the defaults. */
  readonly trials: Map<number, Trial>;
}

export interface StudyJob {
  readonly store: ObjectStore;
  readonly walk: WalkForwardJob;
  /** `hashDataSet` of the rows. */
  readonly hash: string;
  readonly software: string;
}

/** The study with the trials that are recorded already. */
export async function openStudy(name: ModelName, { store, walk, hash, software }: StudyJob): Promise<Study> {
  const { parameters, seed, folds, window = null } = walk;
  const spans = folds.map(({ trainSpan, testSpan }) => [trainSpan, testSpan]);
  const about = { name, hash, software, seed, window, spans, base: parameters[name], space: SEARCH_SPACE[name] };
  const id = `${name}-${createHash('sha256').update(JSON.stringify(about)).digest('hex').slice(0, 16)}`;
  return { name, id, trials: await readTrials(store, id) };
}

/** Runs the trial with this number, which decides its parameters, and records it. */
export async function runTrial({ name, id, trials }: Study, number: number, { store, walk }: StudyJob): Promise<void> {
  const base = walk.parameters[name];
  const parameters = number === 0 ? base : drawParams(name, base, { seed: walk.seed, number });
  const folds = await lossesByFold(name, { ...walk, parameters: { ...walk.parameters, [name]: parameters } });
  const trial = { format: 1 as const, study: id, number, parameters: { ...parameters }, folds };
  trials.set(number, await recordTrial(store, trial));
}

/**
 * Mean loss of each fold's test rows, as would have been served, but for the last rows of each: their labels reach into
 * the test part of the next fold, which is to be fitted with what was known before it.
 */
async function lossesByFold(name: ModelName, walk: WalkForwardJob): Promise<Trial['folds']> {
  const { rows, parts, predicted } = await testModel(name, walk);
  const kind = modelKind(name);
  const target = targetOf(walk.data, kind);
  const losses = lossesOf(
    kind,
    Float64Array.from(rows, (row) => target[row]!),
    predicted,
  );
  return parts.map(({ from, to }, fold) => {
    const known = losses.subarray(from, parts[fold + 1]?.known ?? to);
    return { rows: known.length, loss: known.reduce((sum, loss) => sum + loss, 0) / Math.max(1, known.length) };
  });
}
