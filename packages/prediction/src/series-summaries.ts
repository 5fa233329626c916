import { type CandleStore, intervalMs, mapConcurrently, type SeriesKey, seriesLength } from '@pavio/core';

/** What is stored of one series. */
export interface SeriesSummary {
  /** Open times of the first and the last candle, UTC milliseconds. */
  readonly first: number;
  readonly last: number;
  readonly lastClose: number;
  /** Close of the candle right before the last one; undefined where there is a gap. */
  readonly previousClose: number | undefined;
  /** How many candles there are; undefined while they are being counted. */
  readonly count: number | undefined;
}

interface Remembered {
  readonly tag: string;
  readonly ends: Promise<Omit<SeriesSummary, 'count'> | undefined>;
  readonly count: Promise<number>;
}

const SERIES_AT_ONCE = 8;

/**
 * Summaries of stored series. A series is read once and then only when its tag has changed. To count its candles all of
 * them are read, which takes long where there are many files on S3: nobody waits for it longer than `patience`.
 */
export class SeriesSummaries {
  readonly #candles: CandleStore;
  readonly #patience: number;
  readonly #remembered = new Map<string, Remembered>();
  /** Series are counted one after another. */
  #counting: Promise<unknown> = Promise.resolve();

  /** @param patience milliseconds */
  constructor(candles: CandleStore, patience: number) {
    this.#candles = candles;
    this.#patience = patience;
  }

  /** One a series, in their order; undefined where nothing is stored any more. */
  async of(keys: readonly SeriesKey[]): Promise<(SeriesSummary | undefined)[]> {
    const entries = await mapConcurrently(keys, SERIES_AT_ONCE, (key) => this.#entry(key));
    const { promise: patience, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, this.#patience, undefined);
    const summaries = await Promise.all(
      entries.map(async (entry) => {
        const ends = await entry?.ends;
        return ends && { ...ends, count: await Promise.race([entry?.count, patience]) };
      }),
    );
    clearTimeout(timer);
    return summaries;
  }

  async #entry(key: SeriesKey): Promise<Remembered | undefined> {
    const name = JSON.stringify([key.source, key.symbol, key.quote, key.interval]);
    const tag = await this.#candles.tag(key);
    const known = this.#remembered.get(name);
    if (tag === undefined || known?.tag === tag) return tag === undefined ? undefined : known;
    const count = this.#counting.then(async () => seriesLength(await this.#candles.read(key)));
    const entry: Remembered = { tag, ends: this.#ends(key), count };
    this.#remembered.set(name, entry);
    this.#counting = count.catch(() => undefined);
    // What failed is read again the next time.
    const forget = () => void (this.#remembered.get(name) === entry && this.#remembered.delete(name));
    entry.ends.catch(forget);
    count.catch(forget);
    return entry;
  }

  async #ends(key: SeriesKey): Promise<Omit<SeriesSummary, 'count'> | undefined> {
    const span = await this.#candles.span(key);
    if (span === undefined) return undefined;
    const { close } = await this.#candles.read(key, { from: span.last - intervalMs(key.interval), to: span.last });
    const lastClose = close.at(-1);
    return lastClose === undefined ? undefined : { ...span, lastClose, previousClose: close.at(-2) };
  }
}
