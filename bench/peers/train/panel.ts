import { existsSync, globSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type ModelName, silentLogger, systemClock } from '@pavio/core';
import { importFiles } from '@pavio/crawler';
import { DEFAULT_PARAMS, type Matrix, type ModelParams } from '@pavio/estimators';
import { runFeatureJob, VOLATILITY_COLUMN } from '@pavio/features';
import { folderStore, lakeCandleStore, lakeFeatureStore } from '@pavio/storage';
import { createDataSet, planFolds } from '@pavio/training';

/** Daily candles of twenty assets, which stand beside the checkout where Pavio is developed. */
const CANDLES = path.resolve(import.meta.dirname, '../../../../shared/data/binance');
const MARKET = { source: 'import', quote: 'USDT', interval: '1d' } as const;
const FOLDS = 5;

/** Rows of a fold: half-open ranges, as the rows are in order of time. */
export interface FoldRows {
  readonly train: { readonly from: number; readonly to: number };
  readonly test: { readonly from: number; readonly to: number };
}

/** What our walk-forward and scikit-learn's read: the same numbers, folds and parameters. */
export interface Panel {
  /** Targets (log returns, float64), then the columns (float32), one after another. */
  readonly file: string;
  readonly rows: number;
  readonly columns: number;
  readonly assets: number;
  readonly featureSet: { readonly name: string; readonly hash: string; readonly inputs: readonly string[] };
  readonly folds: readonly FoldRows[];
  readonly parameters: ModelParams;
  /** Where the models of the last fold are put. */
  readonly models: string;
}

/** The walk-forward of all models and what its last models are like. */
export interface PanelFigures {
  /** Wall time of all fits and forecasts. */
  readonly seconds: number;
  /** Mean squared error or Brier score over all test rows. */
  readonly losses: Readonly<Record<ModelName, number>>;
}

/** How the models of the last fold are served. */
export interface ServingFigures {
  /** Bytes of each model's file. */
  readonly bytes: Readonly<Record<ModelName, number>>;
  /** Milliseconds that a new process takes to load all five. */
  readonly loadMs: number;
  /** Microseconds to ask all five about one row, median. */
  readonly rowMicroseconds: number;
}

/** The panel of the real candles through our import and features; undefined where they are not there. */
export async function writePanel(folder: string): Promise<Panel | undefined> {
  const files = existsSync(CANDLES) ? globSync(path.join(CANDLES, '*-1d.csv')) : [];
  if (files.length === 0) return undefined;
  const store = folderStore(path.join(folder, 'lake'));
  const [candles, features] = [lakeCandleStore(store), lakeFeatureStore(store)];
  const job = { candles, clock: systemClock, log: silentLogger };
  await importFiles({ ...job, files });
  await runFeatureJob({ ...job, ...MARKET, features });
  const data = createDataSet((await features.latest())!, VOLATILITY_COLUMN);
  const folds = planFolds(data, FOLDS);
  const { rows, columns } = data.inputs;
  const { name, hash, inputs } = data.source.featureSet;
  const file = path.join(folder, 'panel');
  const bytes = [data.logReturn, data.inputs.data].map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength));
  await writeFile(file, Buffer.concat(bytes));
  return {
    file,
    rows,
    columns,
    assets: files.length,
    featureSet: { name, hash, inputs },
    folds: folds.map(({ train, test }) => ({ train: rangeOf(train), test: rangeOf(test) })),
    parameters: DEFAULT_PARAMS,
    models: folder,
  };
}

/** The panel's numbers, in shared memory. */
export function readPanel({ file, rows, columns }: Panel): { X: Matrix; logReturn: Float64Array; isUp: Float64Array } {
  const bytes = readFileSync(file);
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  const logReturn = new Float64Array(shared, 0, rows);
  const data = new Float32Array(shared, rows * 8, rows * columns);
  return { X: { rows, columns, data }, logReturn, isUp: logReturn.map((r) => (r > 0 ? 1 : 0)) };
}

/** The range that the rows are. */
function rangeOf(rows: Int32Array): FoldRows['train'] {
  const [from, to] = [rows[0]!, rows.at(-1)! + 1];
  if (to - from !== rows.length) throw new Error('The rows of a fold are no range: they are not in order of time.');
  return { from, to };
}
