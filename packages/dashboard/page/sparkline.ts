import type { Bounds } from './wire.ts';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 200;
const HEIGHT = 40;
/** Room for the point at the end, and for half of the line's width. */
const MARGIN = 4;

/**
 * A small line through values, oldest first, from `low` to `high`, with zero dashed; where a value is missing the line
 * breaks. The colours are the style's.
 */
export function sparkline(values: readonly (number | null)[], { low, high }: Bounds, label: string): SVGSVGElement {
  const x = (index: number) => MARGIN + (index / Math.max(1, values.length - 1)) * (WIDTH - 2 * MARGIN);
  const y = (value: number) => MARGIN + ((high - value) / (high - low || 1)) * (HEIGHT - 2 * MARGIN);
  const graphic = svg('svg', { class: 'sparkline', width: WIDTH, height: HEIGHT, role: 'img', 'aria-label': label });
  graphic.append(svg('line', { x1: 0, x2: WIDTH, y1: y(0), y2: y(0) }));
  let path = '';
  for (const [index, value] of values.entries()) {
    const isFirst = index === 0 || values[index - 1] === null;
    if (value !== null) path += `${isFirst ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
  }
  const newest = values.at(-1) ?? null;
  graphic.append(svg('path', { d: path }));
  if (newest !== null) graphic.append(svg('circle', { cx: x(values.length - 1), cy: y(newest), r: 3 }));
  return graphic;
}

function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
