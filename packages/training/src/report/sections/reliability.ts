import { type Calibration, MODEL_NAMES, type ModelName, type ReleaseManifest, type Reliability } from '@pavio/core';
import { figure, modelLabel, table } from '../figure.ts';
import { formatCount, formatFixed, formatShare } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { drawing, horizontalAxis, line, type Mark, mark, text, WIDTH } from '../svg/drawing.ts';
import { linearScale, type Scale } from '../svg/scale.ts';
import { digitsOf } from './skill-by-model.ts';

const LEFT = 52;
const RIGHT = WIDTH - 8;
const TOP = 30;
const BOTTOM = TOP + 300;

const METHOD_WORDS = { none: 'as the model says', platt: 'Platt scaling', isotonic: 'isotonic' } as const;

interface Calibrated extends Calibration {
  readonly name: ModelName;
  readonly before: Reliability;
}

/** What classifiers say against what came of it, before and after calibration; undefined where that is not known. */
export function reliability(manifest: ReleaseManifest): Markup | undefined {
  const models = MODEL_NAMES.flatMap((name): Calibrated[] => {
    const { calibration } = manifest.models[name];
    return calibration?.before ? [{ name, ...calibration, before: calibration.before }] : [];
  });
  if (models.length === 0) return undefined;
  const charts = models.map(
    (model) =>
      html`<div><h3>${modelLabel(model.name)}</h3>${chart(model)}<p class="lead">${describeChoice(model)}</p></div>`,
  );
  return figure({
    title: 'Do probabilities come true?',
    lead: 'Of all times that the model said about 55 %, did the price rise 55 times in 100? Each point is a tenth of the rows, its whisker a 95 % interval (assets at one time count as belonging together). On the dashed line a model’s word can be taken as it is; points flatter than the line are of a model that is surer than it should be. All points are of rows later than those the calibration learnt from.',
    body: html`<div class="many">${charts}</div>`,
    table: html`${terms(models)}${bins(models)}`,
    isWide: true,
  });
}

function describeChoice({ calibrator, trials, before, after }: Calibrated): string {
  if (calibrator !== null && after !== null) {
    return `Calibrated by ${METHOD_WORDS[calibrator.method]}: the Brier score fell from ${formatFixed(before.brier, 5)} to ${formatFixed(after.brier, 5)}. Calibrated probabilities are what is served and judged.`;
  }
  const rivals = trials
    .filter(({ method }) => method !== 'none')
    .map(({ method, brier }) => `${METHOD_WORDS[method]} ${formatFixed(brier, 5)}`);
  return `Not calibrated, because nothing helped: Brier score ${formatFixed(before.brier, 5)}; ${rivals.join(', ')}.`;
}

function chart({ name, before, after }: Calibrated): Markup {
  const shown = [before, ...(after === null ? [] : [after])];
  const all = shown.flatMap(({ bins: own }) =>
    own.flatMap(({ meanProbability, low, high }) => [meanProbability, low, high]),
  );
  const domain = [Math.min(...all), Math.max(...all)] as const;
  const x = linearScale(domain, [LEFT, RIGHT], { count: 6 });
  const y = linearScale(domain, [BOTTOM, TOP], { count: 6 });
  const percent = (value: number) => `${formatFixed(value * 100, digitsOf(x.ticks))} %`;
  const [first, last] = [x.ticks[0]!, x.ticks.at(-1)!];
  const describe = (words: string, { bins: own }: Reliability) =>
    `${words}: ${own.map(({ meanProbability, observed }) => `said ${formatShare(meanProbability, 0)}, came true ${formatShare(observed, 0)}`).join('; ')}`;
  const label = `Reliability of ${name}. ${describe('Before calibration', before)}.${after === null ? '' : ` ${describe('After', after)}.`}`;
  const hasBoth = after !== null;
  return drawing(BOTTOM + 40, label, [
    horizontalAxis(x, TOP, BOTTOM, percent),
    y.ticks.map((tick) => [
      line(LEFT, y(tick), RIGHT, y(tick), 'grid'),
      text(LEFT - 6, y(tick) + 4, percent(tick), 'tick end'),
    ]),
    line(x(first), y(first), x(last), y(last), 'zero dashed'),
    text(RIGHT, BOTTOM + 36, 'how likely a rise was said to be →', 'note end'),
    text(0, 12, '↑ how often it rose', 'note'),
    legend(hasBoth),
    points(before, x, y, hasBoth ? 'square' : 'circle', hasBoth ? 'none' : 'first'),
    after === null ? undefined : points(after, x, y, 'circle', 'first'),
  ]);
}

function legend(hasBoth: boolean): Markup[] {
  if (!hasBoth) return [];
  return [
    mark('square', 232, 8, 'none'),
    text(242, 12, 'before calibration'),
    mark('circle', 374, 8, 'first'),
    text(384, 12, 'after (served)'),
  ];
}

function points({ bins: own }: Reliability, x: Scale, y: Scale, shape: Mark, ink: string): Markup[][] {
  return own.map(({ meanProbability, observed, low, high }) => [
    line(x(meanProbability), y(low), x(meanProbability), y(high), `whisker ${ink}`),
    mark(shape, x(meanProbability), y(observed), ink),
  ]);
}

/** The Brier score taken apart. */
function terms(models: readonly Calibrated[]): Markup {
  const rows = models.flatMap(({ name, before, after }) => [
    { name, when: 'before', ...before },
    ...(after === null ? [] : [{ name, when: 'after', ...after }]),
  ]);
  const number = (title: string, key: Exclude<keyof Reliability, 'bins' | 'rows'>) => ({
    title,
    isNumber: true,
    cell: (row: Reliability) => formatFixed(row[key], 6),
  });
  return html`<p class="lead">Brier score = reliability − resolution + uncertainty + spread within bins − link within bins. Small reliability: probabilities come true. Large resolution: they tell days apart.</p>${table(
    rows,
    [
      { title: 'Model', cell: ({ name }) => modelLabel(name) },
      { title: 'Calibration', cell: ({ when }) => when },
      number('Brier', 'brier'),
      number('Reliability', 'reliability'),
      number('Resolution', 'resolution'),
      number('Uncertainty', 'uncertainty'),
      number('Spread', 'withinBinVariance'),
      number('Link', 'withinBinCovariance'),
    ],
    'Brier score taken apart',
  )}`;
}

function bins(models: readonly Calibrated[]): Markup {
  const rows = models.flatMap(({ name, before, after }) => [
    ...before.bins.map((bin) => ({ name, when: 'before', ...bin })),
    ...(after?.bins ?? []).map((bin) => ({ name, when: 'after', ...bin })),
  ]);
  return table(
    rows,
    [
      { title: 'Model', cell: ({ name }) => modelLabel(name) },
      { title: 'Calibration', cell: ({ when }) => when },
      { title: 'Rows', isNumber: true, cell: ({ rows: count }) => formatCount(count) },
      { title: 'Said', isNumber: true, cell: ({ meanProbability }) => formatShare(meanProbability, 1) },
      { title: 'Came true', isNumber: true, cell: ({ observed }) => formatShare(observed, 1) },
      { title: '95 %', isNumber: true, cell: ({ low, high }) => `${formatShare(low, 1)} to ${formatShare(high, 1)}` },
    ],
    'What was said and what came true',
  );
}
