import { PavioError } from '@pavio/core';
import { assertScores, conformalRank } from './conformal.ts';
import { OrderStatistics } from './order-statistics.ts';

export interface AdaptiveConformalOptions {
  /** Shares to cover, ascending, as 0.5, 0.8, 0.95. */
  readonly levels: readonly number[];
  /** How fast the rank follows misses; 0.005 by default, as in section 4 of the paper. */
  readonly rate?: number;
  /** Time steps that scores are remembered for; 250 by default, the year of trading that risk models look back on. */
  readonly window?: number;
}

export interface AdaptiveRadii {
  /** For each level a radius for each row, known before the row's own score; Infinity where there is none. */
  readonly radii: readonly Float64Array[];
  /** For each level the radius for the time step after the last one; undefined where there is none. */
  readonly next: readonly (number | undefined)[];
}

/**
 * Adaptive conformal inference (Gibbs and Candes 2021, Adaptive conformal inference under distribution shift) on scores
 * that come in steps of time. A step's radius is the split-conformal one at `alpha_t` of the scores of the last `window`
 * steps, and then `alpha_t+1 = alpha_t + rate (alpha - share of the step's rows that it missed)`: whatever the scores do,
 * the share of misses over T steps differs from alpha by `(1 + rate) / (rate T)` at most. Where `alpha_t` has fallen so
 * low that no score is large enough, there is no radius, and nothing is missed. A step before there are scores enough for
 * the level itself teaches nothing.
 *
 * A wider level's radius is never below a narrower one's: where that changes it, it covers more than the bound says.
 *
 * @param times of the scores, ascending; equal ones are one step
 * @param scores absolute (scaled) residuals of rows the model was not fitted on
 * @throws PavioError `bad_input` for times that descend, levels that do not ascend between 0 and 1, or a NaN.
 */
export function adaptiveConformal(
  times: Float64Array,
  scores: Float64Array,
  options: AdaptiveConformalOptions,
): AdaptiveRadii {
  const { levels, rate = 0.005, window = 250 } = options;
  checkInput(times, scores, levels);
  const steps = stepStarts(times);
  const known = new OrderStatistics(scores);
  const alphas = levels.map((level) => 1 - level);
  const radii = levels.map(() => new Float64Array(scores.length));
  const current = new Float64Array(levels.length);
  const updateRadii = () => {
    for (const l of levels.keys()) current[l] = Math.max(radiusAt(known, alphas[l]!), current[l - 1] ?? 0);
  };

  for (let step = 0; step + 1 < steps.length; step++) {
    const [from, to] = [steps[step]!, steps[step + 1]!];
    updateRadii();
    for (const [l, level] of levels.entries()) {
      radii[l]!.fill(current[l]!, from, to);
      if (conformalRank(known.size, 1 - level) > known.size) continue;
      let missed = 0;
      for (let i = from; i < to; i++) if (scores[i]! > current[l]!) missed++;
      alphas[l]! += rate * (1 - level - missed / (to - from));
    }
    for (let i = from; i < to; i++) known.add(i);
    const forgotten = step + 1 - window;
    if (forgotten >= 1) for (let i = steps[forgotten - 1]!; i < steps[forgotten]!; i++) known.remove(i);
  }
  updateRadii();
  return { radii, next: Array.from(current, (radius) => (radius === Infinity ? undefined : radius)) };
}

function radiusAt(known: OrderStatistics, alpha: number): number {
  const rank = conformalRank(known.size, alpha);
  if (rank > known.size) return Infinity;
  return rank < 1 ? 0 : known.smallest(rank);
}

/** Where each step begins, and the end of the last one. */
function stepStarts(times: Float64Array): number[] {
  const starts: number[] = [];
  for (let i = 0; i < times.length; i++) if (i === 0 || times[i] !== times[i - 1]) starts.push(i);
  return [...starts, times.length];
}

function checkInput(times: Float64Array, scores: Float64Array, levels: readonly number[]): void {
  assertScores(scores);
  if (times.length !== scores.length) {
    throw new PavioError('bad_input', `There are ${times.length} times but ${scores.length} scores.`);
  }
  if (times.some((time, i) => i > 0 && !(time >= times[i - 1]!))) {
    throw new PavioError('bad_input', 'The times of conformal scores do not ascend.');
  }
  if (levels.some((level, l) => !(level > (levels[l - 1] ?? 0) && level < 1))) {
    throw new PavioError('bad_input', `The levels ${levels.join(', ')} do not ascend between 0 and 1.`);
  }
}
