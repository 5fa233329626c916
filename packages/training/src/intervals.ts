import { type Coverage, type Covered, type ReleasedModel, VOLATILITY_REGIMES } from '@pavio/core';
import { adaptiveConformal, clusteredWilsonInterval, conformalRadius } from '@pavio/estimators';
import type { DataSet } from './data-set.ts';
import type { OutOfSample } from './walk-forward.ts';

/** Levels of the forecast intervals that are published. */
export const INTERVAL_LEVELS = [0.5, 0.8, 0.95] as const;

/** Radii in units of the row's volatility, and how well such radii held. */
export type Intervals = {
  readonly [key in 'intervals' | 'adaptiveIntervals' | 'coverage']: NonNullable<ReleasedModel[key]>;
};

/**
 * Intervals of a regressor from its absolute walk-forward residuals, divided by the volatility of their row: plain ones
 * (split-conformal on all of them) and adaptive ones (of the recent ones, at a rank that follows the misses). Both are
 * judged on the folds after the first, as they are served: a fold's plain radius is that of the folds before it, the
 * adaptive one that of all candles closed before the row's forecast. A level with too few residuals has no interval.
 */
export function intervalsOf(data: DataSet, outOfSample: OutOfSample): Intervals {
  const { rows, predicted, parts } = outOfSample;
  const times = Float64Array.from(rows, (row) => data.time[row]!);
  const scores = predicted.map((value, i) => {
    const row = rows[i]!;
    return Math.abs(data.logReturn[row]! - value) / data.volatility[row]!;
  });
  const adaptive = adaptiveConformal(times, scores, { levels: INTERVAL_LEVELS });
  const judged = { times, scores, regime: regimesOf(data, outOfSample), from: parts[0]?.to ?? 0 };
  return {
    intervals: byLevel((level) => conformalRadius(scores, 1 - level)),
    adaptiveIntervals: byLevel((_, l) => adaptive.next[l]),
    coverage: INTERVAL_LEVELS.flatMap((level, l) => [
      coverageOf('plain', level, plainRadii(scores, outOfSample, level), judged),
      coverageOf('adaptive', level, adaptive.radii[l]!, judged),
    ]),
  };
}

function byLevel(radiusOf: (level: number, l: number) => number | undefined): Record<string, number> {
  return Object.fromEntries(
    INTERVAL_LEVELS.flatMap((level, l) => {
      const radius = radiusOf(level, l);
      return radius === undefined ? [] : [[String(level), radius] as const];
    }),
  );
}

/** For each row the radius from the folds before its own; Infinity where there is none. */
function plainRadii(scores: Float64Array, { parts }: OutOfSample, level: number): Float64Array {
  const radii = new Float64Array(scores.length);
  for (const { from, to, known } of parts) {
    radii.fill(conformalRadius(scores.subarray(0, known), 1 - level) ?? Infinity, from, to);
  }
  return radii;
}

/** For each row the third, 0 to 2, of the volatilities before its fold that its own would lie in. */
function regimesOf(data: DataSet, { rows, parts }: OutOfSample): Uint8Array {
  const regime = new Uint8Array(rows.length);
  for (const { from, to } of parts) {
    const before = data.volatility.slice(0, rows[from]).sort();
    const cuts = [1 / 3, 2 / 3].map((share) => before[Math.floor(share * before.length)] ?? Infinity);
    for (let i = from; i < to; i++) regime[i] = cuts.filter((cut) => data.volatility[rows[i]!]! >= cut).length;
  }
  return regime;
}

interface Judged {
  readonly times: Float64Array;
  readonly scores: Float64Array;
  readonly regime: Uint8Array;
  /** The first row that is judged. */
  readonly from: number;
}

function coverageOf(method: Coverage['method'], level: number, radii: Float64Array, judged: Judged): Coverage {
  const { times, scores, regime, from } = judged;
  const given = Int32Array.from(scores.keys()).filter((i) => i >= from && radii[i]! < Infinity);
  const covered = (wanted: Int32Array): Covered => {
    if (wanted.length === 0) return null;
    const { value, low, high, n } = clusteredWilsonInterval(
      Array.from(wanted, (i) => scores[i]! <= radii[i]!),
      Float64Array.from(wanted, (i) => times[i]!),
    );
    return { rows: n, share: value, low, high };
  };
  return {
    method,
    level,
    radius: given.length === 0 ? null : given.reduce((sum, i) => sum + radii[i]!, 0) / given.length,
    overall: covered(given),
    regimes: Object.fromEntries(
      VOLATILITY_REGIMES.map((name, r) => [name, covered(given.filter((i) => regime[i] === r))] as const),
    ) as Coverage['regimes'],
  };
}
