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
    { title: 'no look-ahead', cell: ({ lookAhead, checked }) => verdict(lookAhead, checked.lookAhead, features) },
    { title: 'warm-up', cell: ({ warmUp, checked }) => verdict(warmUp, checked.warmUp, features) },
    { title: 'alone', cell: ({ carriedOver, checked }) => verdict(carriedOver, checked.carriedOver, features) },
    { title: 'result', cell: (asset) => result(asset, features) },
  ]);
  const problems = [...missing.map((symbol) => `${symbol}: no closed candles.`), ...assets.flatMap(problemsOf)];
  const isInPart = assets.some((asset) => result(asset, features) === 'in part');
  return [
    `${features} features on ${interval} candles of ${assets.length} assets from ${source} in ${quote}.`,
    ...(problems.length > 0 ? ['', ...problems] : []),
    '',
    table,
    ...(isInPart ? ['', inPart(features)] : []),
  ].join('\n');
}

function verdict(problems: readonly unknown[], checked: number, features: number): string {
  if (problems.length > 0) return `${problems.length} broken`;
  if (checked === 0) return 'not checked';
  return checked === features ? 'proven' : `${checked} of ${features}`;
}

function result(asset: AssetCheck, features: number): string {
  if (!isClean(asset)) return 'WRONG';
  const checked = Object.values(asset.checked);
  if (checked.every((count) => count === 0)) return 'not checked';
  return checked.every((count) => count === features) ? 'ok' : 'in part';
}

function inPart(features: number): string {
  return (
    `In part: not all ${features} features could be checked on these candles. It takes more of them without a gap than a ` +
    'feature looks back or remembers (pavio features --list).'
  );
}

function problemsOf({ symbol, badCandles, lookAhead, warmUp, carriedOver }: AssetCheck): string[] {
  return [
    ...(badCandles === undefined ? [] : [badCandles]),
    ...lookAhead.map(
      ({ feature, time, value, withoutLater }) =>
        `${symbol}: ${feature} looks ahead: at ${formatTime(time)} it is ${value}, without later candles ${withoutLater}.`,
    ),
    ...warmUp.map(({ feature, problem, time }) => `${symbol}: ${feature} ${problem} (${formatTime(time)}).`),
    ...carriedOver.map(
      ({ feature, time, value, alone }) =>
        `${symbol}: ${feature} depends on another asset: at ${formatTime(time)} it is ${value} after it, alone ${alone}.`,
    ),
  ];
}
