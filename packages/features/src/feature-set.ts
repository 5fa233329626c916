import { createHash } from 'node:crypto';
import type { FeatureSetInfo, Interval } from '@pavio/core';
import { averages } from './declarations/averages.ts';
import { calendar } from './declarations/calendar.ts';
import { candle } from './declarations/candle.ts';
import { lags } from './declarations/lags.ts';
import { oscillators } from './declarations/oscillators.ts';
import { regime } from './declarations/regime.ts';
import { returns } from './declarations/returns.ts';
import { robust } from './declarations/robust.ts';
import { volatility } from './declarations/volatility.ts';
import { volume } from './declarations/volume.ts';
import type { Feature } from './feature.ts';

/** Changes when the values of a column change without its declaration doing so. */
const NAME = 'pavio-1';

/** The column that widths of forecast intervals are scaled by. */
export const VOLATILITY_COLUMN = 'volatility_20';

/** Name, hash, columns and model inputs, and what the inputs ask of the candles. */
export interface FeatureSet extends FeatureSetInfo {
  readonly features: readonly Feature[];
  /** Candles of unbroken history before the first one that has all inputs. */
  readonly lookback: number;
  /** Newest candles that are enough for the newest row of every feature that forgets. */
  readonly memory: number;
}

const sets = new Map<Interval, FeatureSet>();

/**
 * The features of candles of one interval. Intervals differ in the calendar alone (a daily candle has no hour), and so in
 * their hash.
 */
export function featureSet(interval: Interval): FeatureSet {
  const known = sets.get(interval);
  if (known !== undefined) return known;
  const declared = declare(interval);
  sets.set(interval, declared);
  return declared;
}

function declare(interval: Interval): FeatureSet {
  const features = [
    ...lags,
    ...returns,
    ...averages,
    ...volatility,
    ...robust,
    ...candle,
    ...oscillators,
    ...volume,
    ...regime,
    ...calendar(interval),
  ];
  const inputs = features.filter(({ isInput }) => isInput);
  return {
    name: NAME,
    hash: hashOf(features),
    columns: features.map(({ name }) => name),
    inputs: inputs.map(({ name }) => name),
    features,
    lookback: Math.max(...inputs.map(({ lookback }) => lookback)),
    memory: Math.max(...features.map(({ memory }) => memory).filter(Number.isFinite)),
  };
}

/** SHA-256 over the name of the set and all that its declarations say, in order; periods are part of the formulas. */
function hashOf(features: readonly Feature[]): string {
  const rows = features.map(({ name, formula, edge, unit, lookback, memory, isInput }) => [
    name,
    formula,
    edge ?? null,
    unit,
    lookback,
    Number.isFinite(memory) ? memory : null,
    isInput,
  ]);
  return createHash('sha256')
    .update(JSON.stringify([NAME, rows]))
    .digest('hex');
}
