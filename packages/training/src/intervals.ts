import { conformalRadius } from '@pavio/estimators';
import type { DataSet } from './data-set.ts';
import type { OutOfSample } from './walk-forward.ts';

/** Levels of the forecast intervals that are published. */
export const INTERVAL_LEVELS = [0.5, 0.8, 0.95] as const;

/**
 * Radius of each level's interval in units of the row's volatility: split-conformal on the absolute walk-forward
 * residuals divided by the volatility of their row. A level with too few residuals is left out.
 */
export function intervalRadii(data: DataSet, { rows, predicted }: OutOfSample): Record<string, number> {
  const scores = predicted.map((value, i) => {
    const row = rows[i]!;
    return Math.abs(data.logReturn[row]! - value) / data.volatility[row]!;
  });
  return Object.fromEntries(
    INTERVAL_LEVELS.flatMap((level) => {
      const radius = conformalRadius(scores, 1 - level);
      return radius === undefined ? [] : [[String(level), radius] as const];
    }),
  );
}
