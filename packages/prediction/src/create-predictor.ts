import {
  type CandleSeries,
  type CandleStore,
  type Clock,
  concatSeries,
  type Forecast,
  type Interval,
  intervalMs,
  type LiveRelease,
  type Logger,
  lastClosedOpen,
  type MarketSource,
  type ModelRegistry,
  PavioError,
  type PredictionLog,
  type ReleaseManifest,
  type SeriesKey,
  SIMULATED_ASSET,
  seriesOf,
  silentLogger,
  toPavioError,
} from '@pavio/core';
import { type LoadedRelease, loadRelease } from '@pavio/estimators';
import { featureSet } from '@pavio/features';
import { findSeries } from './find-series.ts';
import { forecastAsset } from './forecast-asset.ts';
import type { Predictor, PredictorState, ServedAsset } from './predictor.ts';

export interface PredictorOptions {
  readonly registry: ModelRegistry;
  readonly candles: CandleStore;
  readonly predictions: PredictionLog;
  readonly clock: Clock;
  /** Where the candles of the simulated asset come from when the lake has none of it. */
  readonly simulated: MarketSource;
  readonly log?: Logger;
}

export function createPredictor(options: PredictorOptions): Predictor {
  return new ReleasePredictor(options);
}

class ReleasePredictor implements Predictor {
  readonly #options: PredictorOptions;
  readonly #log: Logger;
  /** Forecasts that are in the log already, so that asking again writes nothing: symbol -> target and version. */
  readonly #logged = new Map<string, string>();
  #release: LoadedRelease | undefined;
  #tag: string | undefined;
  /** Of a live release that cannot be used. */
  #refusedTag: string | undefined;
  #state: PredictorState = { release: undefined, loadedAt: undefined, isPinned: false, problem: undefined };
  #refreshing: Promise<boolean> | undefined;

  constructor(options: PredictorOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLogger;
  }

  get state(): PredictorState {
    return this.#state;
  }

  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async reload(): Promise<ReleaseManifest> {
    await this.#load();
    return this.#need().manifest;
  }

  async forecast(asset: string): Promise<Forecast> {
    if (this.#release === undefined) await this.refresh();
    const release = this.#need();
    const { candles, simulated } = this.#options;
    const { key, isSimulated } = await findSeries(asset, {
      candles,
      market: release.manifest,
      // What the models learnt from is stored: no need to look, unless something else is asked for.
      known: release.manifest.training.assets,
      simulatedSource: simulated.name,
    });
    const series = await this.#newestCandles(key, isSimulated);
    const forecast = forecastAsset({
      release,
      key,
      series,
      isSimulated,
      clock: this.#options.clock,
    });
    await this.#remember(forecast);
    return forecast;
  }

  async assets(): Promise<ServedAsset[]> {
    const { source, quote, interval, isSimulated } = this.#need().manifest;
    const { candles } = this.#options;
    const keys = await candles.list({ source, quote, interval });
    const stored = await Promise.all(
      keys.map(async ({ symbol }) => {
        const span = await candles.span({ source, symbol, quote, interval });
        return { symbol, quote, source, isSimulated, first: span?.first, last: span?.last };
      }),
    );
    if (stored.some(({ symbol }) => symbol === SIMULATED_ASSET)) return stored;
    const simulated = { symbol: SIMULATED_ASSET, quote, source: this.#options.simulated.name, isSimulated: true };
    return [...stored, { ...simulated, first: undefined, last: undefined }];
  }

  async #refresh(): Promise<boolean> {
    try {
      const { registry } = this.#options;
      // The first time there is nothing to compare a tag with: what is live comes with its own.
      const isFirst = this.#tag === undefined && this.#refusedTag === undefined;
      const live = isFirst ? await registry.live({ withFiles: true }) : undefined;
      const tag = isFirst ? live?.tag : await registry.liveTag();
      if (tag === undefined || tag === this.#refusedTag) return false;
      if (tag === this.#tag) {
        this.#state = { ...this.#state, problem: undefined };
        return false;
      }
      const before = this.#release?.manifest.version;
      await this.#load(live);
      return this.#release?.manifest.version !== before;
    } catch (error) {
      const problem = toPavioError(error);
      if (this.#state.problem?.message !== problem.message) {
        this.#log.error({ code: problem.code, serving: this.#state.release?.version }, problem.sentence);
      }
      this.#state = { ...this.#state, problem };
      return false;
    }
  }

  /** Loads what is live, checks it and only then puts it in the place of the one in hand. */
  async #load(found?: LiveRelease): Promise<void> {
    const { registry, clock } = this.#options;
    const live = found ?? (await registry.live());
    if (live === undefined) throw noModels();
    try {
      this.#release = await this.#open(live);
    } catch (error) {
      // What is wrong with the release itself stays wrong: it is not fetched again before there is another one.
      if (!toPavioError(error).retry) this.#refusedTag = live.tag;
      throw error;
    }
    this.#tag = live.tag;
    this.#refusedTag = undefined;
    const { manifest, isPinned } = live;
    this.#state = { release: manifest, loadedAt: clock.now(), isPinned, problem: undefined };
    this.#log.info({ version: live.manifest.version }, `Release ${live.manifest.version} serves.`);
  }

  /** @throws PavioError `feature_mismatch`, `bad_model`. */
  async #open({ manifest, files }: LiveRelease): Promise<LoadedRelease> {
    const expected = featureSet(manifest.interval);
    if (manifest.featureSet.hash !== expected.hash) {
      throw new PavioError(
        'feature_mismatch',
        `Release ${manifest.version} was trained on feature set ${manifest.featureSet.hash.slice(0, 12)}, this version of Pavio computes ${expected.hash.slice(0, 12)}.`,
        {
          remedy: 'Train again with this version: pavio run.',
          details: { released: manifest.featureSet.hash, computed: expected.hash },
        },
      );
    }
    return loadRelease(files ? { manifest, files } : await this.#options.registry.load(manifest.version, { manifest }));
  }

  #need(): LoadedRelease {
    if (this.#release !== undefined) return this.#release;
    throw this.#state.problem ?? noModels();
  }

  async #newestCandles(key: SeriesKey, isSimulated: boolean): Promise<CandleSeries> {
    const { candles, clock, simulated } = this.#options;
    const newest = lastClosedOpen(clock.now(), key.interval);
    const from = newest - reach(key.interval);
    const fresh = await candles.read(key, { from, to: newest });
    const newestStored = fresh.time.at(-1);
    if (newestStored === newest) return fresh;
    if (newestStored !== undefined) {
      const older = await candles.read(key, { from: newestStored - reach(key.interval), to: from - 1 });
      return concatSeries([older, fresh]);
    }
    const span = await candles.span(key);
    if (span !== undefined) {
      const last = Math.min(span.last, newest);
      return candles.read(key, { from: last - reach(key.interval), to: last });
    }
    if (!isSimulated) {
      throw new PavioError('no_candles', `No candles of ${key.symbol} are stored.`, {
        remedy: 'Crawl them: pavio crawl.',
      });
    }
    const page = await simulated.candles({ ...key, from: newest - reach(key.interval), to: newest });
    return seriesOf(page.candles);
  }

  /** Logs a forecast once. A log that cannot be written costs the record, not the answer. */
  async #remember(forecast: Forecast): Promise<void> {
    const entry = `${forecast.targetTime} ${forecast.version}`;
    if (this.#logged.get(forecast.symbol) === entry) return;
    try {
      await this.#options.predictions.append(forecast);
      this.#logged.set(forecast.symbol, entry);
    } catch (error) {
      this.#log.warn(
        { err: error, symbol: forecast.symbol },
        'The forecast could not be written to the prediction log.',
      );
    }
  }
}

/** How far back the features of one row look, in milliseconds. */
function reach(interval: Interval): number {
  return (featureSet(interval).memory - 1) * intervalMs(interval);
}

function noModels(): PavioError {
  return new PavioError('no_models', 'No models have been released yet.', {
    remedy: 'Run one cycle of crawl, features and training: pavio run.',
  });
}
