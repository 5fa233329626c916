import { type AssetCheck, type CheckReport, isClean } from '@pavio/features';
import { formatCount, formatTime } from '../format.ts';
import { renderTable } from '../table.ts';

/** What was checked, for people: problems first, then a table of the assets. */
export function describeCheck(report: CheckReport): string {
  const { source, quote, interval, features, assets, missing } = report;
  const count = (value: number) => (value === 0 ? '' : formatCount(value));
  const table = renderTable(assets, [
    { title: 'asset', cell: ({ symbol }) => symbol },
    { title: 'candles', align: 'right', cell: ({ rows }) => formatCount(rows) },
    { title: 'from', cell: ({ from }) => (from === undefined ? '' : formatTime(from)) },
    { title: 'to', cell: ({ to }) => (to === undefined ? '' : formatTime(to)) },
    { title: 'gaps', align: 'right', cell: ({ gaps }) => count(gaps) },
    { title: 'missing', align: 'right', cell: ({ missingCandles }) => count(missingCandles) },
    { title: 'no volume', align: 'right', cell: ({ withoutVolume }) => count(withoutVolume) },
    { title: 'standstill', align: 'right', cell: ({ longestStandstill }) => count(longestStandstill) },
    { title: 'jumps', align: 'right', cell: ({ jumps }) => count(jumps) },
    { title: 'no look-ahead', cell: (asset) => verdict(asset, asset.lookAhead.length) },
    { title: 'warm-up', cell: (asset) => verdict(asset, asset.warmUp.length) },
    { title: 'result', cell: (asset) => (isClean(asset) ? 'ok' : 'WRONG') },
  ]);
  const problems = [...missing.map((symbol) => `${symbol}: no closed candles.`), ...assets.flatMap(problemsOf)];
  return [
    `${features} features on ${interval} candles of ${assets.length} assets from ${source} in ${quote}.`,
    ...(problems.length > 0 ? ['', ...problems] : []),
    '',
    table,
  ].join('\n');
}

function verdict({ badCandles }: AssetCheck, problems: number): string {
  if (badCandles !== undefined) return 'not checked';
  return problems === 0 ? 'proven' : `${problems} broken`;
}

function problemsOf({ symbol, badCandles, lookAhead, warmUp }: AssetCheck): string[] {
  return [
    ...(badCandles === undefined ? [] : [badCandles]),
    ...lookAhead.map(
      ({ feature, time, value, withoutLater }) =>
        `${symbol}: ${feature} looks ahead: at ${formatTime(time)} it is ${value}, without later candles ${withoutLater}.`,
    ),
    ...warmUp.map(({ feature, problem, time }) => `${symbol}: ${feature} ${problem} (${formatTime(time)}).`),
  ];
}
