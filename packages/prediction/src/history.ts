import {
  type CandleSeries,
  type CandleStore,
  type Clock,
  intervalMs,
  isPavioError,
  lastClosedOpen,
  type MarketSource,
  PavioError,
  type PredictionLog,
  type SeriesKey,
  SIMULATED_ASSET,
  SIMULATED_SOURCE,
  seriesOf,
} from '@pavio/core';
import { type FoundSeries, findSeries, type ServedMarket } from './find-series.ts';
import type { Predictor } from './predictor.ts';
import { scoreForecasts, type TrackRecords } from './score-forecasts.ts';
import { SeriesSummaries } from './series-summaries.ts';

export interface HistoryOptions {
  /** Says whose candles are served; before the first release it is what is stored, real candles before simulated ones. */
  readonly predictor: Pick<Predictor, 'state'>;
  readonly candles: CandleStore;
  readonly predictions: PredictionLog;
  readonly clock: Clock;
  /** Where the candles of the simulated asset come from when the lake has none of it. */
  readonly simulated: MarketSource;
  /** How long the list of assets may wait for candles to be counted, in milliseconds; 2 s when not given. */
  readonly patience?: number;
}

/** An asset and what is stored of it. What is made on demand has neither a first candle nor a number of them. */
export interface AssetHistory extends FoundSeries {
  readonly first: number | undefined;
  readonly last: number | undefined;
  readonly lastClose: number | undefined;
  readonly previousClose: number | undefined;
  /** Undefined also while the candles are being counted. */
  readonly count: number | undefined;
}

export interface AssetCandles extends FoundSeries {
  /** Closed candles, ascending. */
  readonly series: CandleSeries;
}

export interface AssetForecasts extends FoundSeries, TrackRecords {}

/** The past: what is stored, and what became of the forecasts. */
export interface History {
  /** The assets that are served, by symbol. Empty where nothing is stored. Looked up every ten seconds at most. */
  assets(): Promise<readonly AssetHistory[]>;
  /**
   * The closed candles of the newest `limit` intervals of an asset, in any accepted spelling.
   *
   * @throws PavioError `unknown_symbol`, `bad_input`, `no_candles`.
   */
  candles(asset: string, limit: number): Promise<AssetCandles>;
  /**
   * The newest `limit` logged forecasts of an asset, held against what happened.
   *
   * @throws PavioError `unknown_symbol`, `bad_input`, `no_candles`.
   */
  forecasts(asset: string, limit: number): Promise<AssetForecasts>;
}

export function createHistory(options: HistoryOptions): History {
  return new StoredHistory(options);
}

const PATIENCE_MS = 2000;
/** Looking costs a few requests an asset, and everybody may ask. */
const KEEP_MS = 10_000;

class StoredHistory implements History {
  readonly #options: HistoryOptions;
  readonly #summaries: SeriesSummaries;
  #assets:
    | { readonly promise: Promise<readonly AssetHistory[]>; readonly at: number; readonly of: unknown }
    | undefined;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#summaries = new SeriesSummaries(options.candles, options.patience ?? PATIENCE_MS);
  }

  assets(): Promise<readonly AssetHistory[]> {
    const { predictor, clock } = this.#options;
    const { release } = predictor.state;
    const kept = this.#assets;
    if (kept !== undefined && kept.of === release && Math.abs(clock.now() - kept.at) < KEEP_MS) return kept.promise;
    const looked = { promise: this.#look(), at: clock.now(), of: release };
    this.#assets = looked;
    looked.promise.catch(() => {
      if (this.#assets === looked) this.#assets = undefined;
    });
    return looked.promise;
  }

  async candles(asset: string, limit: number): Promise<AssetCandles> {
    const found = await this.#find(asset);
    return { ...found, series: await this.#newest(found, limit) };
  }

  async forecasts(asset: string, limit: number): Promise<AssetForecasts> {
    const { predictions, clock } = this.#options;
    const found = await this.#find(asset);
    const { symbol, interval, source, quote } = found.key;
    const logged = await predictions.list({ symbol, interval, limit });
    // The log knows nothing of sources: a lake may hold forecasts of simulated candles beside those of real ones.
    const own = logged.filter((forecast) => forecast.source === source && forecast.quote === quote);
    const targets = own.map(({ targetTime }) => targetTime);
    const closes = new Map<number, number>();
    if (targets.length > 0) {
      const { time, close } = await this.#between(found, Math.min(...targets), Math.max(...targets));
      for (const [row, open] of time.entries()) closes.set(open, close[row] as number);
    }
    return { ...found, ...scoreForecasts(own, closes, clock.now()) };
  }

  async #look(): Promise<readonly AssetHistory[]> {
    const { predictor, candles } = this.#options;
    const market = await this.#market();
    if (market === undefined) return [];
    const { source, quote, interval, isSimulated } = market;
    const keys = await candles.list({ source, quote, interval });
    const summaries = await this.#summaries.of(keys);
    const stored = keys.flatMap((key, i): AssetHistory[] => {
      const summary = summaries[i];
      return summary === undefined ? [] : [{ key, isSimulated, ...summary }];
    });
    const isHetStored = keys.some(({ symbol }) => symbol === SIMULATED_ASSET);
    return predictor.state.release === undefined || isHetStored
      ? stored
      : [...stored, ...(await this.#madeOnDemand(market))];
  }

  /** The simulated asset; nothing where its market does not trade in the quote. */
  async #madeOnDemand({ quote, interval }: ServedMarket): Promise<AssetHistory[]> {
    const key: SeriesKey = { source: this.#options.simulated.name, symbol: SIMULATED_ASSET, quote, interval };
    try {
      const { time, close } = await this.#newest({ key, isSimulated: true }, 2);
      const ends = { last: time.at(-1), lastClose: close.at(-1), previousClose: close.at(-2) };
      return [{ key, isSimulated: true, first: undefined, count: undefined, ...ends }];
    } catch (error) {
      if (isPavioError(error, 'unknown_pair')) return [];
      throw error;
    }
  }

  /** @throws PavioError `unknown_symbol`, `bad_input`, `no_candles`. */
  async #find(asset: string): Promise<FoundSeries> {
    const { candles, simulated, predictor } = this.#options;
    const market = await this.#market();
    if (market === undefined) throw noCandles('No candles are stored yet.');
    const known = predictor.state.release?.training.assets ?? [];
    return findSeries(asset, { candles, market, known, simulatedSource: simulated.name });
  }

  /** Whose candles are served; undefined where nothing is stored. */
  async #market(): Promise<ServedMarket | undefined> {
    const { predictor, candles } = this.#options;
    if (predictor.state.release !== undefined) return predictor.state.release;
    const keys = await candles.list();
    const key = keys.find(({ source }) => source !== SIMULATED_SOURCE) ?? keys[0];
    return key && { ...key, isSimulated: key.source === SIMULATED_SOURCE };
  }

  async #newest(found: FoundSeries, limit: number): Promise<CandleSeries> {
    const { candles, clock } = this.#options;
    const { key, isSimulated } = found;
    const step = intervalMs(key.interval);
    const newest = lastClosedOpen(clock.now(), key.interval);
    const span = await candles.span(key);
    if (span === undefined && !isSimulated) throw noCandles(`No candles of ${key.symbol} are stored.`);
    const to = Math.min(span?.last ?? newest, newest);
    return this.#between(found, to - (limit - 1) * step, to);
  }

  /** @param from first and last open time, inclusive */
  async #between({ key, isSimulated }: FoundSeries, from: number, to: number): Promise<CandleSeries> {
    const { candles, simulated } = this.#options;
    const stored = await candles.read(key, { from, to });
    const isMadeOnDemand = isSimulated && stored.time.length === 0 && (await candles.span(key)) === undefined;
    if (!isMadeOnDemand) return stored;
    const earliest = to - (simulated.pageSize - 1) * intervalMs(key.interval);
    return seriesOf((await simulated.candles({ ...key, from: Math.max(from, earliest), to })).candles);
  }
}

function noCandles(message: string): PavioError {
  return new PavioError('no_candles', message, { remedy: 'Crawl them: pavio crawl.' });
}
