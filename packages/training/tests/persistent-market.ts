import { type CandleSeries, seriesOf } from '@pavio/core';
import { simulated } from './lake.ts';
import { randomFrom } from './random.ts';

export interface PersistentMarket {
  /** Longest shadow, as a share of the price. */
  readonly longestShadow: number;
  /** Other seeds give other candles. */
  readonly seed?: number;
}

/** A market whose candles repeat the direction of the one before nine times out of ten: an edge that is there. */
export function persistentMarket(days: number, { longestShadow, seed = 7 }: PersistentMarket): CandleSeries {
  const { time, volume, quoteVolume } = simulated('BTC', days);
  const random = randomFrom(seed);
  let close = 100;
  let sign = 1;
  const candles = Array.from(time, (t, i) => {
    sign = random() < 0.9 ? sign : -sign;
    const open = close;
    close = open * Math.exp(sign * (0.01 + 0.01 * random()));
    const high = Math.max(open, close) * (1 + longestShadow * random());
    const low = Math.min(open, close) * (1 - longestShadow * random());
    return { time: t, open, high, low, close, volume: volume[i]!, quoteVolume: quoteVolume[i]! };
  });
  return seriesOf(candles);
}
