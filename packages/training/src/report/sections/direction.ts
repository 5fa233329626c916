import { MODEL_NAMES, type ReleaseManifest } from '@pavio/core';
import { figure, modelLabel, table } from '../figure.ts';
import { formatFixed, formatShare } from '../format.ts';
import type { Markup } from '../html.ts';
import { drawing, horizontalAxis, line, mark, text, WIDTH } from '../svg/drawing.ts';
import { linearScale } from '../svg/scale.ts';
import { overallOf } from '../words.ts';
import { digitsOf } from './skill-by-model.ts';

const ROW = 36;
const LEFT = 110;
const RIGHT = WIDTH - 84;
const COIN = 0.5;

/** How often each model had the direction right, against a coin; undefined where that is not known. */
export function direction(manifest: ReleaseManifest): Markup | undefined {
  const rows = MODEL_NAMES.flatMap((name) => {
    const { directional } = overallOf(manifest, name);
    return directional === null ? [] : [{ name, ...directional }];
  });
  if (rows.length === 0) return undefined;
  const lowest = Math.min(COIN, ...rows.map(({ low }) => low));
  const highest = Math.max(COIN, ...rows.map(({ high }) => high));
  const scale = linearScale([lowest, highest], [LEFT, RIGHT], { count: 6 });
  const bottom = rows.length * ROW;
  const dots = rows.map(({ name, accuracy, low, high }, i) => {
    const y = (i + 0.5) * ROW;
    return [
      text(0, y + 4, name),
      line(scale(low), y, scale(high), y, 'whisker first'),
      line(scale(low), y - 6, scale(low), y + 6, 'whisker first'),
      line(scale(high), y - 6, scale(high), y + 6, 'whisker first'),
      mark('circle', scale(accuracy), y, 'first'),
      text(WIDTH, y + 4, formatShare(accuracy, 1), 'end strong'),
    ];
  });
  const label = `Share of directions that were right, with 95 % intervals: ${rows.map(({ name, accuracy, low, high }) => `${name} ${formatShare(accuracy, 1)}, ${formatShare(low, 1)} to ${formatShare(high, 1)}`).join('; ')}.`;
  return figure({
    title: 'Up or down: how often right',
    lead: 'Against the 50 % of a coin, with a 95 % interval (Wilson) in which assets at one time, which move together, count as belonging together. The verdict does not rest on this: being right often on small moves is worth little.',
    body: drawing(bottom + 22, label, [
      horizontalAxis(scale, 0, bottom, (value) => `${formatFixed(value * 100, digitsOf(scale.ticks))} %`),
      line(scale(COIN), 0, scale(COIN), bottom, 'zero'),
      dots,
    ]),
    table: table(
      rows,
      [
        { title: 'Model', cell: ({ name }) => modelLabel(name) },
        { title: 'Right', isNumber: true, cell: ({ accuracy }) => formatShare(accuracy) },
        { title: 'From', isNumber: true, cell: ({ low }) => formatShare(low) },
        { title: 'To', isNumber: true, cell: ({ high }) => formatShare(high) },
      ],
      'Directions that were right',
    ),
  });
}
