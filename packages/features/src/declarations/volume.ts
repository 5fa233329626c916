import { type Feature, feature } from '../feature.ts';
import { relativeTo } from '../indicators/arithmetic.ts';
import { balancedChange, change, relativeChange } from '../indicators/changes.ts';
import { balanceScore, onBalanceVolume } from '../indicators/on-balance-volume.ts';
import { averagePrice, flow } from '../intermediates.ts';

const FLOW = ['close', 'volume'] as const;
const PRICES = ['open', 'high', 'low', 'close'] as const;
const shared = { group: 'volume', inputs: ['volume'] } as const;

export const volume: readonly Feature[] = [
  feature({
    ...shared,
    name: 'obv',
    formula: 'sum of volume * sign(close - close[-1]) since the last gap, starting with the first volume',
    source: 'Granville 1963; TA-Lib OBV',
    unit: 'volume',
    inputs: FLOW,
    lookback: 0,
    memory: Infinity,
    compute: (frame) => onBalanceVolume(flow(frame), frame.volume),
  }),
  feature({
    ...shared,
    name: 'obv_z_20',
    formula: '(obv - mean(obv, 20)) / std(obv, 20), sample',
    source: 'pandas rolling mean and std',
    edge: '0 where obv stands still',
    unit: 'score',
    inputs: FLOW,
    lookback: 19,
    compute: (frame) => balanceScore(flow(frame), 20),
  }),
  feature({
    ...shared,
    name: 'volume_change',
    formula: 'volume / volume[-1] - 1',
    source: 'pandas pct_change',
    edge: 'missing where volume[-1] is 0',
    unit: 'ratio',
    lookback: 1,
    // Has no value after a candle without trades; models see the balanced change.
    isInput: false,
    compute: (frame) => relativeChange(frame.volume, 1),
  }),
  feature({
    ...shared,
    name: 'volume_change_balanced',
    formula: '(volume - volume[-1]) / (volume + volume[-1])',
    source: 'definition',
    edge: '0 where both are 0',
    unit: 'ratio',
    lookback: 1,
    compute: (frame) => balancedChange(frame.volume, 1),
  }),
  feature({
    ...shared,
    name: 'volume_momentum_10',
    formula: 'volume - volume[-10]',
    source: 'TA-Lib MOM',
    unit: 'volume',
    lookback: 10,
    compute: (frame) => change(frame.volume, 10),
  }),
  feature({
    ...shared,
    name: 'volume_momentum_10_balanced',
    formula: '(volume - volume[-10]) / (volume + volume[-10])',
    source: 'definition',
    edge: '0 where both are 0',
    unit: 'ratio',
    lookback: 10,
    compute: (frame) => balancedChange(frame.volume, 10),
  }),
  feature({
    ...shared,
    name: 'average_price',
    formula: '(open + high + low + close) / 4',
    source: 'TA-Lib AVGPRICE',
    unit: 'price',
    inputs: PRICES,
    lookback: 0,
    compute: averagePrice,
  }),
  feature({
    ...shared,
    name: 'close_to_average_price',
    formula: 'close / average_price - 1',
    source: 'definition',
    unit: 'ratio',
    inputs: PRICES,
    lookback: 0,
    compute: (frame) => relativeTo(frame.close, averagePrice(frame)),
  }),
];
