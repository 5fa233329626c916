import { type Feature, type FeatureUnit, feature } from '../feature.ts';
import type { Frame } from '../frame.ts';
import { quotient, relativeTo, scaled } from '../indicators/arithmetic.ts';
import { type Column, exponentialMeanOfClose, hullMeanOfClose, simpleMean } from '../intermediates.ts';
import { forgettingRows } from '../memory.ts';

export const averages: readonly Feature[] = [
  ...[5, 10, 20, 50].flatMap((window) => simpleMeanOf('close', window)),
  ...[12, 26].flatMap(exponential),
  ...hull(20),
  ...[5, 20].flatMap((window) => simpleMeanOf('open', window)),
  ...[5, 20].flatMap((window) => simpleMeanOf('volume', window)),
];

function simpleMeanOf(column: Column, window: number): Feature[] {
  const name = column === 'close' ? `sma_${window}` : `${column}_sma_${window}`;
  const mean = (frame: Frame) => simpleMean(frame, column, window);
  const shared = { group: 'averages', source: 'TA-Lib SMA', lookback: window - 1 } as const;
  // Volume is set against its own average, prices against where they closed.
  const numerator = column === 'volume' ? 'volume' : 'close';
  const unit: FeatureUnit = column === 'volume' ? 'volume' : 'price';
  return [
    feature({ ...shared, name, formula: `mean(${column}, ${window})`, unit, inputs: [column], compute: mean }),
    feature({
      ...shared,
      name: `${numerator}_to_${name}`,
      formula: `${numerator} / ${name} - 1`,
      ...(column === 'volume' ? { edge: '0 where no volume was traded in the window' } : {}),
      unit: 'ratio',
      inputs: column === numerator ? [column] : [column, numerator],
      compute: (frame) => relativeTo(frame[numerator], mean(frame)),
    }),
  ];
}

function exponential(period: number): Feature[] {
  const mean = (frame: Frame) => exponentialMeanOfClose(frame, period);
  const shared = {
    group: 'averages',
    source: 'TA-Lib EMA, seeded by the mean of the first values',
    lookback: period - 1,
    memory: period + forgettingRows(2 / (period + 1)),
  } as const;
  const name = `ema_${period}`;
  const formula = `${name}[-1] + 2 / ${period + 1} * (close - ${name}[-1])`;
  return [
    feature({ ...shared, name, formula, unit: 'price', compute: mean }),
    feature({
      ...shared,
      name: `close_to_${name}`,
      formula: `close / ${name} - 1`,
      unit: 'ratio',
      compute: (frame) => relativeTo(frame.close, mean(frame)),
    }),
  ];
}

function hull(period: number): Feature[] {
  const mean = (frame: Frame) => hullMeanOfClose(frame, period);
  const last = Math.floor(Math.sqrt(period));
  const half = Math.floor(period / 2);
  const shared = { group: 'averages', source: 'Hull 2005; WMA as TA-Lib', lookback: period + last - 2 } as const;
  const name = `hull_${period}`;
  const formula = `wma(2 * wma(close, ${half}) - wma(close, ${period}), ${last})`;
  return [
    feature({ ...shared, name, formula, unit: 'price', compute: mean }),
    feature({
      ...shared,
      name: `close_to_${name}`,
      // Not close / hull - 1: the Hull average overshoots to zero and below in a crash, the close never does.
      formula: `1 - ${name} / close`,
      unit: 'ratio',
      compute: (frame) => scaled(quotient(mean(frame), frame.close), -1, -1),
    }),
  ];
}
