import { MODEL_NAMES, type ModelName, type ReleaseManifest, type Score } from '@pavio/core';
import { figure, modelLabel, table } from '../figure.ts';
import { formatFixed, formatSkill, formatSkillInterval } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { VERDICT_SIGNS, VERDICT_WORDS } from '../words.ts';

/** Shades a direction. */
const SHADES = 3;

/** Skill of each model on each asset as a shaded table; undefined where no asset was judged alone. */
export function skillByAsset(manifest: ReleaseManifest): Markup | undefined {
  const scoresOf = (asset: string) => MODEL_NAMES.map((name) => assetsOf(manifest, name).get(asset));
  const assets = [...new Set(MODEL_NAMES.flatMap((name) => [...assetsOf(manifest, name).keys()]))].sort();
  if (assets.length === 0) return undefined;
  const scores = assets.flatMap(scoresOf).filter((score) => score !== undefined);
  const largest = Math.max(...scores.map(({ skill }) => Math.abs(skill ?? 0)));
  const better = scores.filter(({ verdict }) => verdict === 'beats_naive').length;
  const head = MODEL_NAMES.map((name) => html`<th scope="col">${modelLabel(name)}</th>`);
  const rows = assets.map(
    (asset) =>
      html`<tr><th scope="row"><bdi>${asset}</bdi></th>${scoresOf(asset).map((score) => cell(score, largest))}</tr>\n`,
  );
  const bound = formatFixed(largest * 100, 1);
  return figure({
    title: 'Skill by model and asset',
    lead: `In percent; above zero is better than naive. ${VERDICT_SIGNS.beats_naive} beats naive after correction for all ${scores.length} pairs that were tried (${better} of them do), ${VERDICT_SIGNS.inconclusive} too little was tested. Without either sign a shade may be luck.`,
    body: html`<div class="scroll" tabindex="0" role="region" aria-label="Skill by model and asset"><table class="heat">
<thead><tr><th scope="col">Asset</th>${head}</tr></thead>
<tbody>${rows}</tbody>
</table></div>
<ul class="key"><li><i class="minus3"></i>−${bound} %</li><li><i class="minus1"></i>slightly worse</li><li><i class="plus1"></i>slightly better</li><li><i class="plus3"></i>+${bound} %</li></ul>`,
    table: intervals(manifest, assets),
  });
}

/** The skill of each pair with its interval. */
function intervals(manifest: ReleaseManifest, assets: readonly string[]): Markup {
  const scoreOf = (asset: string, name: ModelName) => assetsOf(manifest, name).get(asset);
  return table(
    assets,
    [
      { title: 'Asset', cell: (asset) => html`<bdi>${asset}</bdi>` },
      ...MODEL_NAMES.map((name) => ({
        title: modelLabel(name),
        isNumber: true,
        cell: (asset: string) => {
          const score = scoreOf(asset, name);
          return (
            score &&
            html`${formatSkill(score.skill)}<span class="below">${formatSkillInterval(score.skillInterval)}</span>`
          );
        },
      })),
    ],
    'Skill by asset with 95 % intervals',
  );
}

function assetsOf(manifest: ReleaseManifest, name: (typeof MODEL_NAMES)[number]): Map<string, Score> {
  return new Map(Object.entries(manifest.models[name].evaluation.assets));
}

function cell(score: Score | undefined, largest: number): Markup {
  if (score === undefined || score.skill === null) return html`<td>–</td>`;
  const { skill, verdict } = score;
  const sign =
    verdict === 'no_edge'
      ? undefined
      : html` <span role="img" aria-label="${VERDICT_WORDS[verdict]}">${VERDICT_SIGNS[verdict]}</span>`;
  return html`<td class="${shadeOf(skill, largest)}">${formatSkill(skill, 1).replace(' %', '')}${sign}</td>`;
}

function shadeOf(skill: number, largest: number): string {
  if (skill === 0) return '';
  const shade = Math.min(SHADES, Math.ceil((Math.abs(skill) / largest) * SHADES));
  return `${skill > 0 ? 'plus' : 'minus'}${shade}`;
}
