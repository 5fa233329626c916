import { MODEL_NAMES, type ModelName, type ReleaseManifest } from '@pavio/core';
import { figure, modelLabel, table } from '../figure.ts';
import { formatFixed, formatShare } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { bar, drawing, horizontalAxis, line, text, WIDTH } from '../svg/drawing.ts';
import { linearScale } from '../svg/scale.ts';

const ROW = 40;
const TOP = 18;
const LEFT = 110;
const RIGHT = WIDTH - 12;

/** How wide each regressor's forecast intervals are; undefined where it has none. */
export function intervalWidths(manifest: ReleaseManifest): Markup | undefined {
  const rows = MODEL_NAMES.flatMap((name) => {
    const levels = levelsOf(manifest, name);
    return levels.length === 0 ? [] : [{ name, levels }];
  });
  if (rows.length === 0) return undefined;
  const widest = Math.max(...rows.flatMap(({ levels }) => levels.map(({ radius }) => radius)));
  const scale = linearScale([-widest, widest], [LEFT, RIGHT], { count: 6 });
  const bottom = TOP + rows.length * ROW;
  const known = [...new Set(rows.flatMap(({ levels }) => levels.map(({ level }) => level)))].sort((a, b) => a - b);
  const bars = rows.map(({ name, levels }, i) => {
    const middle = TOP + (i + 0.5) * ROW;
    return [
      text(0, middle + 4, name),
      levels.map(({ radius }) => bar(scale(-radius), scale(radius), middle - 11, 22, 'first layer')),
    ];
  });
  const names = rows[0]!.levels.map(({ level, radius }) =>
    text(scale(radius), TOP - 5, formatShare(level, 0), 'tick middle'),
  );
  const label = `Half widths of the forecast intervals in units of volatility: ${rows.map(({ name, levels }) => `${name} ${levels.map(({ level, radius }) => `${formatShare(level, 0)} ${formatFixed(radius, 2)}`).join(', ')}`).join('; ')}.`;
  return figure({
    title: 'How wide the intervals are',
    lead: html`Around the forecasts of the next candle, in units of the asset’s own volatility (<code>${manifest.volatilityColumn}</code>) when they are made: the darkest band is made to hold ${formatShare(known[0], 0)} of what comes, the widest ${formatShare(known.at(-1), 0)}.`,
    body: drawing(bottom + 22, label, [
      horizontalAxis(scale, TOP, bottom, (value) => formatFixed(value, Number.isInteger(value) ? 0 : 1)),
      bars,
      line(scale(0), TOP, scale(0), bottom, 'zero'),
      names,
    ]),
    table: table(
      rows,
      [
        { title: 'Model', cell: ({ name }) => modelLabel(name) },
        ...known.map((wanted) => ({
          title: formatShare(wanted, 0),
          isNumber: true,
          cell: ({ levels }: (typeof rows)[number]) => {
            const found = levels.find(({ level }) => level === wanted);
            return found && `± ${formatFixed(found.radius, 3)}`;
          },
        })),
      ],
      'Half widths of the intervals in units of volatility',
    ),
  });
}

/** As they are served right after the training, widest first, so that narrower bands lie on top. */
function levelsOf(manifest: ReleaseManifest, name: ModelName): { level: number; radius: number }[] {
  const { intervals, adaptiveIntervals } = manifest.models[name];
  return Object.entries(adaptiveIntervals ?? intervals)
    .map(([level, radius]) => ({ level: Number(level), radius }))
    .sort((a, b) => b.level - a.level);
}
