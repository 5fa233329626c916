import { type Content, h, NOTHING, table } from './dom.ts';
import { MODEL_NAMES, percentOf, type Regressor, type Voice } from './state.ts';
import { modelName } from './view-forecast.ts';
import type { History, PastForecast, Share } from './wire.ts';

const LEVEL = '0.8';
const SHOWN = 20;

/** Forecasts against what happened: how good each model was, and the last ones of the chosen model. */
export function historyCard(history: History, shown: Regressor, voice: Voice): Content {
  const { words, format } = voice;
  const { previsoes, avaliadas, pendentes, rises } = history;
  const title = h('h3', {}, words.history);
  const first = previsoes.at(-1);
  if (first === undefined) return [title, h('p', { class: 'empty' }, words.historyNone)];
  if (avaliadas === 0) {
    return [title, h('p', { class: 'empty' }, words.historyPending(format.moment(first.target_close_time)))];
  }
  const lead = [
    words.historyLead(avaliadas, pendentes),
    ...(rises === null ? [] : [words.alwaysUp(format.percent(rises.share))]),
  ];
  return [
    title,
    h('p', { class: 'lead' }, lead.join(' ')),
    trackTable(history, voice),
    pastTable(history, shown, voice),
  ];
}

function trackTable({ modelos }: History, voice: Voice): Content {
  const { words, format } = voice;
  const rows = MODEL_NAMES.flatMap((name) => {
    const track = modelos[name];
    return track === undefined ? [] : [{ name, track }];
  });
  return table(words.history, rows, [
    { title: words.model, cell: ({ name }) => modelName(name, voice) },
    { title: words.directionRight, isNumber: true, cell: ({ track }) => shareCell(track.directional, voice) },
    {
      title: words.meanError,
      isNumber: true,
      cell: ({ track: { mae, mae_naive: naive } }) =>
        mae === null || naive === null
          ? NOTHING
          : [
              format.price(mae),
              h('span', { class: 'below' }, naive === 0 ? '' : `${format.percent(mae / naive, 0)} ${words.ofNaive}`),
            ],
    },
    {
      title: words.held(percentOf(LEVEL)),
      isNumber: true,
      cell: ({ track }) => shareCell(track.coverage[LEVEL] ?? null, voice),
    },
    { title: words.scored, isNumber: true, cell: ({ track }) => format.count(track.avaliadas) },
  ]);
}

function shareCell(share: Share | null, { words, format }: Voice): Content {
  if (share === null) return NOTHING;
  return [
    format.percent(share.share),
    h('span', { class: 'below' }, words.span(format.percent(share.low, 0), format.percent(share.high, 0))),
  ];
}

function pastTable({ previsoes, interval }: History, shown: Regressor, voice: Voice): Content {
  const { words, format } = voice;
  const title = words.pastForecasts(words.models[shown]);
  const modelOf = (past: PastForecast) => past.modelos[shown];
  return h(
    'details',
    { id: 'past-forecasts' },
    h('summary', { id: 'past-forecasts-summary' }, title),
    table(title, previsoes.slice(0, SHOWN), [
      { title: words.candle, cell: (past) => format.candle(past.target_candle_time, interval) },
      {
        title: words.forecast,
        isNumber: true,
        cell: (past) => {
          const model = modelOf(past);
          return model === undefined ? NOTHING : format.price(model.predicao);
        },
      },
      {
        title: words.actual,
        isNumber: true,
        cell: ({ actual_close: close, status }) => (close === null ? words.statuses[status] : format.price(close)),
      },
      {
        title: words.error,
        isNumber: true,
        cell: (past) => {
          const error = modelOf(past)?.erro ?? null;
          return error === null || past.actual_close === null ? NOTHING : format.change(error / past.actual_close);
        },
      },
      { title: words.direction, cell: (past) => mark(modelOf(past)?.acertou ?? null, words.yes, words.no) },
      {
        title: words.within(percentOf(LEVEL)),
        cell: (past) => mark(modelOf(past)?.dentro?.[LEVEL] ?? null, words.inside, words.outside),
      },
    ]),
  );
}

function mark(isRight: boolean | null, yes: string, no: string): Content {
  if (isRight === null) return NOTHING;
  return h(
    'span',
    { class: isRight ? 'up' : 'down' },
    h('span', { 'aria-hidden': 'true' }, isRight ? '✓ ' : '✗ '),
    isRight ? yes : no,
  );
}
