import { type Candle, type CandleRequest, type Clock, intervalMs, isoTime } from '@pavio/core';
import { type JsonRequest, marketError } from './http-json.ts';

/** No candle of any coin is older: Bitcoin's first block is from 2009-01-03. */
const EARLIEST = Date.UTC(2009, 0, 1);
const DAY_MS = 86_400_000;

/**
 * The candles inside the window. Times that cannot be open times of this interval mean that we read the provider's units wrongly, so they are an
 * error and not something to leave out.
 *
 * @throws PavioError `market_unavailable` for times before 2009, in the future or off the interval's grid.
 */
export function candlesInWindow(
  candles: readonly Candle[],
  { interval, from, to }: CandleRequest,
  request: JsonRequest,
  clock: Clock,
): Candle[] {
  const step = intervalMs(interval);
  for (const { time } of candles) {
    const isPlausible = time >= EARLIEST && time <= clock.now() + DAY_MS;
    if (isPlausible && time % step === 0) continue;
    const what = isPlausible
      ? `sent a candle at ${isoTime(time)}, which is no open time of a ${interval} candle,`
      : `sent a candle with the impossible time ${time} ms`;
    throw marketError(request, 'market_unavailable', what, { details: { time, interval } });
  }
  return candles.filter(({ time }) => time >= from && time <= to);
}

/** @throws PavioError `market_unavailable` naming what is wrong with the answer's form. */
export function refuseForm(request: JsonRequest, problem: string): never {
  throw marketError(request, 'market_unavailable', `sent an answer of an unexpected form (${problem})`, {
    remedy: 'Try again later; if it stays so, the provider has changed its form.',
  });
}
