import { type Feature, feature } from '../feature.ts';
import { relativeTo } from '../indicators/arithmetic.ts';
import { relativeChange } from '../indicators/changes.ts';
import { column } from '../indicators/column.ts';
import { rollingSum } from '../indicators/rolling-sum.ts';
import { logReturns } from '../intermediates.ts';

export const returns: readonly Feature[] = [
  feature({
    name: 'simple_return_1',
    group: 'returns',
    formula: 'close / close[-1] - 1',
    source: 'pandas pct_change',
    unit: 'ratio',
    lookback: 1,
    // The log return says the same.
    isInput: false,
    compute: (frame) => relativeChange(frame.close, 1),
  }),
  ...[1, 2, 3, 5, 7, 14, 30].map((rows) =>
    feature({
      name: `log_return_${rows}`,
      group: 'returns',
      formula: `ln(close / close[-${rows}])`,
      source: 'definition',
      unit: 'log return',
      lookback: rows,
      compute: (frame) => (rows === 1 ? logReturns(frame) : rollingSum(logReturns(frame), rows, 1)),
    }),
  ),
  feature({
    name: 'cumulative_return',
    group: 'returns',
    formula: 'close / (first close since the last gap) - 1',
    source: 'definition',
    unit: 'ratio',
    lookback: 0,
    memory: Infinity,
    compute: (frame) => relativeTo(frame.close, column(frame.rows).fill(frame.close[0]!)),
  }),
];
