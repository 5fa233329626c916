import {
  type Coverage,
  type Covered,
  INTERVAL_METHODS,
  type IntervalMethod,
  MODEL_NAMES,
  type ModelName,
  type ReleaseManifest,
  VOLATILITY_REGIMES,
} from '@pavio/core';
import { figure, modelLabel, table } from '../figure.ts';
import { formatCount, formatFixed, formatList, formatShare } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { drawing, horizontalAxis, line, mark, text, WIDTH } from '../svg/drawing.ts';
import { linearScale, type Scale } from '../svg/scale.ts';

const TOP = 34;
const ROW = 24;
const HEAD = 26;
const LEFT = 104;
const RIGHT = WIDTH - 66;

const STYLES: Readonly<Record<IntervalMethod, { shape: 'circle' | 'square'; ink: string; shift: number }>> = {
  adaptive: { shape: 'circle', ink: 'first', shift: -4 },
  plain: { shape: 'square', ink: 'none', shift: 5 },
};

const PARTS = ['overall', ...VOLATILITY_REGIMES] as const;
type Part = (typeof PARTS)[number];
const PART_WORDS: Readonly<Record<Part, string>> = {
  overall: 'all rows',
  calm: 'calm',
  usual: 'usual',
  wild: 'wild',
};

const partOf = (coverage: Coverage, part: Part): Covered =>
  part === 'overall' ? coverage.overall : coverage.regimes[part];

/** How often the intervals held out of sample, by level and by volatility; undefined where that is not known. */
export function coverage(manifest: ReleaseManifest): Markup | undefined {
  const models = MODEL_NAMES.flatMap((name) => {
    const entries = (manifest.models[name].coverage ?? []).filter(({ overall }) => overall !== null);
    return entries.length === 0 ? [] : [{ name, entries }];
  });
  if (models.length === 0) return undefined;
  const deviations = models.flatMap(({ entries }) =>
    entries.flatMap((entry) =>
      PARTS.flatMap((part) => {
        const covered = partOf(entry, part);
        return covered === null ? [] : [covered.low - entry.level, covered.high - entry.level];
      }),
    ),
  );
  const domain = [Math.min(0, ...deviations), Math.max(0, ...deviations)] as const;
  const charts = models.map(
    ({ name, entries }) =>
      html`<div><h3>${modelLabel(name)}</h3>${chart(name, entries, linearScale(domain, [LEFT, RIGHT], { count: 5 }))}</div>`,
  );
  return figure({
    title: 'Do intervals hold what they promise?',
    lead: describe(models.flatMap(({ entries }) => entries)),
    body: html`<div class="many">${charts}${guide(manifest)}</div>`,
    table: numbers(models),
    isWide: true,
  });
}

/** What the figure shows, in words. */
function describe(entries: readonly Coverage[]): string {
  const side = (entry: Coverage, part: Part) => {
    const covered = partOf(entry, part);
    if (covered === null) return 'unknown';
    return covered.high < entry.level ? 'low' : covered.low > entry.level ? 'high' : 'held';
  };
  const overall = INTERVAL_METHODS.map((method) => {
    const own = entries.filter((entry) => entry.method === method);
    return `${own.filter((entry) => side(entry, 'overall') === 'held').length} of ${own.length} ${method} intervals`;
  });
  const among = VOLATILITY_REGIMES.flatMap((regime) => {
    const served = entries.filter(({ method }) => method === 'adaptive');
    const count = (wanted: string) => served.filter((entry) => side(entry, regime) === wanted).length;
    const said = (
      [
        ['low', 'held less often'],
        ['high', 'held more often'],
      ] as const
    ).flatMap(([wanted, words]) => (count(wanted) > 0 ? [`${count(wanted)} of ${served.length} ${words}`] : []));
    return said.length > 0 ? [`in ${regime} times ${said.join(' and ')}`] : [];
  });
  const regimes =
    among.length === 0
      ? 'So did the adaptive ones in each volatility.'
      : `Of the adaptive ones, ${formatList(among)} than promised.`;
  return `Over all rows, ${formatList(overall)} held what they promise, as far as can be told. ${regimes}`;
}

/** How to read the charts. */
function guide({ volatilityColumn }: ReleaseManifest): Markup {
  return html`<div><h3>How to read it</h3><dl>
<dt>0</dt><dd>It held exactly as often as promised. Left of it less often: too narrow. Right of it more often: too wide. The numbers are percentage points.</dd>
<dt>whiskers</dt><dd>95 % intervals; assets at one time count as belonging together.</dd>
<dt>adaptive</dt><dd>The width follows the misses from candle to candle. Served as long as every candle is trained on.</dd>
<dt>plain</dt><dd>The width is fixed for a whole test period. Served by a release that is older than the last candle.</dd>
<dt>calm, usual, wild</dt><dd>Thirds of the volatility (<code>${volatilityColumn}</code>) of all earlier rows. An interval may hold over all rows and yet be too narrow in some and too wide in others.</dd>
</dl></div>`;
}

function chart(name: ModelName, entries: readonly Coverage[], scale: Scale): Markup {
  const levels = [...new Set(entries.map(({ level }) => level))];
  const group = HEAD + PARTS.length * ROW;
  const bottom = TOP + levels.length * group;
  const say = ({ method, level, overall }: Coverage) =>
    `${method} ${formatShare(level, 0)} held ${formatShare(overall?.share, 1)}`;
  const label = `Coverage of the intervals of ${name}: ${entries.map(say).join('; ')}. Volatility regimes are in the table below.`;
  const rows = levels.flatMap((level, l) => {
    const top = TOP + l * group;
    const own = entries.filter((entry) => entry.level === level);
    return [
      text(0, top + 17, `Promise ${formatShare(level, 0)}`, 'strong'),
      ...PARTS.map((part, p) => row(own, part, top + HEAD + (p + 0.5) * ROW, scale)),
    ];
  });
  return drawing(bottom + 22, label, [
    mark('circle', LEFT + 6, 10, STYLES.adaptive.ink),
    text(LEFT + 16, 14, 'adaptive'),
    mark('square', LEFT + 96, 10, STYLES.plain.ink),
    text(LEFT + 106, 14, 'plain'),
    text(WIDTH, 14, 'held', 'note end'),
    horizontalAxis(scale, TOP, bottom, (value) => signed(value)),
    line(scale(0), TOP, scale(0), bottom, 'zero'),
    rows,
  ]);
}

function row(entries: readonly Coverage[], part: Part, y: number, scale: Scale): Markup[] {
  const served = entries.find(({ method }) => method === 'adaptive') ?? entries[0]!;
  const share = partOf(served, part)?.share;
  const marks = entries.flatMap((entry) => {
    const covered = partOf(entry, part);
    if (covered === null) return [];
    const { shape, ink, shift } = STYLES[entry.method];
    return [
      line(scale(covered.low - entry.level), y + shift, scale(covered.high - entry.level), y + shift, `whisker ${ink}`),
      mark(shape, scale(covered.share - entry.level), y + shift, ink),
    ];
  });
  return [
    text(14, y + 4, PART_WORDS[part], part === 'overall' ? '' : 'note'),
    text(WIDTH, y + 4, formatShare(share, 1), part === 'overall' ? 'end strong' : 'end note'),
    ...marks,
  ];
}

/** Percentage points with their sign. */
function signed(value: number): string {
  const points = formatFixed(value * 100, 0);
  return value > 0 && points !== '0' ? `+${points}` : points;
}

function numbers(models: readonly { readonly name: ModelName; readonly entries: readonly Coverage[] }[]): Markup {
  const say = (covered: Covered) =>
    covered === null
      ? '–'
      : html`${formatShare(covered.share, 1)}<span class="below">${formatShare(covered.low, 1)} to ${formatShare(covered.high, 1)}, ${formatCount(covered.rows)} rows</span>`;
  return table(
    models.flatMap(({ name, entries }) => entries.map((entry) => ({ name, entry }))),
    [
      { title: 'Model', cell: ({ name }) => modelLabel(name) },
      { title: 'Promise', isNumber: true, cell: ({ entry }) => formatShare(entry.level, 0) },
      { title: 'Kind', cell: ({ entry }) => entry.method },
      { title: 'Mean width', isNumber: true, cell: ({ entry }) => `± ${formatFixed(entry.radius, 3)}` },
      ...PARTS.map((part) => ({
        title: PART_WORDS[part],
        isNumber: true,
        cell: ({ entry }: { entry: Coverage }) => say(partOf(entry, part)),
      })),
    ],
    'Coverage of the intervals, widths in units of volatility',
  );
}
