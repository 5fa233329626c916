import { MODEL_NAMES, type ModelKind, type ModelName, type ReleaseManifest, type Score } from '@pavio/core';
import { figure, modelLabel, table } from '../figure.ts';
import { formatDay, formatFixed, formatSkill } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { drawing, line, type Mark, mark, text, WIDTH } from '../svg/drawing.ts';
import { linearScale } from '../svg/scale.ts';
import { VERDICT_SIGNS } from '../words.ts';
import { digitsOf } from './skill-by-model.ts';

const LEFT = 52;
const RIGHT = WIDTH - 8;
const PLOT = 130;
/** Room for a panel's names. */
const HEAD = 34;
const PANEL = HEAD + PLOT + 34;
const LABELS = 6;
const STYLES: readonly { readonly shape: Mark; readonly ink: string }[] = [
  { shape: 'circle', ink: 'first' },
  { shape: 'square', ink: 'second' },
  { shape: 'diamond', ink: 'third' },
];

/** Skill in the test part of each fold, a panel for regressors and one for classifiers; undefined without folds. */
export function skillOverTime(manifest: ReleaseManifest): Markup | undefined {
  const { folds } = manifest;
  if (folds.length === 0) return undefined;
  const kinds = ['regressor', 'classifier'] as const;
  const panels = kinds.map((kind, i) => panel(manifest, kind, i * PANEL));
  const label = `Skill of each model in ${folds.length} successive test periods, from ${formatDay(folds[0]!.test.from)} to ${formatDay(folds.at(-1)!.test.to)}. The numbers are in the table below.`;
  const scoreOf = (name: ModelName, fold: number): Score | undefined => manifest.models[name].evaluation.folds[fold];
  return figure({
    title: 'Skill over time',
    lead: 'One point a test period (fold), later ones by models that learnt from more. An edge worth trusting stays above zero in most of them.',
    body: drawing(kinds.length * PANEL - 12, label, panels),
    table: table(
      folds.map(({ test }, fold) => ({ test, fold })),
      [
        { title: 'Tested on', cell: ({ test }) => `${formatDay(test.from)} to ${formatDay(test.to)}` },
        ...MODEL_NAMES.map((name) => ({
          title: modelLabel(name),
          isNumber: true,
          cell: ({ fold }: { fold: number }) => {
            const score = scoreOf(name, fold);
            return score && `${formatSkill(score.skill)} ${VERDICT_SIGNS[score.verdict]}`;
          },
        })),
      ],
      'Skill by fold',
    ),
  });
}

function panel(manifest: ReleaseManifest, kind: ModelKind, top: number): Markup {
  const { folds } = manifest;
  const time = linearScale([Date.parse(folds[0]!.test.from), Date.parse(folds.at(-1)!.test.to)], [LEFT, RIGHT], {
    isNice: false,
  });
  const series = MODEL_NAMES.filter((name) => manifest.models[name].kind === kind).map((name, i) => ({
    name,
    ...STYLES[i % STYLES.length]!,
    points: manifest.models[name].evaluation.folds.flatMap(({ skill }, fold) => {
      const span = folds[fold]?.test;
      return skill === null || span === undefined
        ? []
        : [{ x: time((Date.parse(span.from) + Date.parse(span.to)) / 2), skill }];
    }),
  }));
  const skills = series.flatMap(({ points }) => points.map(({ skill }) => skill));
  const [ceiling, floor] = [top + HEAD, top + HEAD + PLOT];
  const skill = linearScale([Math.min(0, ...skills), Math.max(0, ...skills)], [floor, ceiling], { count: 4 });
  const digits = digitsOf(skill.ticks);
  const every = Math.ceil(folds.length / LABELS);
  return html`${[
    text(0, top + 14, kind === 'regressor' ? 'Regressors' : 'Classifiers', 'strong'),
    series.map(({ name, shape, ink }, i) => [
      mark(shape, 102 + i * 128, top + 10, ink),
      text(111 + i * 128, top + 14, name),
    ]),
    skill.ticks.map((tick) => [
      line(LEFT, skill(tick), RIGHT, skill(tick), 'grid'),
      text(LEFT - 6, skill(tick) + 4, `${formatFixed(tick * 100, digits)} %`, 'tick end'),
    ]),
    line(LEFT, skill(0), RIGHT, skill(0), 'zero'),
    folds.map(({ test }, fold) => [
      line(time(Date.parse(test.from)), ceiling, time(Date.parse(test.from)), floor + 4, 'grid'),
      fold % every === 0 ? text(time(Date.parse(test.from)), floor + 17, test.from.slice(0, 10), 'tick') : undefined,
    ]),
    series.map(({ ink, shape, points }) => [
      html`<polyline points="${points.map((point) => `${point.x.toFixed(1)},${skill(point.skill).toFixed(1)}`).join(' ')}" class="${ink}"/>`,
      points.map((point) => mark(shape, point.x, skill(point.skill), ink)),
    ]),
  ]}`;
}
