import { type Content, html, type Markup } from '../html.ts';
import type { Scale } from './scale.ts';

/**
 * Width of every drawing in its own units. Drawings are scaled to the column they stand in: text of 12 units is read
 * on a telephone (360 px) as well as in half of a wide page.
 */
export const WIDTH = 480;

/** A drawing of `height` units; `label` is what it shows, for those who do not see it. */
export function drawing(height: number, label: string, content: Content): Markup {
  return html`<svg viewBox="0 0 ${WIDTH} ${Math.ceil(height)}" role="img" aria-label="${label}">${content}</svg>`;
}

export function text(x: number, y: number, content: string, classes = ''): Markup {
  return html`<text x="${place(x)}" y="${place(y)}" class="${classes}">${content}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, classes: string): Markup {
  return html`<line x1="${place(x1)}" y1="${place(y1)}" x2="${place(x2)}" y2="${place(y2)}" class="${classes}"/>`;
}

/** A bar between two places, in either order. */
export function bar(from: number, to: number, y: number, height: number, classes: string): Markup {
  const width = Math.max(Math.abs(to - from), 0.5);
  return html`<rect x="${place(Math.min(from, to))}" y="${place(y)}" width="${place(width)}" height="${place(height)}" rx="2" class="${classes}"/>`;
}

/** Marks that can be told apart without colour. */
export type Mark = 'circle' | 'square' | 'diamond';

export function mark(shape: Mark, x: number, y: number, classes: string): Markup {
  if (shape === 'circle') return html`<circle cx="${place(x)}" cy="${place(y)}" r="4.5" class="${classes}"/>`;
  const turn = shape === 'diamond' ? html` transform="rotate(45 ${place(x)} ${place(y)})"` : undefined;
  return html`<rect x="${place(x - 4)}" y="${place(y - 4)}" width="8" height="8"${turn} class="${classes}"/>`;
}

/** Grid lines at the ticks of a horizontal scale, between two heights, with their values below. */
export function horizontalAxis(scale: Scale, top: number, bottom: number, format: (value: number) => string): Markup {
  const ticks = scale.ticks.map((tick) => [
    line(scale(tick), top, scale(tick), bottom, 'grid'),
    text(scale(tick), bottom + 16, format(tick), 'tick middle'),
  ]);
  return html`${ticks}`;
}

function place(value: number): string {
  return String(Math.round(value * 10) / 10);
}
