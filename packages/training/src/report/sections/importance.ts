import { MODEL_NAMES, type ModelName, type ReleaseManifest } from '@pavio/core';
import { figure, modelLabel, table } from '../figure.ts';
import { formatShare } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { bar, drawing, text, WIDTH } from '../svg/drawing.ts';
import { linearScale } from '../svg/scale.ts';

const SHOWN = 15;
const ROW = 22;
const LEFT = 190;
const RIGHT = WIDTH - 60;

/** The inputs that matter most to each model; undefined where that is not known. */
export function importance(manifest: ReleaseManifest): Markup | undefined {
  const models = MODEL_NAMES.map((name) => ({ name, inputs: rank(manifest, name) })).filter(
    ({ inputs }) => inputs.length > 0,
  );
  if (models.length === 0) return undefined;
  const named = [...new Set(models.flatMap(({ inputs }) => inputs.slice(0, SHOWN).map(({ input }) => input)))].sort();
  const charts = models.map(({ name, inputs }) => html`<div><h3>${modelLabel(name)}</h3>${chart(name, inputs)}</div>`);
  return figure({
    title: 'What the models look at',
    lead: `The ${SHOWN} inputs of ${manifest.featureSet.inputs.length} with the largest share of each model’s importance: of the absolute standardised coefficients in linear models, of the loss that splits save in trees. It tells what a model uses, not what moves the market.`,
    body: html`<div class="many">${charts}</div>`,
    table: table(
      named,
      [
        { title: 'Input', cell: (input) => input },
        ...models.map(({ name, inputs }) => ({
          title: modelLabel(name),
          isNumber: true,
          cell: (wanted: string) => formatShare(inputs.find(({ input }) => input === wanted)?.share),
        })),
      ],
      'Importance by input and model',
    ),
    isWide: true,
  });
}

interface Ranked {
  readonly input: string;
  readonly share: number;
}

function rank(manifest: ReleaseManifest, name: ModelName): Ranked[] {
  return Object.entries(manifest.models[name].importance)
    .map(([input, share]) => ({ input, share }))
    .sort((a, b) => b.share - a.share);
}

function chart(name: ModelName, inputs: readonly Ranked[]): Markup {
  const top = inputs.slice(0, SHOWN);
  const scale = linearScale([0, top[0]!.share], [LEFT, RIGHT], { isNice: false });
  const label = `Inputs by importance in ${name}: ${top.map(({ input, share }) => `${input} ${formatShare(share, 1)}`).join(', ')}.`;
  const bars = top.map(({ input, share }, i) => {
    const middle = (i + 0.5) * ROW;
    return [
      text(0, middle + 4, input),
      bar(LEFT, scale(share), middle - 7, 14, 'first'),
      text(WIDTH, middle + 4, formatShare(share, 1), 'end note'),
    ];
  });
  return drawing(top.length * ROW, label, bars);
}
