import { type Content, h, NOTHING, table } from './dom.ts';
import { LEVELS, MODEL_NAMES, percentOf, type Voice } from './state.ts';
import { bestVerdict, verdictBadge } from './verdict.ts';
import { directionOf } from './view-assets.ts';
import type { Asset, Forecast, ModelForecast, ModelName } from './wire.ts';

/** The asset, its price, and what all forecasts of it are worth, in one sentence. */
export function assetHeadline(asset: Asset, forecast: Forecast | undefined, voice: Voice): Content {
  const { words, format } = voice;
  const { ativo, quote, last_close: close, change, last_candle_time: time, interval, source } = asset;
  return [
    h(
      'div',
      { class: 'headline' },
      h('h2', { id: 'asset-name', tabindex: -1 }, ativo, h('span', { class: 'quote' }, ` / ${quote}`)),
      h('p', { class: 'price' }, close === null ? NOTHING : format.price(close)),
      change === null
        ? undefined
        : h('p', { class: `move ${directionOf(change)}`, title: words.changeLong }, format.change(change)),
    ),
    time === null
      ? undefined
      : h('p', { class: 'lead' }, words.closeOf(format.candle(time, interval), words.sources[source] ?? source)),
    forecast && outcome(forecast, voice),
  ];
}

function outcome(forecast: Forecast, { words }: Voice): Content {
  const { verdict, count, total } = bestVerdict(forecast);
  const sentence = {
    beats_naive: words.outcome.beats(count, total, forecast.ativo),
    no_edge: words.outcome.none(forecast.ativo),
    inconclusive: words.outcome.open(forecast.ativo),
  }[verdict];
  return h('p', { class: `outcome ${verdict}` }, h('strong', {}, sentence), ' ', words.outcomeMore);
}

/** What each model says of the next candle. */
export function forecastTable(forecast: Forecast, voice: Voice): Content {
  const { words, format } = voice;
  const { modelos, interval, target_candle_time: target, target_close_time: closes, last_close: last } = forecast;
  const rows = MODEL_NAMES.flatMap((name) => {
    const model = modelos[name];
    return model === undefined ? [] : [{ name, model }];
  });
  const level = LEVELS[1];
  const title = words.forecastsOf(format.candle(target, interval));
  return [
    h('h3', {}, title),
    h('p', { class: 'lead' }, words.forecastsMore(format.moment(closes))),
    table(title, rows, [
      { title: words.model, cell: ({ name }) => modelName(name, voice) },
      { title: words.forecast, isNumber: true, cell: ({ model }) => forecastCell(model, last, voice) },
      {
        title: words.interval(percentOf(level)),
        isNumber: true,
        cell: ({ model: { intervals } }) => {
          const bounds = intervals?.[level];
          return bounds === undefined ? NOTHING : words.span(format.price(bounds.low), format.price(bounds.high));
        },
      },
      { title: words.verdict, cell: ({ model }) => verdictBadge(model.verdict, voice) },
      {
        title: h('abbr', { title: words.skillMeaning }, words.skill),
        isNumber: true,
        cell: ({ model: { skill } }) => (skill === null ? NOTHING : format.change(skill)),
      },
    ]),
  ];
}

/** A price and how far that is, or a direction and how likely it is. */
function forecastCell(model: ModelForecast, last: number, { words, format }: Voice): Content {
  const direction = (text: string) =>
    h(
      'span',
      { class: `below ${model.direction === 1 ? 'up' : 'down'}` },
      h('span', { 'aria-hidden': 'true' }, model.direction === 1 ? '▲ ' : '▼ '),
      text,
    );
  if (model.tipo === 'regressor')
    return [format.price(model.predicao), direction(format.change(model.predicao / last - 1))];
  return [format.percent(model.probabilidade ?? 0), direction(words.probability)];
}

/** The name for people, and below it that of files and of the API. */
export function modelName(name: ModelName, { words }: Voice): Content {
  return [words.models[name], h('span', { class: 'below' }, name)];
}
