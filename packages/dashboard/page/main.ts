import { CandleView } from './candle-view.ts';
import { h, show } from './dom.ts';
import { createFormat } from './format.ts';
import { frame } from './frame.ts';
import { Loader, REFRESH_MS } from './loader.ts';
import { isForecast, REGRESSORS, type Regressor, type Snapshot, type Voice } from './state.ts';
import { assetList } from './view-assets.ts';
import { assetHeadline, forecastTable } from './view-forecast.ts';
import { historyCard } from './view-history.ts';
import { notices, said } from './view-notices.ts';
import { dataCard, modelsCard } from './view-service.ts';
import { topBar } from './view-top.ts';
import { trainingsCard } from './view-trainings.ts';
import type { Asset, Forecast } from './wire.ts';
import { chooseLanguage, LANGUAGES, type Language } from './words.ts';

const MEMORY = 'pavio.language';

class Page {
  readonly #parts = frame();
  readonly #loader = new Loader(
    () => ({ symbol: wantedSymbol(), range: this.#range }),
    () => this.#render(),
  );
  readonly #candles = new CandleView(
    (range) => {
      this.#range = range;
      this.#render();
      void this.#loader.choose();
    },
    (model) => {
      this.#model = model;
      this.#render();
    },
  );
  #language: Language = chooseLanguage(remembered(), navigator.languages);
  #range = matchMedia('(max-width: 560px)').matches ? 30 : 60;
  /** Undefined: the one with the best skill on the asset. */
  #model: Regressor | undefined;

  start(): void {
    this.#parts.chart.append(this.#candles.element);
    addEventListener('hashchange', () => {
      this.#model = undefined;
      this.#render();
      void this.#loader.choose();
    });
    // A page that was out of sight catches up at once.
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) void this.#loader.refresh();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#candles.redraw());
    this.#render();
    void this.#loader.refresh();
  }

  #render(): void {
    const words = LANGUAGES[this.#language];
    const voice: Voice = { words, format: createFormat(words.locale) };
    const { snapshot, trouble, symbol } = this.#loader;
    const asset = snapshot?.assets.find(({ ativo }) => ativo === symbol);
    const parts = this.#parts;

    document.documentElement.lang = words.locale;
    document.title = asset === undefined ? `Pavio: ${words.title}` : `${asset.ativo} – Pavio`;
    document.body.classList.toggle('gone', trouble !== undefined);
    const isOut = trouble !== undefined;
    show(parts.top, [words.locale, isOut, snapshot?.at], () =>
      topBar({ language: this.#language, isOut, at: snapshot?.at }, voice, (language) => this.#speak(language)),
    );
    const { status, assets } = snapshot ?? {};
    show(
      parts.notices,
      [words.locale, symbol, asset, assets?.length, status?.simulated, status?.problem, trouble, isOut && snapshot?.at],
      () => notices(snapshot, trouble, symbol, voice),
    );
    parts.loading.hidden = snapshot !== undefined || isOut;
    parts.loading.textContent = words.loading;
    parts.columns.hidden = snapshot === undefined || snapshot.assets.length === 0;
    show(parts.footer, words.locale, () => [h('p', {}, words.footer), h('p', {}, words.refreshing(REFRESH_MS / 1000))]);
    if (snapshot === undefined) return;
    show(parts.assets, [words.locale, snapshot.assets, [...snapshot.forecasts], symbol], () =>
      assetList(snapshot, symbol, voice),
    );
    parts.asset.hidden = asset === undefined;
    if (asset !== undefined) this.#renderAsset(asset, snapshot, voice);
    this.#renderService(snapshot, voice);
  }

  #renderAsset(asset: Asset, snapshot: Snapshot, voice: Voice): void {
    const { locale } = voice.words;
    const answer = snapshot.forecasts.get(asset.ativo);
    const forecast = isForecast(answer) ? answer : undefined;
    const chosen = this.#loader.chosen?.symbol === asset.ativo ? this.#loader.chosen : undefined;
    const { candles, history } = chosen ?? {};
    const problem = chosen?.problem ?? (isForecast(answer) ? undefined : answer);
    const model = this.#model ?? bestRegressor(forecast);
    const parts = this.#parts;
    show(parts.headline, [locale, asset, forecast], () => assetHeadline(asset, forecast, voice));
    show(parts.problem, problem, () => problem && h('p', { class: 'notice open' }, said(problem)));
    this.#candles.show({ asset, candles, forecast, history, range: this.#range, model }, voice);
    parts.forecasts.hidden = forecast === undefined;
    show(parts.forecasts, [locale, forecast], () => forecast && forecastTable(forecast, voice));
    parts.history.hidden = history === undefined;
    show(parts.history, [locale, history, model], () => history && historyCard(history, model, voice));
  }

  #renderService(snapshot: Snapshot, voice: Voice): void {
    const { models, trainings, status, assets } = snapshot;
    const { locale } = voice.words;
    const parts = this.#parts;
    parts.models.hidden = models === undefined;
    show(parts.models, [locale, models], () => models && modelsCard(models, voice));
    parts.trainings.hidden = trainings.length === 0;
    show(parts.trainings, [locale, trainings], () => trainingsCard(trainings, voice));
    const minutes = Math.floor(status.uptime_seconds / 60);
    show(parts.data, [locale, { ...status, timestamp: 0, uptime_seconds: minutes }, assets.length], () =>
      dataCard(snapshot, voice),
    );
  }

  #speak(language: Language): void {
    this.#language = language;
    remember(language);
    this.#render();
  }
}

/** What the address asks for, as `#BTC`; undefined where it asks for nothing. */
function wantedSymbol(): string | undefined {
  try {
    return decodeURIComponent(location.hash.slice(1)).toUpperCase() || undefined;
  } catch {
    return location.hash.slice(1);
  }
}

/** The regressor with the best skill on the asset. */
function bestRegressor(forecast: Forecast | undefined): Regressor {
  const skillOf = (name: Regressor) => forecast?.modelos[name]?.skill ?? -Infinity;
  return REGRESSORS.reduce((best, name) => (skillOf(name) > skillOf(best) ? name : best));
}

/** Storage may be switched off; then the choice holds until the page is left. */
function remembered(): string | null {
  try {
    return localStorage.getItem(MEMORY);
  } catch {
    return null;
  }
}

function remember(language: Language): void {
  try {
    localStorage.setItem(MEMORY, language);
  } catch {
    // Nothing is lost but the memory.
  }
}

new Page().start();
