import { MODEL_NAMES, type ModelName, type Score } from '@pavio/core';
import { expect, it } from 'vitest';
import type { DataSet } from '../src/data-set.ts';
import { correctVerdicts, type Evaluation, evaluate } from '../src/score.ts';
import type { OutOfSample } from '../src/walk-forward.ts';

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

it('calls nothing but a rise "up", for models and for the direction that was usual before', () => {
  const logReturn = Float64Array.of(0.1, 0, -0.1, -0.2, 0.3);
  const predicted = Float64Array.of(0.1, 0, 0.1, 0.1, -0.1);
  const data: Partial<DataSet> = {
    logReturn,
    isUp: logReturn.map((r) => (r > 0 ? 1 : 0)),
    time: Float64Array.of(1, 2, 3, 4, 5),
    symbols: ['BTC'],
    symbol: new Int32Array(5),
  };
  const outOfSample: OutOfSample = {
    rows: Int32Array.of(0, 1, 2, 3, 4),
    fold: new Uint8Array(5),
    parts: [{ from: 0, to: 5, known: 0 }],
    predicted,
    raw: predicted,
    calibration: undefined,
    naive: new Float64Array(5),
    usualDirection: new Uint8Array(5),
  };
  const directional = (asked: Partial<OutOfSample>, kind: 'regressor' | 'classifier' = 'regressor') =>
    evaluate(kind, data as DataSet, { ...outOfSample, ...asked }).overall.directional;
  // Right in the first two; three of five were no rise.
  expect(directional({})).toMatchObject({ accuracy: 0.4, naive: 0.6 });
  expect(directional({ usualDirection: Uint8Array.of(1, 1, 0, 0, 1) })).toMatchObject({ accuracy: 0.4, naive: 0.8 });
  const probability = predicted.map((r) => 0.5 + r);
  const naive = new Float64Array(5).fill(0.4);
  expect(directional({ predicted: probability, naive }, 'classifier')).toMatchObject({ accuracy: 0.4, naive: 0.6 });
});
