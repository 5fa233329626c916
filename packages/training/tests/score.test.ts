import { MODEL_NAMES, type ModelName, type Score } from '@pavio/core';
import { expect, it } from 'vitest';
import { correctVerdicts, type Evaluation } from '../src/score.ts';

function score(pValue: number | null, times = 500): Score {
  return {
    rows: times,
    times,
    metrics: {},
    naive: {},
    skill: 0.01,
    directional: null,
    dieboldMariano: pValue === null ? null : { statistic: -2, pValue },
    verdict: 'beats_naive',
  };
}

function evaluations(pValues: readonly (number | null)[]): Record<ModelName, Evaluation> {
  const entries = MODEL_NAMES.map((name, i) => {
    const own = score(pValues[i]!);
    const evaluation: Evaluation = { overall: own, folds: [own], assets: { BTC: own, ETH: score(0.5) } };
    return [name, evaluation] as const;
  });
  return Object.fromEntries(entries) as Record<ModelName, Evaluation>;
}

it('corrects verdicts for the number of tests, family by family', () => {
  const corrected = correctVerdicts(evaluations([0.009, 0.012, 0.03, 0.5, null]));
  const overall = MODEL_NAMES.map((name) => corrected[name].overall.verdict);
  // Four tests: 0.009 x 4 and 0.012 x 3 are below 0.05, 0.03 x 2 is not. Where there was no test nothing is known.
  expect(overall).toEqual(['beats_naive', 'beats_naive', 'no_edge', 'no_edge', 'inconclusive']);
  // Nine tests on the assets: 0.009 x 9 is not below 0.05.
  expect(corrected.regressor_lin.assets['BTC']?.verdict).toBe('no_edge');
  expect(corrected.regressor_lin.folds[0]?.verdict).toBe('beats_naive');
  expect(corrected.regressor_lin.overall.dieboldMariano?.pValue).toBe(0.009);
});

it('holds a tuned model to as many times less as ways of fitting it were compared', () => {
  const tuning = { study: 'any', trials: 31, untuned: {}, choices: [{ from: '2024-01-01T00:00:00Z', parameters: {} }] };
  const verdictOf = (tuned: Parameters<typeof correctVerdicts>[1]) =>
    correctVerdicts(evaluations([0.004, 0.5, 0.5, 0.5, 0.5]), tuned).regressor_lin.overall.verdict;
  // Five tests: 0.004 x 5 is below 0.05, also twice, but not three times.
  expect(verdictOf({})).toBe('beats_naive');
  expect(verdictOf({ regressor_lin: { ...tuning, compared: 2 } })).toBe('beats_naive');
  expect(verdictOf({ regressor_lin: { ...tuning, compared: 3 } })).toBe('no_edge');
});
