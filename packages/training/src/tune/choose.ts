import { isoTime, type Trial, type Tuning } from '@pavio/core';
import { type Fold, MIN_TEST_STEPS } from '@pavio/estimators';
import type { DataSet } from '../data-set.ts';
import { reachOf } from '../walk-forward.ts';

/** A time at which the search chooses, and what it may rest on. */
export interface Stage {
  /** UTC milliseconds: results of later candles are not looked at. */
  readonly from: number;
  /** Folds whose results are known by then, from the first on. */
  readonly folds: number;
}

/**
 * When the search chooses: before the test part of each fold that has results before it of 60 time steps or more (fewer
 * decide nothing), and in the end.
 */
export function planStages(data: DataSet, folds: readonly Fold[]): Stage[] {
  const end = folds.at(-1)!.testSpan.to + reachOf(data);
  const tested = new Set<number>();
  return folds.flatMap(({ test }, i) => {
    for (const row of test) tested.add(data.time[row]!);
    return tested.size < MIN_TEST_STEPS ? [] : [{ from: folds[i + 1]?.testSpan.from ?? end, folds: i + 1 }];
  });
}

/** What each stage chooses: the trial with the lowest mean loss on the rows known by then, the earliest of equals. */
export function chooseByStage(trials: readonly Trial[], stages: readonly Stage[]): Tuning['choices'] {
  return stages.map(({ from, folds }) => {
    const losses = trials.map((trial) => lossUntil(trial, folds));
    const best = losses.indexOf(Math.min(...losses));
    return { from: isoTime(from), parameters: trials[best]!.parameters };
  });
}

function lossUntil({ folds }: Trial, count: number): number {
  const known = folds.slice(0, count);
  return known.reduce((sum, { rows, loss }) => sum + rows * loss, 0) / known.reduce((sum, { rows }) => sum + rows, 0);
}
