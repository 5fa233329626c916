import { type Feature, feature } from '../feature.ts';
import type { Frame } from '../frame.ts';
import { quotient } from '../indicators/arithmetic.ts';
import { garmanKlass, parkinson } from '../indicators/range-volatility.ts';
import { rollingDeviation, sampleDeviation } from '../indicators/rolling-moments.ts';
import { averageTrueRange, closeMoments, logReturns, squaredRange } from '../intermediates.ts';
import { forgettingRows } from '../memory.ts';

const PERIOD = 14;

export const volatility: readonly Feature[] = [
  ...[5, 10, 20, 30].map(deviationOfReturns),
  ...priceAndRatio({
    name: 'close_std_5',
    formula: 'std(close, 5), sample',
    source: 'pandas rolling std',
    lookback: 4,
    compute: (frame) => sampleDeviation(closeMoments(frame, 5), 5),
  }),
  feature({
    name: 'parkinson_10',
    group: 'volatility',
    formula: 'sqrt(mean(ln(h / l)^2, 10) / (4 ln 2)), h and l of all four prices',
    source: 'Parkinson 1980',
    unit: 'log return',
    inputs: ['open', 'high', 'low', 'close'],
    lookback: 9,
    compute: (frame) => parkinson(squaredRange(frame), 10),
  }),
  feature({
    name: 'garman_klass_10',
    group: 'volatility',
    formula: 'sqrt(mean(0.5 ln(h / l)^2 - (2 ln 2 - 1) ln(close / open)^2, 10)), h and l of all four prices',
    source: 'Garman and Klass 1980',
    unit: 'log return',
    inputs: ['open', 'high', 'low', 'close'],
    lookback: 9,
    compute: (frame) => garmanKlass(frame.open, frame.close, squaredRange(frame), 10),
  }),
  ...priceAndRatio({
    name: `atr_${PERIOD}`,
    formula: `atr_${PERIOD}[-1] + (true range - atr_${PERIOD}[-1]) / ${PERIOD}`,
    source: 'Wilder 1978; TA-Lib ATR',
    inputs: ['high', 'low', 'close'],
    lookback: PERIOD,
    memory: PERIOD + 1 + forgettingRows(1 / PERIOD),
    compute: (frame) => averageTrueRange(frame, PERIOD),
  }),
];

function deviationOfReturns(window: number): Feature {
  return feature({
    name: `volatility_${window}`,
    group: 'volatility',
    formula: `std(log_return_1, ${window}), sample`,
    source: 'pandas rolling std',
    unit: 'log return',
    lookback: window,
    compute: (frame) => rollingDeviation(logReturns(frame), window, 1),
  });
}

/** A column in units of price, and its ratio to the close, which is what models see. */
function priceAndRatio(declaration: Omit<Parameters<typeof feature>[0], 'group' | 'unit'>): Feature[] {
  const { name, compute } = declaration;
  const price = (frame: Frame) => frame.shared(name, () => compute(frame));
  return [
    feature({ ...declaration, group: 'volatility', unit: 'price', compute: price }),
    feature({
      ...declaration,
      name: `${name}_to_close`,
      group: 'volatility',
      formula: `${name} / close`,
      unit: 'ratio',
      compute: (frame) => quotient(price(frame), frame.close),
    }),
  ];
}
