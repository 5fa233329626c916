import { type Feature, feature } from '../feature.ts';
import type { Frame } from '../frame.ts';
import { difference, meanOf, quotient, root, scaled, sum } from '../indicators/arithmetic.ts';
import { change, relativeChange } from '../indicators/changes.ts';
import { column } from '../indicators/column.ts';
import { commodityChannel } from '../indicators/commodity-channel.ts';
import { relativeStrength } from '../indicators/relative-strength.ts';
import { rollingMean } from '../indicators/rolling-mean.ts';
import { closeMoments, convergenceDivergence, directional, stochastic } from '../intermediates.ts';
import { forgettingRows, forgettingRowsOfRatio } from '../memory.ts';

const RANGE = ['high', 'low', 'close'] as const;
const shared = { group: 'oscillators' } as const;

export const oscillators: readonly Feature[] = [
  feature({
    ...shared,
    name: 'rsi_14',
    formula: '100 G / (G + L), G and L the Wilder means of gains and losses',
    source: 'Wilder 1978; TA-Lib RSI',
    edge: '50 where the price stands still (TA-Lib: 0)',
    unit: 'percent',
    lookback: 14,
    memory: 15 + forgettingRowsOfRatio(1 / 14),
    compute: (frame) => relativeStrength(frame.close, 14),
  }),
  ...macd(),
  ...bollinger(),
  feature({
    ...shared,
    name: 'stochastic_k_14',
    formula: '100 (close - min(low, 14)) / (max(high, 14) - min(low, 14))',
    source: 'Lane 1984; TA-Lib STOCHF %K',
    edge: '50 where the range is 0 (TA-Lib: 0)',
    unit: 'percent',
    inputs: RANGE,
    lookback: 13,
    compute: (frame) => scaled(stochastic(frame, 14), 100),
  }),
  feature({
    ...shared,
    name: 'stochastic_d_3',
    formula: 'mean(stochastic_k_14, 3)',
    source: 'Lane 1984; TA-Lib STOCHF %D',
    unit: 'percent',
    inputs: RANGE,
    lookback: 15,
    compute: (frame) => scaled(rollingMean(stochastic(frame, 14), 3, 13), 100),
  }),
  feature({
    ...shared,
    name: 'williams_r_14',
    formula: 'stochastic_k_14 - 100',
    source: 'Williams 1979; TA-Lib WILLR',
    edge: '-50 where the range is 0 (TA-Lib: 0)',
    unit: 'percent',
    inputs: RANGE,
    lookback: 13,
    // The same number as stochastic_k_14, moved.
    isInput: false,
    compute: (frame) => scaled(stochastic(frame, 14), 100, -1),
  }),
  feature({
    ...shared,
    name: 'cci_20',
    formula: '(p - mean(p, 20)) / (0.015 mean(|p - mean(p, 20)|, 20)), p = (high + low + close) / 3',
    source: 'Lambert 1980; TA-Lib CCI',
    edge: '0 where p stands still',
    unit: 'score',
    inputs: RANGE,
    lookback: 19,
    compute: (frame) => commodityChannel(meanOf(frame.high, frame.low, frame.close), 20),
  }),
  ...directionalMovement(),
  feature({
    ...shared,
    name: 'momentum_10',
    formula: 'close - close[-10]',
    source: 'TA-Lib MOM',
    unit: 'price',
    lookback: 10,
    compute: (frame) => change(frame.close, 10),
  }),
  feature({
    ...shared,
    name: 'roc_10',
    formula: '100 (close / close[-10] - 1)',
    source: 'TA-Lib ROC',
    unit: 'percent',
    lookback: 10,
    compute: (frame) => scaled(relativeChange(frame.close, 10), 100),
  }),
];

function macd(): Feature[] {
  const source = 'Appel 1979; TA-Lib MACD';
  const of = (frame: Frame) => convergenceDivergence(frame, 12, 26, 9);
  const lineMemory = 26 + forgettingRows(2 / 27);
  const signalMemory = lineMemory + 8 + forgettingRows(2 / 10);
  const histogram = (frame: Frame) =>
    frame.shared('macd histogram', () => difference(of(frame).line, of(frame).signal));
  const line = { ...shared, source, lookback: 25, memory: lineMemory };
  const signal = { ...shared, source, lookback: 33, memory: signalMemory };
  return [
    feature({
      ...line,
      name: 'macd',
      formula: 'ema(close, 12) - ema(close, 26), both with their first value in the same row',
      unit: 'price',
      compute: (frame) => of(frame).line,
    }),
    feature({
      ...signal,
      name: 'macd_signal',
      formula: 'ema(macd, 9)',
      unit: 'price',
      compute: (frame) => of(frame).signal,
    }),
    feature({ ...signal, name: 'macd_histogram', formula: 'macd - macd_signal', unit: 'price', compute: histogram }),
    feature({
      ...line,
      name: 'macd_to_close',
      formula: 'macd / close',
      unit: 'ratio',
      compute: (frame) => quotient(of(frame).line, frame.close),
    }),
    feature({
      ...signal,
      name: 'macd_signal_to_close',
      formula: 'macd_signal / close',
      unit: 'ratio',
      // macd_to_close - macd_histogram_to_close
      isInput: false,
      compute: (frame) => quotient(of(frame).signal, frame.close),
    }),
    feature({
      ...signal,
      name: 'macd_histogram_to_close',
      formula: 'macd_histogram / close',
      unit: 'ratio',
      compute: (frame) => quotient(histogram(frame), frame.close),
    }),
  ];
}

function bollinger(): Feature[] {
  const width = 2;
  const of = (frame: Frame) => closeMoments(frame, 20);
  const sigma = (frame: Frame) => frame.shared('population deviation 20', () => root(of(frame).squares, 1 / 20));
  const band = (frame: Frame, sign: number) => sum(sigma(frame), sign * width, of(frame).mean);
  const bands = { ...shared, source: 'Bollinger 2001; TA-Lib BBANDS', lookback: 19 };
  return [
    feature({
      ...bands,
      name: 'bollinger_upper_20',
      formula: 'sma_20 + 2 std(close, 20), population',
      unit: 'price',
      compute: (frame) => band(frame, 1),
    }),
    feature({
      ...bands,
      name: 'bollinger_lower_20',
      formula: 'sma_20 - 2 std(close, 20), population',
      unit: 'price',
      compute: (frame) => band(frame, -1),
    }),
    feature({
      ...bands,
      name: 'bollinger_percent_b_20',
      formula: '(close - bollinger_lower_20) / (bollinger_upper_20 - bollinger_lower_20)',
      edge: '0.5 where the bands meet',
      unit: 'ratio',
      compute: (frame) => percentB(of(frame).deviation, sigma(frame), width),
    }),
    feature({
      ...bands,
      name: 'bollinger_bandwidth_20',
      formula: '(bollinger_upper_20 - bollinger_lower_20) / sma_20',
      unit: 'ratio',
      compute: (frame) => quotient(sigma(frame), of(frame).mean, 2 * width),
    }),
  ];
}

function directionalMovement(): Feature[] {
  const di = {
    ...shared,
    unit: 'percent',
    inputs: RANGE,
    edge: '0 where the price stands still',
    lookback: 14,
    memory: 15 + forgettingRowsOfRatio(1 / 14),
  } as const;
  return [
    feature({
      ...di,
      name: 'adx_14',
      formula: 'Wilder mean of 100 |plus_di - minus_di| / (plus_di + minus_di)',
      source: 'Wilder 1978; TA-Lib ADX',
      edge: 'runs to 0 where the price stands still (TA-Lib: stays)',
      lookback: 27,
      memory: di.memory + 13 + forgettingRows(1 / 14),
      compute: (frame) => directional(frame, 14).adx,
    }),
    feature({
      ...di,
      name: 'plus_di_14',
      formula: '100 (Wilder sum of +DM) / (Wilder sum of true range)',
      source: 'Wilder 1978; TA-Lib PLUS_DI',
      compute: (frame) => directional(frame, 14).plus,
    }),
    feature({
      ...di,
      name: 'minus_di_14',
      formula: '100 (Wilder sum of -DM) / (Wilder sum of true range)',
      source: 'Wilder 1978; TA-Lib MINUS_DI',
      compute: (frame) => directional(frame, 14).minus,
    }),
  ];
}

/** Where the close lies between the bands, 0 to 1, from its deviation from their middle. */
function percentB(deviation: Float64Array, sigma: Float64Array, width: number): Float64Array {
  const y = column(sigma.length);
  for (let t = 0; t < y.length; t++) y[t] = 0.5 + (sigma[t] === 0 ? 0 : deviation[t]! / (2 * width * sigma[t]!));
  return y;
}
