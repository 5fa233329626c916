import { type Feature, feature } from '../feature.ts';
import { quotient, relativeTo } from '../indicators/arithmetic.ts';
import { orderStatistics } from '../intermediates.ts';

const WINDOW = 20;
const LOOKBACK = WINDOW - 1;

export const robust: readonly Feature[] = [
  ...orderOf('close'),
  feature({
    name: `close_to_median_${WINDOW}`,
    group: 'robust',
    formula: `close / close_median_${WINDOW} - 1`,
    source: 'pandas rolling median',
    unit: 'ratio',
    lookback: LOOKBACK,
    compute: (frame) => relativeTo(frame.close, orderStatistics(frame, 'close', WINDOW).median),
  }),
  feature({
    name: `close_iqr_${WINDOW}_to_close`,
    group: 'robust',
    formula: `close_iqr_${WINDOW} / close`,
    source: 'pandas rolling quantile',
    unit: 'ratio',
    lookback: LOOKBACK,
    compute: (frame) => quotient(orderStatistics(frame, 'close', WINDOW).iqr, frame.close),
  }),
  ...orderOf('volume'),
];

function orderOf(column: 'close' | 'volume'): Feature[] {
  const shared = { group: 'robust', inputs: [column], lookback: LOOKBACK } as const;
  const unit = column === 'close' ? 'price' : 'volume';
  const median = `${column}_median_${WINDOW}`;
  const mad = `${column}_mad_${WINDOW}`;
  return [
    feature({
      ...shared,
      name: median,
      formula: `median(${column}, ${WINDOW})`,
      source: 'pandas rolling median',
      unit,
      compute: (frame) => orderStatistics(frame, column, WINDOW).median,
    }),
    feature({
      ...shared,
      name: mad,
      formula: `median(|${column} - ${median}|, ${WINDOW})`,
      source: 'definition',
      unit,
      compute: (frame) => orderStatistics(frame, column, WINDOW).mad,
    }),
    feature({
      ...shared,
      name: `${column}_iqr_${WINDOW}`,
      formula: `quantile(${column}, ${WINDOW}, 0.75) - quantile(${column}, ${WINDOW}, 0.25), linear`,
      source: 'pandas rolling quantile',
      unit,
      compute: (frame) => orderStatistics(frame, column, WINDOW).iqr,
    }),
    feature({
      ...shared,
      name: `${column}_robust_z_${WINDOW}`,
      formula: `(${column} - ${median}) / (1.4826 * ${mad})`,
      source: 'Iglewicz and Hoaglin 1993',
      edge: `where the MAD is 0: (${column} - ${median}) / (1.2533 * mean(|${column} - ${median}|, ${WINDOW})), and 0 where that is 0`,
      unit: 'score',
      compute: (frame) => orderStatistics(frame, column, WINDOW).score,
    }),
  ];
}
