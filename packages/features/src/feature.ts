import type { Frame } from './frame.ts';

export const FEATURE_GROUPS = [
  'lags',
  'returns',
  'averages',
  'volatility',
  'robust',
  'candle',
  'oscillators',
  'volume',
  'regime',
  'calendar',
] as const;
export type FeatureGroup = (typeof FEATURE_GROUPS)[number];

/** What a value is measured in. Prices and volumes carry the scale of their asset; everything else is free of it. */
export const FEATURE_UNITS = ['price', 'volume', 'ratio', 'log return', 'percent', 'score', 'flag', 'wave'] as const;
export type FeatureUnit = (typeof FEATURE_UNITS)[number];

/** What is known of a column, without its code. */
export interface FeatureDescription {
  /** Name of the column. */
  readonly name: string;
  readonly group: FeatureGroup;
  /** With the names of candle columns and of other features; `x[-k]` is the value k candles before. */
  readonly formula: string;
  /** Book, paper or reference implementation whose convention is followed. */
  readonly source: string;
  /** The value where the formula divides by zero, where it can. */
  readonly edge?: string;
  readonly unit: FeatureUnit;
  /** Candle columns that it is made of. */
  readonly inputs: readonly ('time' | 'open' | 'high' | 'low' | 'close' | 'volume')[];
  /** Candles of unbroken history before the first one that has a value. */
  readonly lookback: number;
  /**
   * Candles, the newest included, from which the value equals that of the full history to 1e-9. Exact where the formula
   * reaches back so far and no farther; Infinity where it never forgets.
   */
  readonly memory: number;
  /** Do models see it? Only what carries no scale, forgets, and is not a linear combination of what they see already. */
  readonly isInput: boolean;
}

/** One column: what it is and how it is computed. Everything else about features is derived from these. */
export interface Feature extends FeatureDescription {
  /** One value a candle of the frame, NaN in the first `lookback` rows. */
  readonly compute: (frame: Frame) => Float64Array;
}

/** What `feature` fills in where a declaration leaves it out. */
type Optional = 'memory' | 'isInput' | 'inputs';

/**
 * A declaration with the usual parts filled in: made of the close, reaching back `lookback` candles and no farther, and
 * seen by models unless it carries a scale or never forgets.
 */
export function feature(declaration: Omit<Feature, Optional> & Partial<Pick<Feature, Optional>>): Feature {
  const memory = declaration.memory ?? declaration.lookback + 1;
  const isScaleFree = declaration.unit !== 'price' && declaration.unit !== 'volume';
  return { inputs: ['close'], memory, isInput: isScaleFree && Number.isFinite(memory), ...declaration };
}
