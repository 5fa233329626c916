import { isDeepStrictEqual } from 'node:util';
import { type ObjectStore, PavioError, type Trial, trialSchema, type Winners, winnersSchema } from '@pavio/core';

const WINNERS = 'tuning/winners.json';

/** The winners that are stored, and the tag under which they can be replaced. */
export interface StoredWinners {
  readonly winners: Winners;
  readonly tag: string;
}

/** Trials of a study that are in the lake, by their number. @throws PavioError `bad_config` for a damaged one. */
export async function readTrials(store: ObjectStore, study: string): Promise<Map<number, Trial>> {
  const trials = new Map<number, Trial>();
  for await (const { key } of store.list(`tuning/${study}/`)) {
    const trial = await readTrial(store, key);
    if (trial !== undefined) trials.set(trial.number, trial);
  }
  return trials;
}

/** Records a trial. Somebody else may have run it as well: what was recorded first is the trial. */
export async function recordTrial(store: ObjectStore, trial: Trial): Promise<Trial> {
  const key = keyOf(trial);
  if ((await store.putIfAbsent(key, encode(trial))).stored) return trial;
  return (await readTrial(store, key)) ?? trial;
}

/** What trainings take over; undefined before the first search. @throws PavioError `bad_config` for a damaged file. */
export async function readWinners(store: ObjectStore): Promise<StoredWinners | undefined> {
  const object = await store.get(WINNERS);
  if (object === undefined) return undefined;
  const { data } = winnersSchema.safeParse(decode(object.body));
  if (data === undefined) {
    throw new PavioError('bad_config', `${store.url}/${WINNERS} is damaged: it does not say which parameters to use.`, {
      remedy: 'Remove it, then run pavio tune again: trials that are recorded are not repeated.',
    });
  }
  return { winners: data, tag: object.etag };
}

/** @throws PavioError `conflict` when others were stored since `tag`, unless they are the same. */
export async function storeWinners(store: ObjectStore, winners: Winners, tag: string | undefined): Promise<void> {
  const body = encode(winners);
  const result = await (tag === undefined ? store.putIfAbsent(WINNERS, body) : store.putIfMatch(WINNERS, body, tag));
  if (result.stored) return;
  const other = await readWinners(store);
  if (isDeepStrictEqual(other?.winners.models, winners.models)) return;
  throw new PavioError('conflict', 'Another search has stored its winners in the meantime.', {
    remedy: 'Run pavio tune again: trials that are recorded are not repeated.',
  });
}

async function readTrial(store: ObjectStore, key: string): Promise<Trial | undefined> {
  const object = await store.get(key);
  if (object === undefined) return undefined;
  const { data } = trialSchema.safeParse(decode(object.body));
  if (data !== undefined && keyOf(data) === key) return data;
  throw new PavioError('bad_config', `${store.url}/${key} is damaged: it is no trial of that study.`, {
    remedy: 'Remove it, then run pavio tune again: this one trial is repeated.',
  });
}

/** Numbers are padded so that a listing is in their order. */
function keyOf({ study, number }: Pick<Trial, 'study' | 'number'>): string {
  return `tuning/${study}/${String(number).padStart(5, '0')}.json`;
}

function encode(value: Trial | Winners): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

/** The JSON value, undefined where it is none: the schemas refuse that. */
function decode(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
