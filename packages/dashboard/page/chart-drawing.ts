import uPlot from 'uplot';
import type { ChartFacts } from './chart.ts';
import type { Format } from './format.ts';
import { LEVELS, percentOf } from './state.ts';

/** Colours. */
export interface Ink {
  readonly text: string;
  readonly strong: string;
  readonly grid: string;
  readonly ground: string;
  readonly up: string;
  readonly down: string;
  readonly forecast: string;
  readonly past: string;
}

/** How dense the fan is at each level, the widest first. */
const DENSITY: Readonly<Record<string, number>> = { '0.95': 0.16, '0.8': 0.2, '0.5': 0.28 };
const LINE_HEIGHT = 15;

/** Draws inside the plot only. */
function inPlot(u: uPlot, draw: (context: CanvasRenderingContext2D) => void): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx);
  ctx.restore();
}

/** Width of a candle's body, in canvas pixels. */
function bodyWidth(u: uPlot, step: number): number {
  const place = u.valToPos(step, 'x', true) - u.valToPos(0, 'x', true);
  return Math.max(uPlot.pxRatio, Math.min(place * 0.68, 18 * uPlot.pxRatio));
}

/** Rising candles are hollow and falling ones filled, so that nobody has to tell the colours apart. */
export function drawCandles(u: uPlot, { candles, step }: ChartFacts, ink: Ink): void {
  inPlot(u, (context) => {
    const line = Math.max(1, Math.round(uPlot.pxRatio));
    const width = Math.max(line, Math.round(bodyWidth(u, step)));
    context.lineWidth = line;
    for (const { time, open, high, low, close } of candles) {
      const x = Math.round(u.valToPos(time, 'x', true));
      const at = (price: number) => Math.round(u.valToPos(price, 'y', true));
      const isRising = close >= open;
      const [top, bottom] = [at(Math.max(open, close)), at(Math.min(open, close))];
      context.fillStyle = isRising ? ink.up : ink.down;
      context.fillRect(x - line / 2, at(high), line, at(low) - at(high));
      const height = Math.max(line, bottom - top);
      context.fillRect(x - width / 2, top, width, height);
      if (isRising && width > 4 * line && height > 3 * line) {
        context.fillStyle = ink.ground;
        context.fillRect(x - width / 2 + line, top + line, width - 2 * line, height - 2 * line);
      }
    }
  });
}

/** What was forecast of candles that have closed: a small ring each. */
export function drawPast(u: uPlot, past: ChartFacts['past'], ink: Ink): void {
  inPlot(u, (context) => {
    context.lineWidth = 1.75 * uPlot.pxRatio;
    context.strokeStyle = ink.past;
    for (const { time, close } of past) {
      context.beginPath();
      context.arc(u.valToPos(time, 'x', true), u.valToPos(close, 'y', true), 3 * uPlot.pxRatio, 0, 2 * Math.PI);
      context.stroke();
    }
  });
}

/** From the last close to the intervals of the next candle, with their prices beside it. */
export function drawFan(
  u: uPlot,
  { candles, forecast, step }: ChartFacts,
  ink: Ink,
  { format, isShort }: { readonly format: Format; readonly isShort: boolean },
): void {
  const last = candles.at(-1);
  if (last === undefined || forecast === undefined) return;
  inPlot(u, (context) => {
    const half = Math.max(bodyWidth(u, step) / 2, 5 * uPlot.pxRatio);
    const [fromX, fromY] = [u.valToPos(last.time, 'x', true), u.valToPos(last.close, 'y', true)];
    const x = u.valToPos(forecast.time, 'x', true) + half / 2;
    const at = (price: number) => u.valToPos(price, 'y', true);
    context.fillStyle = ink.forecast;
    for (const level of LEVELS.toReversed()) {
      const bounds = forecast.intervals[level];
      if (bounds === undefined) continue;
      context.globalAlpha = DENSITY[level] ?? 0.2;
      context.beginPath();
      context.moveTo(fromX, fromY);
      context.lineTo(x - half, at(bounds.high));
      context.lineTo(x + half, at(bounds.high));
      context.lineTo(x + half, at(bounds.low));
      context.lineTo(x - half, at(bounds.low));
      context.fill();
    }
    context.globalAlpha = 1;
    context.fillRect(x - half, at(forecast.close) - uPlot.pxRatio, 2 * half, 2 * uPlot.pxRatio);
    label(context, x + half + 6 * uPlot.pxRatio, labelsOf(forecast, at, { format, isShort }), ink);
  });
}

interface Label {
  readonly text: string;
  readonly y: number;
  readonly isForecast: boolean;
}

/** The forecast and its bounds from top to bottom, as far apart as they have to be to be read. */
function labelsOf(
  { close, intervals }: NonNullable<ChartFacts['forecast']>,
  at: (price: number) => number,
  { format, isShort }: { readonly format: Format; readonly isShort: boolean },
): Label[] {
  const bounds = (isShort ? ['0.95'] : ['0.8', '0.95']).flatMap((level) => {
    const bound = intervals[level];
    const name = isShort ? '' : ` ${percentOf(level)} %`;
    return bound === undefined ? [] : [bound.low, bound.high].map((price) => ({ price, name }));
  });
  const all = [...bounds, { price: close, name: '' }].sort((a, b) => b.price - a.price);
  const middle = all.findIndex(({ price, name }) => price === close && name === '');
  const gap = LINE_HEIGHT * uPlot.pxRatio;
  const ys = all.map(({ price }) => at(price));
  // The forecast stays where it is; what is too close to it moves away, up or down.
  for (let i = middle - 1; i >= 0; i--) ys[i] = Math.min(ys[i]!, ys[i + 1]! - gap);
  for (let i = middle + 1; i < ys.length; i++) ys[i] = Math.max(ys[i]!, ys[i - 1]! + gap);
  return all.map(({ price, name }, i) => ({ text: format.price(price) + name, y: ys[i]!, isForecast: i === middle }));
}

function label(context: CanvasRenderingContext2D, x: number, labels: readonly Label[], ink: Ink): void {
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  for (const { text, y, isForecast } of labels) {
    context.font = `${isForecast ? '600 ' : ''}${12 * uPlot.pxRatio}px system-ui, sans-serif`;
    context.fillStyle = isForecast ? ink.forecast : ink.text;
    context.fillText(text, x, y);
  }
}
