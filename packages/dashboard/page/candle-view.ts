import { type ChartCandle, type ChartFacts, drawChart } from './chart.ts';
import { type Content, h, show } from './dom.ts';
import { REGRESSORS, type Regressor, type Voice } from './state.ts';
import type { Asset, Candle, Forecast, History } from './wire.ts';

export interface CandleFacts {
  readonly asset: Asset;
  /** Undefined while they are on their way: what was drawn last stays, dimmed. */
  readonly candles: readonly Candle[] | undefined;
  readonly forecast: Forecast | undefined;
  readonly history: History | undefined;
  readonly range: number;
  readonly model: Regressor;
}

const RANGES = [30, 60, 180, 365];

/** The chart with what chooses its range and its model, what the pointer is at, and what the signs mean. */
export class CandleView {
  readonly element = h('div', { class: 'candles' });
  readonly #controls = h('div', { class: 'controls' });
  readonly #plot = h('div', { class: 'plot', role: 'img', tabindex: 0 });
  readonly #readout = h('p', { class: 'readout', 'aria-live': 'polite' });
  readonly #legend = h('ul', { class: 'legend' });
  readonly #onRange: (range: number) => void;
  readonly #onModel: (model: Regressor) => void;
  #shown: { readonly facts: CandleFacts; readonly voice: Voice; readonly key: string } | undefined;
  #remove = () => {};

  constructor(onRange: (range: number) => void, onModel: (model: Regressor) => void) {
    this.#onRange = onRange;
    this.#onModel = onModel;
    this.element.append(this.#controls, this.#plot, this.#readout, this.#legend);
  }

  show(facts: CandleFacts, voice: Voice): void {
    const { asset, candles, forecast, range, model } = facts;
    const isReady = candles !== undefined && candles.length > 0;
    this.element.hidden = candles?.length === 0;
    this.#plot.classList.toggle('waiting', !isReady);
    show(this.#controls, [voice.words.locale, range, model, forecast === undefined], () => this.#choices(facts, voice));
    const hasPast = facts.history !== undefined && facts.history.avaliadas > 0;
    show(this.#legend, [voice.words.locale, forecast === undefined, hasPast], () =>
      legend({ hasForecast: forecast !== undefined, hasPast }, voice),
    );
    if (!isReady) return;
    const key = JSON.stringify([voice.words.locale, asset.ativo, candles, forecast, facts.history?.previsoes, model]);
    if (this.#shown?.key === key) return;
    this.#shown = { facts, voice, key };
    this.redraw();
  }

  /** Draws the same again, as in other colours. */
  redraw(): void {
    if (this.#shown === undefined) return;
    const { facts, voice } = this.#shown;
    const chart = chartFacts(facts);
    this.#remove();
    this.#remove = drawChart(this.#plot, chart, voice, (candle) =>
      this.#read(candle ?? chart.candles.at(-1), facts, voice),
    );
    this.#plot.setAttribute('aria-label', summary(facts, chart, voice));
    this.#read(chart.candles.at(-1), facts, voice);
  }

  #read(candle: ChartCandle | undefined, { asset }: CandleFacts, { words, format }: Voice): void {
    if (candle === undefined) return;
    const { open, high, low, close } = words.readout;
    const parts: readonly (readonly [string, number])[] = [
      [open, candle.open],
      [high, candle.high],
      [low, candle.low],
      [close, candle.close],
    ];
    const time = format.candle(new Date(candle.time * 1000).toISOString(), asset.interval);
    this.#readout.replaceChildren(
      h('strong', {}, time),
      ...parts.map(([name, price]) => h('span', {}, `${name} `, h('b', {}, format.price(price)))),
    );
  }

  #choices({ range, model, forecast }: CandleFacts, { words }: Voice): Content {
    const ranges = h('div', { class: 'switch', role: 'group', 'aria-label': words.range });
    for (const one of RANGES) {
      const button = h(
        'button',
        { type: 'button', id: `range-${one}`, 'aria-pressed': String(one === range) },
        words.rangeOf(one),
      );
      button.addEventListener('click', () => this.#onRange(one));
      ranges.append(button);
    }
    const select = h(
      'select',
      { id: 'shown-model' },
      REGRESSORS.map((name) => h('option', { value: name, selected: name === model }, words.models[name])),
    );
    select.addEventListener('change', () => this.#onModel(select.value as Regressor));
    return [
      h('h3', {}, words.chart),
      h('div', { class: 'choice' }, h('span', { 'aria-hidden': 'true' }, words.range), ranges),
      forecast && h('div', { class: 'choice' }, h('label', { for: 'shown-model' }, words.shownModel), select),
    ];
  }
}

function chartFacts({ candles = [], forecast, history, model }: CandleFacts): ChartFacts {
  const drawn = candles.map(({ time, ...prices }) => ({ ...prices, time: Date.parse(time) / 1000 }));
  const next = forecast?.modelos[model];
  const first = drawn[0]?.time ?? 0;
  const past = (history?.previsoes ?? []).flatMap(({ status, target_candle_time: target, modelos }) => {
    const time = Date.parse(target) / 1000;
    const close = modelos[model]?.predicao;
    return status !== 'scored' || close === undefined || time < first ? [] : [{ time, close }];
  });
  // The smallest distance: there may be holes.
  const steps = drawn.slice(1).map(({ time }, i) => time - drawn[i]!.time);
  return {
    candles: drawn,
    step: Math.min(86_400, ...steps),
    forecast:
      forecast === undefined || next === undefined
        ? undefined
        : {
            time: Date.parse(forecast.target_candle_time) / 1000,
            close: next.predicao,
            intervals: next.intervals ?? {},
          },
    past,
  };
}

/** What is to be seen, for those who do not see it. */
function summary({ asset, model }: CandleFacts, { candles, forecast }: ChartFacts, { words, format }: Voice): string {
  const at = (time: number | undefined) => format.candle(new Date((time ?? 0) * 1000).toISOString(), asset.interval);
  const text = words.chartSummary({
    asset: asset.ativo,
    candles: candles.length,
    from: at(candles[0]?.time),
    to: at(candles.at(-1)?.time),
    low: format.price(Math.min(...candles.map(({ low }) => low))),
    high: format.price(Math.max(...candles.map(({ high }) => high))),
    close: format.price(candles.at(-1)?.close ?? 0),
  });
  const widest = forecast?.intervals['0.95'];
  if (forecast === undefined || widest === undefined) return text;
  const [close, low, high] = [forecast.close, widest.low, widest.high].map((price) => format.price(price));
  return `${text} ${words.forecastSummary({ model: words.models[model], close: close!, low: low!, high: high! })}`;
}

function legend(
  { hasForecast, hasPast }: { readonly hasForecast: boolean; readonly hasPast: boolean },
  { words }: Voice,
): Content {
  const { rising, falling, forecast, fan, past } = words.legend;
  const signs: readonly (readonly [string, string])[] = [
    ['rising', rising],
    ['falling', falling],
    ...(hasForecast
      ? ([
          ['next', forecast],
          ['fan', fan],
        ] as const)
      : []),
    ...(hasPast ? ([['ring', past]] as const) : []),
  ];
  return signs.map(([sign, text]) => h('li', {}, h('i', { class: sign, 'aria-hidden': 'true' }), text));
}
