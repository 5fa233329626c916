import type { CandleSeries } from '@pavio/core';
import { keepingColumns } from './indicators/column.ts';

/**
 * The candles that features are computed from: one contiguous stretch without a gap. What several features need is
 * computed once and kept under a name as long as the frame lives.
 */
export class Frame {
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly #shared = new Map<string, unknown>();

  constructor(candles: CandleSeries) {
    this.time = candles.time;
    this.open = candles.open;
    this.high = candles.high;
    this.low = candles.low;
    this.close = candles.close;
    this.volume = candles.volume;
  }

  get rows(): number {
    return this.time.length;
  }

  /** What `make` returned when this name was first asked for. */
  shared<Value>(name: string, make: () => Value): Value {
    if (!this.#shared.has(name)) this.#shared.set(name, keepingColumns(make));
    return this.#shared.get(name) as Value;
  }
}
