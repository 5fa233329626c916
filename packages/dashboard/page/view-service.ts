import { type Content, h, NOTHING, table } from './dom.ts';
import { MODEL_NAMES, type Snapshot, type Voice } from './state.ts';
import { verdictBadge } from './verdict.ts';
import { modelName } from './view-forecast.ts';
import type { Bounds, Models } from './wire.ts';

/** The models that serve: how good over all assets, of when, and where the whole report is. */
export function modelsCard(models: Models, voice: Voice): Content {
  const { words, format } = voice;
  const { version, created_at: created, training } = models;
  const rows = MODEL_NAMES.flatMap((name) => {
    const model = models.models[name];
    return model === undefined ? [] : [{ name, model }];
  });
  const facts = {
    version,
    trained: format.moment(created),
    assets: training.assets.length,
    rows: format.count(training.rows),
  };
  const range = (bounds: Bounds | null, draw: (share: number) => string) =>
    bounds === null ? undefined : h('span', { class: 'below' }, words.span(draw(bounds.low), draw(bounds.high)));
  return [
    h('h2', {}, words.released),
    h('p', { class: 'lead' }, words.releasedLead(facts), models.pinned ? ` ${words.pinned}` : ''),
    table(words.released, rows, [
      { title: words.model, cell: ({ name }) => modelName(name, voice) },
      { title: words.verdict, cell: ({ model }) => verdictBadge(model.verdict, voice) },
      {
        title: h('abbr', { title: words.skillMeaning }, words.skillOverall),
        isNumber: true,
        cell: ({ model: { skill, overall } }) => [
          skill === null ? NOTHING : format.change(skill),
          range(overall.skill_interval, (share) => format.change(share)),
        ],
      },
      {
        title: words.directionTested,
        isNumber: true,
        cell: ({ model: { overall } }) => {
          const { accuracy, naive } = overall.directional ?? {};
          return [
            accuracy === undefined ? NOTHING : format.percent(accuracy),
            range(overall.directional, (share) => format.percent(share)),
            naive === undefined ? undefined : h('span', { class: 'below' }, words.naiveRight(format.percent(naive))),
          ];
        },
      },
    ]),
    h('p', {}, h('a', { id: 'report', href: `../reports/${version}.html` }, words.report)),
  ];
}

/** What is stored, how new it is, and since when the server runs. */
export function dataCard({ status, assets }: Snapshot, { words, format }: Voice): Content {
  const { candles, last_training: run } = status;
  const interval = assets[0]?.interval ?? '1d';
  const sources = [...new Set(assets.filter(({ candles }) => candles !== null).map(({ source }) => source))];
  const counted = (count: number | null) => (count === null ? words.counting : format.count(count));
  const facts: readonly (readonly [string, Content])[] = [
    [
      words.newestCandle,
      candles.newest_candle_time === null ? words.never : format.candle(candles.newest_candle_time, interval),
    ],
    [words.behind, candles.behind.length === 0 ? words.behindNone : candles.behind.join(', ')],
    [words.storedCandles, `${counted(candles.stored)} (${interval})`],
    [words.holes, candles.missing === 0 ? words.holesNone : counted(candles.missing)],
    [words.source, sources.map((source) => words.sources[source] ?? source).join(', ') || NOTHING],
    [
      words.lake,
      [
        words.lakes[status.lake] ?? status.lake,
        ...(status.database === null ? [] : [words.databases[status.database] ?? status.database]),
      ].join(', '),
    ],
    [
      words.lastTraining,
      run === null
        ? words.never
        : [
            `${format.moment(run.started_at)}: ${words.outcomes[run.outcome]} (${format.duration(run.seconds)})`,
            run.outcome === 'failed' ? h('span', { class: 'below', lang: 'en' }, run.reason) : undefined,
          ],
    ],
    [words.uptime, format.duration(Math.ceil(status.uptime_seconds / 60) * 60)],
  ];
  return [
    h('h2', {}, words.data),
    h(
      'dl',
      {},
      facts.map(([name, fact]) => [h('dt', {}, name), h('dd', {}, fact)]),
    ),
  ];
}
