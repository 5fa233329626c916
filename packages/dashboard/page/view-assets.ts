import { type Content, h, NOTHING, table } from './dom.ts';
import { isForecast, MODEL_NAMES, type Snapshot, type Voice } from './state.ts';
import { bestVerdict, verdictBadge } from './verdict.ts';
import type { Asset, Forecast } from './wire.ts';

/** All assets: price, change, what each model says, and whether that is worth anything. */
export function assetList({ assets, forecasts }: Snapshot, chosen: string | undefined, voice: Voice): Content {
  const { words, format } = voice;
  const forecastOf = ({ ativo }: Asset) => {
    const answer = forecasts.get(ativo);
    return isForecast(answer) ? answer : undefined;
  };
  return [
    h('h2', {}, words.assets),
    table(
      words.assets,
      assets,
      [
        { title: words.asset, cell: (asset) => assetLink(asset, asset.ativo === chosen) },
        {
          title: words.price,
          isNumber: true,
          cell: ({ last_close: close, change }) => [
            close === null ? NOTHING : format.price(close),
            change === null
              ? undefined
              : h('span', { class: `below ${directionOf(change)}`, title: words.changeLong }, format.change(change)),
          ],
        },
        {
          title: words.modelsShort,
          cell: (asset) => {
            const forecast = forecastOf(asset);
            return forecast === undefined ? NOTHING : arrows(forecast, voice);
          },
        },
        {
          title: words.verdict,
          cell: (asset) => {
            const forecast = forecastOf(asset);
            if (forecast === undefined) return NOTHING;
            const { verdict, count, total } = bestVerdict(forecast);
            return verdictBadge(verdict, voice, verdict === 'beats_naive' ? ` ${count}/${total}` : '');
          },
        },
      ],
      ({ ativo }) => ({ class: ativo === chosen ? 'chosen' : undefined }),
    ),
  ];
}

function assetLink({ ativo }: Asset, isChosen: boolean): HTMLElement {
  return h('a', { id: `asset-${ativo}`, href: `#${ativo}`, 'aria-current': isChosen ? 'true' : undefined }, ativo);
}

/** One arrow a model, in their order. */
function arrows({ modelos, last_close: last }: Forecast, { words, format }: Voice): Content {
  const each = MODEL_NAMES.flatMap((name) => {
    const model = modelos[name];
    if (model === undefined) return [];
    const direction = model.direction === 1 ? words.up : words.down;
    const figure =
      model.tipo === 'regressor' ? format.change(model.predicao / last - 1) : format.percent(model.probabilidade ?? 0);
    return { isUp: model.direction === 1, label: `${words.models[name]}: ${direction} (${figure})` };
  });
  return h(
    'span',
    { class: 'arrows', role: 'img', 'aria-label': each.map(({ label }) => label).join(', ') },
    each.map(({ isUp, label }) => h('span', { class: isUp ? 'up' : 'down', title: label }, isUp ? '▲' : '▼')),
  );
}

/** The class of a change: colour beside the sign that the number has. */
export function directionOf(change: number): string {
  return change > 0 ? 'up' : change < 0 ? 'down' : 'even';
}
