import { MODEL_NAMES, type ModelKind, type ModelName, type Score } from '@pavio/core';
import {
  classificationMetrics,
  clusteredWilsonInterval,
  compareWithNaive,
  holmAdjusted,
  logLosses,
  regressionMetrics,
  squaredErrors,
  verdictOf,
} from '@pavio/estimators';
import type { DataSet } from './data-set.ts';
import type { Tunings } from './tune/tunings.ts';
import { type OutOfSample, targetOf } from './walk-forward.ts';

/** A model's out-of-sample forecasts judged: overall, a fold and an asset. */
export interface Evaluation {
  readonly overall: Score;
  readonly folds: Score[];
  readonly assets: Record<string, Score>;
}

export function evaluate(kind: ModelKind, data: DataSet, outOfSample: OutOfSample): Evaluation {
  const { rows, fold } = outOfSample;
  const scoreWhere = (isWanted: (index: number) => boolean) => {
    const wanted = Int32Array.from(rows.keys()).filter(isWanted);
    return score(kind, data, outOfSample, wanted);
  };
  const foldCount = fold.reduce((most, number) => Math.max(most, number + 1), 0);
  const tested = new Set(Array.from(rows, (row) => data.symbol[row]!));
  return {
    overall: scoreWhere(() => true),
    folds: Array.from({ length: foldCount }, (_, number) => scoreWhere((i) => fold[i] === number)),
    assets: Object.fromEntries(
      data.symbols.flatMap((symbol, id) =>
        tested.has(id) ? [[symbol, scoreWhere((i) => data.symbol[rows[i]!] === id)] as const] : [],
      ),
    ),
  };
}

/**
 * Verdicts corrected for how many were asked for: with five models, one training in four would call a useless one better;
 * with five models on twenty assets, five pairs would be. The models' overall verdicts are one family of tests, those of
 * all models on all assets another, those of all models on all folds a third; Holm's method corrects each. Where
 * parameters were searched, ways of fitting the model were compared on these very folds and the best was taken: its
 * p-value counts as often as there were ways (Bonferroni). The p-values that are told stay as they are.
 */
export function correctVerdicts(
  evaluations: Readonly<Record<ModelName, Evaluation>>,
  tuned: Tunings = {},
): Record<ModelName, Evaluation> {
  const correctorOf = (scores: (evaluation: Evaluation) => readonly Score[]) =>
    correctFamily(
      MODEL_NAMES.flatMap((name) =>
        scores(evaluations[name]).map((score) => ({ score, ways: tuned[name]?.compared ?? 1 })),
      ),
    );
  const correctOverall = correctorOf(({ overall }) => [overall]);
  const correctAsset = correctorOf(({ assets }) => Object.values(assets));
  const correctFold = correctorOf(({ folds }) => folds);
  const corrected = MODEL_NAMES.map((name) => {
    const { overall, folds, assets } = evaluations[name];
    const ofAssets = Object.entries(assets).map(([symbol, score]) => [symbol, correctAsset(score)] as const);
    const own: Evaluation = {
      overall: correctOverall(overall),
      folds: folds.map(correctFold),
      assets: Object.fromEntries(ofAssets),
    };
    return [name, own] as const;
  });
  return Object.fromEntries(corrected) as Record<ModelName, Evaluation>;
}

/** Of scores that are looked at together, each of the best of so many ways of fitting: gives each its corrected verdict. */
function correctFamily(family: readonly { readonly score: Score; readonly ways: number }[]): (score: Score) => Score {
  const tested = family.filter(({ score }) => score.dieboldMariano !== null);
  const held = tested.map(({ score, ways }) => Math.min(1, score.dieboldMariano!.pValue * ways));
  const adjusted = holmAdjusted(Float64Array.from(held));
  const pValues = new Map(tested.map(({ score }, i) => [score, adjusted[i]!]));
  return (score) => ({ ...score, verdict: verdictOf(score.skill ?? 0, pValues.get(score), score.times) });
}

/** Loss of each out-of-sample row: squared error of the return, or log loss of the direction. */
export function lossesOf(kind: ModelKind, actual: Float64Array, forecast: Float64Array): Float64Array {
  return kind === 'regressor' ? squaredErrors(actual, forecast) : logLosses(actual, forecast);
}

function score(kind: ModelKind, data: DataSet, outOfSample: OutOfSample, wanted: Int32Array): Score {
  const pick = (values: Float64Array) => Float64Array.from(wanted, (i) => values[outOfSample.rows[i]!]!);
  const actual = pick(targetOf(data, kind));
  const isUp = pick(data.isUp);
  const times = pick(data.time);
  const predicted = Float64Array.from(wanted, (i) => outOfSample.predicted[i]!);
  const naive = Float64Array.from(wanted, (i) => outOfSample.naive[i]!);

  const comparison = compareWithNaive({
    times,
    model: lossesOf(kind, actual, predicted),
    naive: lossesOf(kind, actual, naive),
  });
  const { dieboldMariano: test } = comparison;
  const threshold = kind === 'regressor' ? 0 : 0.5;
  const isRight = Array.from(predicted, (value, i) => value > threshold === (isUp[i] === 1));
  const direction = clusteredWilsonInterval(isRight, times);
  const isUsual = wanted.filter((i, row) => outOfSample.usualDirection[i] === isUp[row]);
  const describe = kind === 'regressor' ? describeReturns : describeProbabilities;
  return {
    rows: wanted.length,
    times: comparison.timeSteps,
    metrics: describe(actual, predicted),
    naive: describe(actual, naive),
    skill: finiteOrNull(comparison.skill),
    skillInterval: comparison.skillInterval ?? null,
    directional: {
      accuracy: direction.value,
      low: direction.low,
      high: direction.high,
      naive: isUsual.length / wanted.length,
    },
    dieboldMariano: test === undefined ? null : { statistic: test.statistic, pValue: test.pValue },
    verdict: comparison.verdict,
  };
}

type Metrics = Record<string, number | null>;

function describeReturns(actual: Float64Array, predicted: Float64Array): Metrics {
  const { rmse, mae, r2 } = regressionMetrics(actual, predicted);
  return { rmse, mae, r2: finiteOrNull(r2) };
}

function describeProbabilities(actual: Float64Array, probability: Float64Array): Metrics {
  const { accuracy, logLoss, brier, auc } = classificationMetrics(actual, probability);
  return { accuracy: accuracy.value, log_loss: logLoss, brier, auc: finiteOrNull(auc) };
}

/** JSON has no NaN: what cannot be computed is null. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
