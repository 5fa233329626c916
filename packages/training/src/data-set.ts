import { createHash } from 'node:crypto';
import { type FeatureTable, intervalMs, PavioError } from '@pavio/core';
import { createMatrix, type Matrix } from '@pavio/estimators';

/** What the models are fitted on: rows of all assets, ascending in time, so that a cut in time is a cut in rows. */
export interface DataSet {
  /** Inputs, float32, in shared memory: the numbers a model reads, in training as in serving. */
  readonly inputs: Matrix;
  /** Log return of the next candle, `ln(C[t+1] / C[t])`. */
  readonly logReturn: Float64Array;
  /** 1 where the next candle closes above this one, else 0. */
  readonly isUp: Float64Array;
  /** Open time of the row's candle. */
  readonly time: Float64Array;
  /** Volatility of the row, which intervals are scaled by. */
  readonly volatility: Float64Array;
  readonly symbols: readonly string[];
  /** Index into `symbols`. */
  readonly symbol: Int32Array;
  readonly source: Pick<FeatureTable, 'source' | 'quote' | 'interval' | 'featureSet'>;
  /** Rows of the table that are not here, and why. */
  readonly leftOut: { readonly missingInput: number; readonly missingTarget: number };
}

/**
 * Rows of a feature table whose inputs are all there and whose next candle is known. A target exists only where the very
 * next candle is stored: a return over a gap is another quantity.
 *
 * @throws PavioError `not_enough_data` when no row is left.
 */
export function createDataSet(table: FeatureTable, volatilityColumn: string): DataSet {
  const { inputs: names } = table.featureSet;
  const columns = names.map((name) => columnOf(table, name));
  const volatility = columnOf(table, volatilityColumn);
  const step = intervalMs(table.interval);
  const rows = table.time.length;

  const isLast = (row: number) => row + 1 >= rows || table.symbol[row + 1] !== table.symbol[row];
  const hasTarget = (row: number) => !isLast(row) && table.time[row]! + step === table.time[row + 1];
  const isComplete = (row: number) => columns.every((column) => !Number.isNaN(column[row]!)) && volatility[row]! > 0;

  const kept: number[] = [];
  const leftOut = { missingInput: 0, missingTarget: 0 };
  for (let row = 0; row < rows; row++) {
    if (!isComplete(row)) leftOut.missingInput++;
    else if (!hasTarget(row)) leftOut.missingTarget++;
    else kept.push(row);
  }
  if (kept.length === 0) {
    throw new PavioError('not_enough_data', `None of the ${rows} feature rows has all inputs and a next candle.`, {
      remedy: 'Crawl further back (--start), or more assets (--assets), then run: pavio features.',
    });
  }
  kept.sort((a, b) => table.time[a]! - table.time[b]! || table.symbol[a]! - table.symbol[b]!);

  const inputs = createMatrix(kept.length, names.length, { shared: true });
  for (const [c, column] of columns.entries()) {
    const offset = c * kept.length;
    for (let i = 0; i < kept.length; i++) inputs.data[offset + i] = column[kept[i]!]!;
  }
  const pick = (column: ArrayLike<number>) => Float64Array.from(kept, (row) => column[row]!);
  const logReturn = Float64Array.from(kept, (row) => Math.log(table.close[row + 1]! / table.close[row]!));
  return {
    inputs,
    logReturn,
    isUp: logReturn.map((r) => (r > 0 ? 1 : 0)),
    time: pick(table.time),
    volatility: pick(volatility),
    symbols: table.symbols,
    symbol: Int32Array.from(kept, (row) => table.symbol[row]!),
    source: table,
    leftOut,
  };
}

/** SHA-256 over everything that the models see: the same data set has the same hash, on any machine. */
export function hashDataSet(data: DataSet): string {
  const hash = createHash('sha256').update(data.source.featureSet.hash);
  for (const array of [data.inputs.data, data.logReturn, data.time, data.volatility]) {
    hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }
  for (const symbol of data.symbol) hash.update(`${data.symbols[symbol]!} `);
  return hash.digest('hex');
}

function columnOf(table: FeatureTable, name: string): Float64Array {
  const column = table.columns.get(name);
  if (column !== undefined) return column;
  throw new PavioError('bad_features', `The feature table has no column "${name}".`, {
    remedy: 'Compute the features again with this version: pavio features.',
  });
}
