import { type Feature, feature } from '../feature.ts';
import type { Frame } from '../frame.ts';
import { relativeTo } from '../indicators/arithmetic.ts';
import { rollingMax } from '../indicators/rolling-extremes.ts';
import { runningMax } from '../indicators/running.ts';

const runningMaxOf = (frame: Frame) => frame.shared('running max', () => runningMax(frame.close));

export const regime: readonly Feature[] = [
  feature({
    name: 'running_max',
    group: 'regime',
    formula: 'highest close since the last gap',
    source: 'pandas cummax',
    unit: 'price',
    lookback: 0,
    memory: Infinity,
    compute: runningMaxOf,
  }),
  feature({
    name: 'drawdown',
    group: 'regime',
    formula: 'close / running_max - 1',
    source: 'definition',
    unit: 'ratio',
    lookback: 0,
    memory: Infinity,
    compute: (frame) => relativeTo(frame.close, runningMaxOf(frame)),
  }),
  feature({
    name: 'drawdown_30',
    group: 'regime',
    formula: 'close / max(close, 30) - 1',
    source: 'TA-Lib MAX',
    unit: 'ratio',
    lookback: 29,
    compute: (frame) => relativeTo(frame.close, rollingMax(frame.close, 30)),
  }),
];
