import { type Forecast, MODEL_NAMES, type ModelForecast } from '@pavio/core';
import { formatPercent, formatPrice, formatTime } from '../format.ts';
import { renderTable } from '../table.ts';

/** The level of the interval that is shown to people; all are in the JSON. */
const SHOWN_LEVEL = '0.8';

/** A forecast, for people. */
export function describeForecast(forecast: Forecast): string {
  const { symbol, quote, source, interval, lastTime, lastClose, targetTime, version } = forecast;
  const rows = MODEL_NAMES.map((name) => ({ name, ...forecast.models[name] }));
  const table = renderTable(rows, [
    { title: 'model', cell: ({ name }) => name },
    { title: 'next close', align: 'right', cell: ({ close }) => (close === undefined ? '' : formatPrice(close)) },
    {
      title: 'change',
      align: 'right',
      cell: ({ close }) => (close === undefined ? '' : formatPercent(close / lastClose - 1, { sign: true })),
    },
    { title: '80 % interval', cell: describeInterval },
    {
      title: 'P(up)',
      align: 'right',
      cell: ({ probability }) => (probability === undefined ? '' : formatPercent(probability)),
    },
    { title: 'direction', cell: ({ direction }) => (direction === 1 ? 'up' : 'not up') },
    { title: 'verdict', cell: ({ verdict }) => verdict.replace('_', ' ') },
  ]);
  return [
    `${symbol}-${quote} ${interval} from ${source}: close ${formatPrice(lastClose)} of the candle of ${formatTime(lastTime)}, ` +
      `forecast for the candle of ${formatTime(targetTime)} by release ${version}`,
    '',
    table,
    ...(forecast.isSimulated ? ['', 'SIMULATED: these candles are made up.'] : []),
    ...(forecast.isStale ? ['', 'STALE: newer candles have closed since. Crawl them: pavio crawl.'] : []),
  ].join('\n');
}

function describeInterval({ intervals }: ModelForecast): string {
  const bounds = intervals?.[SHOWN_LEVEL];
  return bounds === undefined ? '' : `${formatPrice(bounds.low)} to ${formatPrice(bounds.high)}`;
}
