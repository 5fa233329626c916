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

/**
 * How often each model had the direction right, against what was more usual before; undefined where that is not known.
 */
export function direction(manifest: ReleaseManifest): Markup | undefined {
  const rows = MODEL_NAMES.flatMap((name) => {
    const { directional } = overallOf(manifest, name);
    return directional === null ? [] : [{ name, ...directional }];
  });
  if (rows.length === 0) return undefined;
  const lowest = Math.min(...rows.map(({ low, naive = low }) => Math.min(low, naive)));
  const highest = Math.max(...rows.map(({ high, naive = high }) => Math.max(high, naive)));
  const scale = linearScale([lowest, highest], [LEFT, RIGHT], { count: 6 });
  const bottom = rows.length * ROW;
  const dots = rows.map(({ name, accuracy, low, high, naive }, i) => {
    const y = (i + 0.5) * ROW;
    return [
      text(0, y + 4, name),
      naive === undefined ? undefined : line(scale(naive), y - ROW / 2, scale(naive), y + ROW / 2, 'zero'),
      line(scale(low), y, scale(high), y, 'whisker first'),
      line(scale(low), y - 6, scale(low), y + 6, 'whisker first'),
      line(scale(high), y - 6, scale(high), y + 6, 'whisker first'),
      mark('circle', scale(accuracy), y, 'first'),
      text(WIDTH, y + 4, formatShare(accuracy, 1), 'end strong'),
    ];
  });
  const label = `Share of directions that were right, with 95 % intervals: ${rows.map(({ name, accuracy, low, high, naive }) => `${name} ${formatShare(accuracy, 1)}, ${formatShare(low, 1)} to ${formatShare(high, 1)}, naive ${formatShare(naive, 1)}`).join('; ')}.`;
  return figure({
    title: 'Up or down: how often right',
    lead: 'Against always saying the direction that was more usual before (the line across), with a 95 % interval (Wilson) in which assets at one time, which move together, count as belonging together. The verdict does not rest on this: being right often on small moves is worth little.',
    body: drawing(bottom + 22, label, [
      horizontalAxis(scale, 0, bottom, (value) => `${formatFixed(value * 100, digitsOf(scale.ticks))} %`),
      dots,
    ]),
    table: table(
      rows,
      [
        { title: 'Model', cell: ({ name }) => modelLabel(name) },
        { title: 'Right', isNumber: true, cell: ({ accuracy }) => formatShare(accuracy) },
        { title: 'From', isNumber: true, cell: ({ low }) => formatShare(low) },
        { title: 'To', isNumber: true, cell: ({ high }) => formatShare(high) },
        { title: 'Naive', isNumber: true, cell: ({ naive }) => formatShare(naive) },
      ],
      'Directions that were right',
    ),
  });
}
