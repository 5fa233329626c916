import uPlot from 'uplot';
import { drawCandles, drawFan, drawPast, type Ink } from './chart-drawing.ts';
import type { Voice } from './state.ts';
import type { Bounds } from './wire.ts';

/** A candle in the chart's own units: open time in unix seconds. */
export interface ChartCandle {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

export interface ChartFacts {
  readonly candles: readonly ChartCandle[];
  /** Seconds from one candle to the next. */
  readonly step: number;
  /** The next candle, as the chosen model forecasts it. */
  readonly forecast:
    | { readonly time: number; readonly close: number; readonly intervals: Readonly<Record<string, Bounds>> }
    | undefined;
  /** Earlier forecasts, at the candles that they were of. */
  readonly past: readonly { readonly time: number; readonly close: number }[];
}

const HEIGHT = { wide: 380, narrow: 280 };
const NARROW = 560;
const FONT = '12px system-ui, sans-serif';

/**
 * Draws candles with the fan of the next one into an element. `onPoint` is told the candle under the pointer, and
 * undefined when it leaves; the arrow keys move the pointer while the element has the focus.
 *
 * @returns what removes it
 */
export function drawChart(
  host: HTMLElement,
  facts: ChartFacts,
  voice: Voice,
  onPoint: (candle: ChartCandle | undefined) => void,
): () => void {
  const width = host.clientWidth;
  const isNarrow = width < NARROW;
  const height = isNarrow ? HEIGHT.narrow : HEIGHT.wide;
  const { candles, forecast, step, past } = facts;
  const ink = inkOf(host);
  const axisWidth = widthOf([voice.format.price(candles.at(-1)?.high ?? 0)]);
  // Room right of the last candle for the prices that are written beside the fan.
  const margin = axisWidth + (isNarrow ? 8 : 36);
  const times = timesWithMargin(facts, margin / Math.max(1, width - axisWidth - margin));
  const closes = times.map((_, i) => candles[i]?.close ?? null);
  const axis: uPlot.Axis = {
    stroke: ink.text,
    font: FONT,
    grid: { stroke: ink.grid, width: 1 },
    ticks: { stroke: ink.grid, width: 1, size: 5 },
  };
  const chart = new uPlot(
    {
      width,
      height,
      legend: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      padding: [12, 8, 0, 0],
      cursor: { points: { show: false }, drag: { x: true, y: false }, y: false },
      scales: {
        x: { range: (_, min, max) => [min - step * 0.6, max + step * 0.6] },
        y: { range: (u) => visibleRange(u, facts) },
      },
      series: [{}, { paths: () => null, points: { show: false } }],
      axes: [
        { ...axis, space: 90, values: (_, splits) => splits.map(tickFormat(voice, step)) },
        {
          ...axis,
          size: (_, values) => widthOf(values ?? []),
          values: (_, splits, __, ___, step) => splits.map(voice.format.tick(step)),
        },
      ],
      hooks: {
        draw: [
          (u) => {
            drawCandles(u, facts, ink);
            drawPast(u, past, ink);
            if (forecast !== undefined) drawFan(u, facts, ink, { format: voice.format, isShort: isNarrow });
          },
        ],
        setCursor: [
          ({ cursor }) => onPoint(cursor.idx === null || cursor.idx === undefined ? undefined : candles[cursor.idx]),
        ],
      },
    },
    [times, closes],
    host,
  );
  const observer = new ResizeObserver(() => {
    if (host.clientWidth > 0 && host.clientWidth !== chart.width) chart.setSize({ width: host.clientWidth, height });
  });
  observer.observe(host);
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const from = chart.cursor.left !== undefined && chart.cursor.left >= 0 ? chart.cursor.idx : undefined;
    const to = Math.max(0, Math.min(candles.length - 1, (from ?? candles.length) + step));
    chart.setCursor({ left: chart.valToPos(candles[to]?.time ?? 0, 'x'), top: 0 });
  };
  host.addEventListener('keydown', onKey);
  return () => {
    host.removeEventListener('keydown', onKey);
    observer.disconnect();
    chart.destroy();
  };
}

/** Times of the candles, of the forecast one, and of empty places that take up the margin. */
function timesWithMargin({ candles, forecast, step }: ChartFacts, share: number): number[] {
  const times = candles.map(({ time }) => time);
  const last = times.at(-1) ?? 0;
  if (forecast === undefined) return times;
  times.push(forecast.time);
  const places = Math.ceil((forecast.time - (times[0] ?? last)) / step) * share;
  for (let place = 1; place <= places; place++) times.push(forecast.time + place * step);
  return times;
}

/** Lowest and highest price of what is in sight, with a little air. */
function visibleRange(u: uPlot, { candles, forecast }: ChartFacts): [number, number] {
  const min = u.scales['x']?.min ?? -Infinity;
  const max = u.scales['x']?.max ?? Infinity;
  let low = Infinity;
  let high = -Infinity;
  const take = (time: number, bottom: number, top: number) => {
    if (time < min || time > max) return;
    low = Math.min(low, bottom);
    high = Math.max(high, top);
  };
  for (const candle of candles) take(candle.time, candle.low, candle.high);
  if (forecast !== undefined) {
    const bounds = Object.values(forecast.intervals);
    const lows = bounds.map((bound) => bound.low);
    const highs = bounds.map((bound) => bound.high);
    take(forecast.time, Math.min(forecast.close, ...lows), Math.max(forecast.close, ...highs));
  }
  if (low > high) return [0, 1];
  const air = (high - low) * 0.05 || high * 0.01;
  return [low - air, high + air];
}

/** Days, or times of day where candles are shorter than a day; midnight is a day there too. */
function tickFormat({ words }: Voice, step: number): (seconds: number) => string {
  const day = new Intl.DateTimeFormat(words.locale, { timeZone: 'UTC', day: 'numeric', month: 'short' });
  const time = new Intl.DateTimeFormat(words.locale, {
    timeZone: 'UTC',
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (seconds) => (step >= 86_400 || seconds % 86_400 === 0 ? day : time).format(seconds * 1000);
}

/** Of the price axis: about seven pixels a digit. */
function widthOf(labels: readonly string[]): number {
  return 14 + 7 * Math.max(3, ...labels.map((label) => label.length));
}

/** The colours that the style gives to this element. */
function inkOf(host: HTMLElement): Ink {
  const style = getComputedStyle(host);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: colour('soft'),
    strong: colour('text'),
    grid: colour('rule'),
    ground: colour('card'),
    up: colour('up'),
    down: colour('down'),
    forecast: colour('first'),
    past: colour('second'),
  };
}
