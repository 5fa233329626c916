import { type Feature, feature } from '../feature.ts';
import { direction, doji, engulfing, hammer } from '../indicators/candle-patterns.ts';
import { shape } from '../intermediates.ts';

const PRICES = ['open', 'high', 'low', 'close'] as const;
const part = { group: 'candle', unit: 'ratio', inputs: PRICES, lookback: 0 } as const;
const pattern = { group: 'candle', unit: 'flag', source: 'Nison 1991' } as const;

/** `range` is that of all four prices, because some sources give an open outside of [low, high]. */
export const candle: readonly Feature[] = [
  feature({
    ...part,
    name: 'range_position',
    formula: '(close - low) / range',
    source: 'definition',
    edge: '0.5 where the range is 0',
    // (1 + lower_shadow - upper_shadow + body) / 2
    isInput: false,
    compute: (frame) => shape(frame).position,
  }),
  feature({
    ...part,
    name: 'upper_shadow',
    formula: '(high - max(open, close)) / range',
    source: 'Nison 1991',
    edge: '0 where the range is 0',
    compute: (frame) => shape(frame).upperShadow,
  }),
  feature({
    ...part,
    name: 'lower_shadow',
    formula: '(min(open, close) - low) / range',
    source: 'Nison 1991',
    edge: '0 where the range is 0',
    compute: (frame) => shape(frame).lowerShadow,
  }),
  feature({
    ...part,
    name: 'body',
    formula: '(close - open) / range',
    source: 'Nison 1991',
    edge: '0 where the range is 0',
    compute: (frame) => shape(frame).body,
  }),
  feature({
    ...pattern,
    name: 'direction',
    formula: 'sign(close - open)',
    source: 'definition',
    inputs: ['open', 'close'],
    lookback: 0,
    compute: (frame) => direction(shape(frame)),
  }),
  feature({
    ...pattern,
    name: 'doji',
    formula: '|body| <= 0.1',
    inputs: PRICES,
    lookback: 0,
    compute: (frame) => doji(shape(frame)),
  }),
  feature({
    ...pattern,
    name: 'hammer',
    formula: '|body| > 0.1 and lower_shadow >= 2 |body| and upper_shadow <= 0.1',
    inputs: PRICES,
    lookback: 0,
    compute: (frame) => hammer(shape(frame)),
  }),
  feature({
    ...pattern,
    name: 'engulfing',
    formula: '1: rising body covers the falling body of the candle before; -1: falling covers rising',
    inputs: ['open', 'close'],
    lookback: 1,
    compute: (frame) => engulfing(frame.open, frame.close),
  }),
];
