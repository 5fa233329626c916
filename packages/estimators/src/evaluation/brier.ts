import { PavioError } from '@pavio/core';
import { clusteredWilsonInterval, type Proportion } from './proportion.ts';

/** Rows whose probabilities are alike, and what came of them. */
export interface ReliabilityBin {
  readonly rows: number;
  /** Lowest and highest probability among them. */
  readonly from: number;
  readonly to: number;
  readonly meanProbability: number;
  /** Share of the rows in which it happened, with the 95 % interval of `clusteredWilsonInterval`. */
  readonly observed: Proportion;
}

/** `brier = reliability - resolution + uncertainty + withinBinVariance - withinBinCovariance`. */
export interface BrierDecomposition {
  readonly brier: number;
  /** How far the observed shares lie from the probabilities, squared: 0 is perfect. */
  readonly reliability: number;
  /** How far the observed shares lie from their mean, squared: what the forecasts tell apart. */
  readonly resolution: number;
  /** Variance of the outcome: what there is to be told apart. */
  readonly uncertainty: number;
  readonly withinBinVariance: number;
  readonly withinBinCovariance: number;
  readonly bins: readonly ReliabilityBin[];
}

const BINS = 10;

/**
 * The Brier score taken apart (Murphy 1973), over bins of about equally many rows; equal probabilities stay in one bin.
 * Murphy's three terms add up only where all probabilities of a bin are equal: the other two are what they vary within
 * bins (Stephenson, Coelho and Jolliffe 2008, Two extra components in the Brier score decomposition), so that the sum is
 * exact for any bins.
 *
 * @param actual 0 or 1
 * @param times of the rows, for the intervals: rows of one time share their luck
 * @throws PavioError `bad_input` when lengths differ or there are no rows.
 */
export function decomposeBrier(
  actual: Float64Array,
  probability: Float64Array,
  times: Float64Array,
): BrierDecomposition {
  const n = actual.length;
  if (n === 0 || probability.length !== n || times.length !== n) {
    throw new PavioError(
      'bad_input',
      `${n} outcomes cannot be compared with ${probability.length} probabilities at ${times.length} times.`,
    );
  }
  const base = meanOf(actual);
  let [brier, reliability, resolution, variance, covariance] = [0, 0, 0, 0, 0];
  const bins = equalCountBins(probability).map((rows): ReliabilityBin => {
    const p = Float64Array.from(rows, (row) => probability[row]!);
    const outcome = Float64Array.from(rows, (row) => actual[row]!);
    const [meanProbability, share] = [meanOf(p), meanOf(outcome)];
    reliability += rows.length * (meanProbability - share) ** 2;
    resolution += rows.length * (share - base) ** 2;
    for (let i = 0; i < rows.length; i++) {
      brier += (p[i]! - outcome[i]!) ** 2;
      variance += (p[i]! - meanProbability) ** 2;
      covariance += 2 * (p[i]! - meanProbability) * (outcome[i]! - share);
    }
    const observed = clusteredWilsonInterval(
      Array.from(outcome, (y) => y === 1),
      Float64Array.from(rows, (row) => times[row]!),
    );
    return { rows: rows.length, from: p[0]!, to: p.at(-1)!, meanProbability, observed };
  });
  return {
    brier: brier / n,
    reliability: reliability / n,
    resolution: resolution / n,
    uncertainty: base * (1 - base),
    withinBinVariance: variance / n,
    withinBinCovariance: covariance / n,
    bins,
  };
}

/** Rows by ascending probability, cut where the next tenth begins; ties go to the bin of their first. */
function equalCountBins(probability: Float64Array): Int32Array[] {
  const order = Int32Array.from(probability.keys()).sort((a, b) => probability[a]! - probability[b]! || a - b);
  const bins: Int32Array[] = [];
  let start = 0;
  for (let i = 1; i <= order.length; i++) {
    const isNextTenth = Math.floor((i * BINS) / order.length) > Math.floor((start * BINS) / order.length);
    const isTie = i < order.length && probability[order[i]!] === probability[order[i - 1]!];
    if (i < order.length && (isTie || !isNextTenth)) continue;
    bins.push(order.subarray(start, i));
    start = i;
  }
  return bins;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
