import type { CandleSeries } from '@pavio/core';
import type { FeatureUnit } from '../feature.ts';

/** Of the value; and of what it is a difference of, where it cancels (MACD, a return near zero). */
const RELATIVE = 1e-9;
const OF_SCALE = 1e-12;

/** What values of each unit are differences of. */
export type Scale = Readonly<Record<FeatureUnit, number>>;

/**
 * The scale of features of these candles: their highest price and largest volume; 1 for ratios and waves, 100 for
 * percentages. It is 100 for scores too, because of the CCI: it runs to hundreds, and the small deviations that minutes have
 * carry the rounding of prices far larger than they are. In 2 of 20,160 real minutes of BTC it is up to 1e-10 away from
 * TA-Lib's, and no more than 1e-9 of the value in the others. A flag is the same or is not.
 */
export function scaleOf({ high, volume }: Pick<CandleSeries, 'high' | 'volume'>): Scale {
  return {
    price: largest(high),
    volume: largest(volume),
    percent: 100,
    ratio: 1,
    'log return': 1,
    score: 100,
    wave: 1,
    flag: 0,
  };
}

/** How far a value may be from the wanted one and still be the same but for rounding. */
export function tolerance(unit: FeatureUnit, wanted: number, scale: Scale): number {
  return RELATIVE * Math.abs(wanted) + OF_SCALE * scale[unit];
}

/** Are they the same but for rounding, or both not defined? */
export function isClose(unit: FeatureUnit, value: number, wanted: number, scale: Scale): boolean {
  return Object.is(value, wanted) || Math.abs(value - wanted) <= tolerance(unit, wanted, scale);
}

function largest(column: Float64Array): number {
  return column.reduce((max, value) => Math.max(max, value), 0);
}
