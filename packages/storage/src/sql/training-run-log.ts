import { createHash } from 'node:crypto';
import {
  isRepeatedRun,
  type KeptTrainingRun,
  keptTrainingRunSchema,
  PavioError,
  type TrainingRun,
  type TrainingRunLog,
  trainingRunSchema,
} from '@pavio/core';
import type { Kysely } from 'kysely';
import { decodeJson } from '../json.ts';
import type { Database } from './database.ts';
import type { Tables, TrainingRunRow } from './schema.ts';

/** As in a lake. */
const KEPT = 1000;

/** Runs in the table `training_runs`, as JSON beside their start. The oldest beyond a thousand are removed. */
export function sqlTrainingRunLog(database: Database): TrainingRunLog {
  return new SqlTrainingRunLog(database);
}

class SqlTrainingRunLog implements TrainingRunLog {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async append(run: TrainingRun): Promise<void> {
    const parsed = trainingRunSchema.safeParse(run);
    if (!parsed.success) {
      throw new PavioError('bad_input', 'The record of a training is not valid.', { cause: parsed.error });
    }
    const row = rowOf(parsed.data);
    await this.#database.run('store the record of a training', async ({ kysely }) => {
      const [newest] = await newestRuns(kysely, 1).execute();
      if (newest !== undefined && (await count(kysely, newest, parsed.data))) return;
      await kysely
        .insertInto('training_runs')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const kept = newestRuns(kysely, KEPT).clearSelect().select('id');
      await kysely.deleteFrom('training_runs').where('id', 'not in', kept).execute();
    });
  }

  async list({ limit = KEPT }: { readonly limit?: number } = {}): Promise<KeptTrainingRun[]> {
    return this.#database.run('read the records of trainings', async ({ kysely }) => {
      const rows = await newestRuns(kysely, Math.min(limit, KEPT)).execute();
      return rows.map(({ id, run }) => {
        const name = `${this.#database.name} training_runs ${id}`;
        return decodeJson(Buffer.from(run), keptTrainingRunSchema, name, 'internal');
      });
    });
  }
}

function newestRuns(kysely: Kysely<Tables>, limit: number) {
  return kysely
    .selectFrom('training_runs')
    .selectAll()
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit);
}

/** Counts a run with the one before it; false where it says more, or somebody else has just changed that one. */
async function count(kysely: Kysely<Tables>, { id, run: stored }: TrainingRunRow, run: TrainingRun): Promise<boolean> {
  const before = keptTrainingRunSchema.safeParse(parseJson(stored)).data;
  // A damaged record must not stand in the way of the next.
  if (before === undefined || !isRepeatedRun(before, run)) return false;
  const counted: KeptTrainingRun = { ...before, times: before.times + 1, lastStartedAt: run.startedAt };
  const { numUpdatedRows } = await kysely
    .updateTable('training_runs')
    .set({ run: JSON.stringify(counted) })
    .where((eb) => eb.and({ id, run: stored }))
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** The id differs by content, so that two trainings that start in one instant are both kept. */
function rowOf(run: TrainingRun): TrainingRunRow {
  const kept: KeptTrainingRun = { ...run, times: 1, lastStartedAt: run.startedAt };
  const text = JSON.stringify(kept);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { id: `${run.startedAt} ${hash}`, started_at: Date.parse(run.startedAt), run: text };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
