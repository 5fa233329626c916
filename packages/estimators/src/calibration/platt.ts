import { type Calibrator, PavioError } from '@pavio/core';
import { sigmoid, softplus } from '../log-odds.ts';

type Platt = Extract<Calibrator, { method: 'platt' }>;

/** Log-odds beyond those of one in a million count as these: a forest's 0 or 1 has infinite ones. */
const LARGEST = Math.log(1e6 - 1);
/**
 * A step that promises less than this share of the objective is the last one: rounding would hide whether it helped, and
 * so close to the solution Newton's method squares the error.
 */
const LAST_STEP = 1e-12;
const MAX_STEPS = 100;

/**
 * Platt's (1999) scaling: `sigmoid(slope * log-odds + intercept)` by maximum likelihood against his smoothed targets,
 * `(n1 + 1) / (n1 + 2)` for a rise and `1 / (n0 + 2)` for a fall, found by Newton's method with step halving (Lin, Lin
 * and Weng 2007). Reading log-odds it can also leave probabilities as they are. A slope below zero would turn the model's
 * order around; the best without one is 0 then.
 *
 * @param actual 0 or 1, both of them somewhere
 * @throws PavioError `internal` when it does not converge.
 */
export function fitPlatt(probability: Float64Array, actual: Float64Array): Platt {
  const rises = actual.reduce((sum, y) => sum + y, 0);
  const falls = actual.length - rises;
  const [high, low] = [(rises + 1) / (rises + 2), 1 / (falls + 2)];
  const odds = probability.map(logOdds);
  const target = actual.map((y) => (y === 1 ? high : low));
  const { slope, intercept } = maximise(odds, target);
  if (slope >= 0) return { method: 'platt', slope, intercept };
  const mean = meanOf(target);
  return { method: 'platt', slope: 0, intercept: Math.log(mean / (1 - mean)) };
}

export function scale({ slope, intercept }: Platt, probability: number): number {
  return sigmoid(bounded(slope * logOdds(probability) + intercept));
}

function logOdds(probability: number): number {
  return bounded(Math.log(probability / (1 - probability)));
}

/** Nobody is surer than one in a million: what was learnt from odds that hardly differ would say 0 or 1 beside them. */
function bounded(odds: number): number {
  return Math.min(LARGEST, Math.max(-LARGEST, odds));
}

/**
 * Slope and intercept by Newton's method over centred odds of spread one, so that slope and intercept hardly depend on
 * each other. Odds that are all the same have no slope.
 */
function maximise(odds: Float64Array, target: Float64Array): { slope: number; intercept: number } {
  const centre = meanOf(odds);
  const spread = Math.sqrt(meanOf(odds.map((x) => (x - centre) ** 2)));
  const isFlat = !(spread > 1e-9);
  const x = odds.map((value) => (isFlat ? 0 : (value - centre) / spread));
  const mean = meanOf(target);
  let [slope, intercept] = [0, Math.log(mean / (1 - mean))];
  let value = objective(x, target, slope, intercept);
  for (let step = 0; step < MAX_STEPS; step++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
    for (let i = 0; i < x.length; i++) {
      const p = sigmoid(slope * x[i]! + intercept);
      const weight = p * (1 - p);
      g0 += p - target[i]!;
      g1 += (p - target[i]!) * x[i]!;
      h00 += weight;
      h01 += weight * x[i]!;
      h11 += weight * x[i]! ** 2;
    }
    const determinant = h00 * h11 - h01 * h01;
    const dIntercept = isFlat ? g0 / h00 : (h11 * g0 - h01 * g1) / determinant;
    const dSlope = isFlat ? 0 : (h00 * g1 - h01 * g0) / determinant;
    if (g0 * dIntercept + g1 * dSlope <= LAST_STEP * value) {
      [slope, intercept] = [slope - dSlope, intercept - dIntercept];
      return isFlat
        ? { slope, intercept }
        : { slope: slope / spread, intercept: intercept - (slope * centre) / spread };
    }
    let size = 1;
    let next = objective(x, target, slope - dSlope, intercept - dIntercept);
    while (next > value) {
      size /= 2;
      next = objective(x, target, slope - size * dSlope, intercept - size * dIntercept);
    }
    slope -= size * dSlope;
    intercept -= size * dIntercept;
    value = next;
  }
  throw new PavioError('internal', 'The calibration of probabilities did not converge.');
}

/** Negative log likelihood. */
function objective(x: Float64Array, target: Float64Array, slope: number, intercept: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const score = slope * x[i]! + intercept;
    sum += softplus(score) - target[i]! * score;
  }
  return sum;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
