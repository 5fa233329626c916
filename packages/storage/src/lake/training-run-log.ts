import { createHash } from 'node:crypto';
import {
  isPavioError,
  isRepeatedRun,
  type KeptTrainingRun,
  keptTrainingRunSchema,
  mapConcurrently,
  type ObjectStore,
  PavioError,
  type TrainingRun,
  type TrainingRunLog,
  trainingRunSchema,
} from '@pavio/core';
import { decodeJson, encodeJson } from '../json.ts';

const PREFIX = 'training_runs/';
const READS_AT_ONCE = 8;
/** S3 lists so many keys at a time: one request finds the newest, for `append` as for `list`. */
const KEPT = 1000;

/**
 * Runs as JSON documents in an object store, `training_runs/<start>-<hash>.json`. Names sort by time and differ by content, so
 * that two trainings that start in one instant are both kept. The oldest beyond a thousand are removed.
 */
export function lakeTrainingRunLog(store: ObjectStore): TrainingRunLog {
  return new LakeTrainingRunLog(store);
}

class LakeTrainingRunLog implements TrainingRunLog {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async append(run: TrainingRun): Promise<void> {
    const parsed = trainingRunSchema.safeParse(run);
    if (!parsed.success) {
      throw new PavioError('bad_input', 'The record of a training is not valid.', { cause: parsed.error });
    }
    const keys = await this.#keys();
    const newest = keys.at(-1);
    if (newest !== undefined && (await this.#count(newest, parsed.data))) return;
    const kept: KeptTrainingRun = { ...parsed.data, times: 1, lastStartedAt: parsed.data.startedAt };
    const body = encodeJson(kept);
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 8);
    await this.#store.putIfAbsent(`${PREFIX}${sortableTime(run.startedAt)}-${hash}.json`, body);
    const old = keys.slice(0, Math.max(0, keys.length + 1 - KEPT));
    await mapConcurrently(old, READS_AT_ONCE, (key) => this.#store.delete(key));
  }

  async list({ limit = Infinity }: { readonly limit?: number } = {}): Promise<KeptTrainingRun[]> {
    const newest = (await this.#keys()).toReversed().slice(0, limit);
    const runs = await mapConcurrently(newest, READS_AT_ONCE, async (key) => {
      const object = await this.#store.get(key);
      return object && this.#decode(object.body, key);
    });
    return runs.filter((run) => run !== undefined);
  }

  /** Counts a run with the one before it; false where it says more, or somebody else has just changed that one. */
  async #count(key: string, run: TrainingRun): Promise<boolean> {
    const object = await this.#store.get(key);
    if (object === undefined) return false;
    const before = this.#decodeOrNone(object.body, key);
    if (before === undefined || !isRepeatedRun(before, run)) return false;
    const counted = { ...before, times: before.times + 1, lastStartedAt: run.startedAt };
    return (await this.#store.putIfMatch(key, encodeJson(counted), object.etag)).stored;
  }

  #decode(body: Uint8Array, key: string): KeptTrainingRun {
    return decodeJson(body, keptTrainingRunSchema, `${this.#store.url}/${key}`, 'internal');
  }

  /** A damaged record must not stand in the way of the next. */
  #decodeOrNone(body: Uint8Array, key: string): KeptTrainingRun | undefined {
    try {
      return this.#decode(body, key);
    } catch (error) {
      if (isPavioError(error, 'internal')) return undefined;
      throw error;
    }
  }

  /** In the order of time. */
  async #keys(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.#store.list(PREFIX)) if (key.endsWith('.json')) keys.push(key);
    return keys;
  }
}

/** ISO 8601's basic form to the millisecond: it sorts by time, and no file system minds it. */
function sortableTime(iso: string): string {
  return new Date(iso).toISOString().replace(/[-:.]/g, '');
}
