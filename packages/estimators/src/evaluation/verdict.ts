import { PavioError, type Verdict } from '@pavio/core';
import { type DieboldMariano, dieboldMariano, longRunVariance } from './diebold-mariano.ts';
import { skillOf } from './metrics.ts';
import { studentTQuantile } from './student-t.ts';

/** Fewer time steps than this decide nothing. */
export const MIN_TEST_STEPS = 60;
/** Chance of calling a useless model better. */
export const SIGNIFICANCE = 0.05;

export interface Comparison {
  /** 1 - mean loss / mean naive loss, over all rows. */
  readonly skill: number;
  /** 95 % interval of the skill; undefined when there are too few steps for a test. */
  readonly skillInterval: { readonly low: number; readonly high: number } | undefined;
  /** On the losses averaged a time step; undefined when there are too few steps for a test. */
  readonly dieboldMariano: DieboldMariano | undefined;
  readonly timeSteps: number;
  readonly verdict: Verdict;
}

/** Losses of a panel's test rows, in any order: several rows (assets) may share a time. */
export interface PanelLosses {
  readonly times: Float64Array;
  readonly model: Float64Array;
  readonly naive: Float64Array;
}

/**
 * Does the model beat the naive forecast? `inconclusive` with fewer than 60 time steps; `beats_naive` when its skill is
 * above 0 and the one-sided Diebold-Mariano p-value below 0.05; else `no_edge`.
 *
 * Assets move together, so that a hundred rows of one day are hardly more evidence than one: the test runs on the mean
 * loss difference of each time step, not on rows. Its long-run variance takes Newey and West's (1994) lag rule,
 * `4 (n / 100)^(2/9)`, as volatile times come in clusters.
 */
export function compareWithNaive(losses: PanelLosses): Comparison {
  const model = meanByTime(losses.times, losses.model);
  const naive = meanByTime(losses.times, losses.naive);
  const timeSteps = model.times.length;
  const skill = skillOf(sum(losses.model), sum(losses.naive));
  const lags = Math.floor(4 * (timeSteps / 100) ** (2 / 9));
  const isTestable = timeSteps > lags + 1;
  const test = isTestable ? dieboldMariano(model.means, naive.means, { lags }) : undefined;
  const skillInterval = isTestable && Number.isFinite(skill) ? intervalOfSkill(losses, skill, lags) : undefined;
  return { skill, skillInterval, dieboldMariano: test, timeSteps, verdict: verdictOf(skill, test?.pValue, timeSteps) };
}

/**
 * Skill is a ratio of two sums: its variance is that of the sum of `model - (1 - skill) naive` over the naive sum squared
 * (Cochran 1977, section 6.3, by linearisation), time steps being the units and their long-run variance as in the test.
 */
function intervalOfSkill({ times, model, naive }: PanelLosses, skill: number, lags: number) {
  const residuals = new Map<number, number>();
  for (const [i, time] of times.entries()) {
    residuals.set(time, (residuals.get(time) ?? 0) + model[i]! - (1 - skill) * naive[i]!);
  }
  const inOrder = Float64Array.from(residuals.keys())
    .sort()
    .map((time) => residuals.get(time)!);
  const steps = inOrder.length;
  const deviation = Math.sqrt(steps * longRunVariance(inOrder, lags)) / sum(naive);
  const reach = studentTQuantile(0.025, steps - 1) * deviation;
  return { low: skill - reach, high: skill + reach };
}

/** The rule of `compareWithNaive` alone. */
export function verdictOf(skill: number, pValue: number | undefined, timeSteps: number): Verdict {
  if (timeSteps < MIN_TEST_STEPS || pValue === undefined) return 'inconclusive';
  return skill > 0 && pValue < SIGNIFICANCE ? 'beats_naive' : 'no_edge';
}

/** Mean of the values at each distinct time, ascending in time. @throws PavioError `bad_input` when lengths differ. */
export function meanByTime(times: Float64Array, values: Float64Array): { times: Float64Array; means: Float64Array } {
  if (times.length !== values.length) {
    throw new PavioError('bad_input', `There are ${times.length} times but ${values.length} values.`);
  }
  const sums = new Map<number, { sum: number; count: number }>();
  for (let i = 0; i < times.length; i++) {
    const entry = sums.get(times[i]!);
    if (entry === undefined) sums.set(times[i]!, { sum: values[i]!, count: 1 });
    else {
      entry.sum += values[i]!;
      entry.count++;
    }
  }
  const distinct = Float64Array.from(sums.keys()).sort();
  const means = distinct.map((time) => {
    const { sum, count } = sums.get(time)!;
    return sum / count;
  });
  return { times: distinct, means };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
