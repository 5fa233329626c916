import { PavioError } from '@pavio/core';

export interface WalkForwardOptions {
  /** Test parts, one after another in time, of about equally many time steps. */
  readonly folds: number;
  /**
   * Milliseconds that must lie between the end of a training label and the first test row; 0 still lets no label reach
   * it.
   */
  readonly gap: number;
  /**
   * A sliding window: milliseconds before the first test row that training rows may be old. Without one the training
   * part expands: it has all that is past.
   */
  readonly window?: number;
  /** Milliseconds from a row's time until its label is known. */
  readonly horizon: number;
}

export interface TimeSpan {
  /** Time of the first row. */
  readonly from: number;
  /** Time of the last row, inclusive. */
  readonly to: number;
}

export interface Fold {
  /** Row numbers, in order of time. */
  readonly train: Int32Array;
  readonly test: Int32Array;
  readonly trainSpan: TimeSpan;
  readonly testSpan: TimeSpan;
}

/**
 * Walk-forward folds over a panel: rows of many assets, in any order, all cut at the same times; there is as much time
 * before the first test part as in each. A row's label spans `[time, time + horizon)`. A row trains a fold only if its
 * label ends, with the gap, no later than the fold's first test row begins; so no training label's span meets a test
 * label's span. For daily candles the label of the row of time t
 * (the candle's open) is known at the close of the next candle, t + 2 days.
 * @throws PavioError `not_enough_data` when a fold would have no training rows, `bad_input` for options that make no
 * sense.
 */
export function walkForward(times: Float64Array, options: WalkForwardOptions): Fold[] {
  const { folds, gap, horizon, window = Infinity } = options;
  checkOptions(options);
  const steps = distinctSorted(times);
  const testSteps = Math.floor(steps.length / (folds + 1));
  if (testSteps < 1) {
    throw new PavioError('not_enough_data', `${steps.length} time steps are too few for ${folds} folds.`, {
      remedy: 'Use fewer folds or a longer span.',
      details: { timeSteps: steps.length, folds },
    });
  }
  // What does not divide evenly goes to the first training part.
  const firstTrain = steps.length - testSteps * folds;
  const order = Int32Array.from(times.keys()).sort((a, b) => times[a]! - times[b]! || a - b);
  return Array.from({ length: folds }, (_, fold) => {
    const testFrom = firstTrain + fold * testSteps;
    const first = steps[testFrom]!;
    const last = steps[testFrom + testSteps - 1]!;
    const oldest = first - window;
    const test = order.filter((row) => times[row]! >= first && times[row]! <= last);
    const train = order.filter((row) => times[row]! >= oldest && times[row]! + horizon + gap <= first);
    if (train.length === 0) {
      throw new PavioError('not_enough_data', `Fold ${fold + 1} of ${folds} has no training rows before its gap.`, {
        remedy: 'Use fewer folds, a smaller gap, a longer span or a longer window.',
        details: { fold: fold + 1, folds, gap, window: options.window },
      });
    }
    return { train, test, trainSpan: spanOf(times, train), testSpan: { from: first, to: last } };
  });
}

function checkOptions({ folds, gap, horizon, window }: WalkForwardOptions): void {
  const wrong = (what: string) => new PavioError('bad_input', `Walk-forward: ${what}.`);
  if (!Number.isInteger(folds) || folds < 1) throw wrong(`folds is ${folds}, not a whole number of at least 1`);
  if (!(gap >= 0 && gap < Infinity)) throw wrong(`gap is ${gap}, not a number of milliseconds of at least 0`);
  if (!(horizon > 0 && horizon < Infinity)) throw wrong(`horizon is ${horizon}, not a number of milliseconds above 0`);
  if (window !== undefined && !(window > gap)) throw wrong(`the window is ${window} ms, not longer than the gap`);
}

function distinctSorted(times: Float64Array): Float64Array {
  return times.toSorted().filter((time, i, all) => i === 0 || time !== all[i - 1]);
}

function spanOf(times: Float64Array, rows: Int32Array): TimeSpan {
  return { from: times[rows[0]!]!, to: times[rows.at(-1)!]! };
}
