import type { PavioError, SeriesKey } from '@pavio/core';
import type { Coverage } from './gaps.ts';

/** What a crawler knows about a series from earlier crawls. Losing it costs requests, never candles. */
export interface Remembered {
  /** Everything from here to what is stored was asked for, UTC milliseconds; -Infinity: the source has nothing older. */
  askedFrom: number;
  /** Nothing newer is asked for before this time of the clock, because there was nothing last time. */
  quietUntil: number;
  /** Why there was nothing, where it was an error. */
  quietReason: PavioError | undefined;
  /** The newest candle came so soon after its close that it is asked for once more from this time of the clock; else Infinity. */
  settlesAt: number;
  /** What was stored when it was last looked at. */
  coverage: Coverage | undefined;
}

export class SeriesMemory {
  readonly #series = new Map<string, Remembered>();

  of({ source, symbol, quote, interval }: SeriesKey): Remembered {
    const name = `${source}/${interval}/${symbol}-${quote}`;
    let remembered = this.#series.get(name);
    if (remembered === undefined) {
      remembered = {
        askedFrom: Infinity,
        quietUntil: -Infinity,
        quietReason: undefined,
        settlesAt: Infinity,
        coverage: undefined,
      };
      this.#series.set(name, remembered);
    }
    return remembered;
  }
}
