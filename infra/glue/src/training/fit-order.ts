import { createHash } from 'node:crypto';
import { MODEL_NAMES, PavioError } from '@pavio/core';
import type { FitJob, RowSelection } from '@pavio/estimators';
import { z } from 'zod';

/** Rows as `[from, to)`, one stretch after another: rows of a fold are one stretch, or nearly. */
const stretchesSchema = z.array(z.tuple([z.number(), z.number()]));
type Stretches = z.infer<typeof stretchesSchema>;

export const fitOrderSchema = z.object({
  /** Where the fit is kept. It names all that the fit is made of, so whoever makes it again makes the same. */
  key: z.string(),
  /** SHA-256 of features, targets and times. */
  data: z.string(),
  name: z.enum(MODEL_NAMES),
  params: z.record(z.string(), z.unknown()),
  seed: z.number(),
  train: stretchesSchema,
  predict: stretchesSchema.nullable(),
});
/** A fit as a task is given it: all but the data, which it reads from the lake. */
export type FitOrder = z.infer<typeof fitOrderSchema>;

/** Fits that no training has taken up yet. */
export const FITS = 'work/fits/';

/** The order for a fit. @param data as `hashData` says. */
export function orderOf(job: FitJob, data: string): FitOrder {
  const { name, params = {}, seed, train, predictRows, sampleWeight } = job;
  if (sampleWeight !== undefined) throw new PavioError('internal', 'Weights of rows are not sent to a cluster.');
  const order = {
    data,
    name,
    params: { ...params },
    seed,
    train: stretchesOf(train),
    predict: predictRows === undefined ? null : stretchesOf(predictRows),
  };
  const hash = createHash('sha256').update(JSON.stringify(order)).digest('hex');
  return { key: `${FITS}${hash}.safetensors`, ...order };
}

/** SHA-256 of what a model is fitted on. */
export function hashData({ X, y, times }: Pick<FitJob, 'X' | 'y' | 'times'>): string {
  const hash = createHash('sha256').update(`${X.rows} ${X.columns} ${times?.reach} `);
  for (const { buffer, byteOffset, byteLength } of [X.data, y, ...(times === undefined ? [] : [times.at])]) {
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}

/** The rows of stretches. */
export function rowsOf(stretches: Stretches): Int32Array {
  const rows = new Int32Array(countRows(stretches));
  let next = 0;
  for (const [from, to] of stretches) for (let row = from; row < to; row++) rows[next++] = row;
  return rows;
}

export function countRows(stretches: Stretches): number {
  return stretches.reduce((sum, [from, to]) => sum + to - from, 0);
}

function stretchesOf(rows: RowSelection): Stretches {
  if (!(rows instanceof Int32Array)) return [[rows.from, rows.to]];
  const stretches: Stretches = [];
  for (const row of rows) {
    const last = stretches.at(-1);
    if (last !== undefined && last[1] === row) last[1] = row + 1;
    else stretches.push([row, row + 1]);
  }
  return stretches;
}
