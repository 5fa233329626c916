import type { FeatureReport } from '@pavio/features';
import { formatCount, formatDuration, formatTime } from '../format.ts';
import { renderTable } from '../table.ts';

/** Features, for people: the sums and a table of the assets. */
export function describeFeatures(report: FeatureReport): string {
  const table = renderTable(report.assets, [
    { title: 'asset', cell: ({ symbol }) => symbol },
    { title: 'rows', align: 'right', cell: ({ rows }) => formatCount(rows) },
    { title: 'complete', align: 'right', cell: ({ completeRows }) => formatCount(completeRows) },
    { title: 'gaps', align: 'right', cell: ({ gaps }) => (gaps === 0 ? '' : formatCount(gaps)) },
    { title: 'from', cell: ({ from }) => formatTime(from) },
    { title: 'to', cell: ({ to }) => formatTime(to) },
  ]);
  const left = [
    ...report.tooShort.map(({ symbol, rows }) => `  ${symbol}: ${rows} candles are too few.`),
    ...report.missing.map((symbol) => `  ${symbol}: no closed candles.`),
  ];
  return [summarizeFeatures(report), '', table, ...(left.length > 0 ? ['', 'Left out:', ...left] : [])].join('\n');
}

/** One line. */
export function summarizeFeatures(report: FeatureReport): string {
  const { rows, completeRows, assets, columns, inputs, from, to, key, seconds } = report;
  return (
    `${formatCount(rows)} rows (${formatCount(completeRows)} complete) of ${assets.length} assets, ` +
    `${columns} features (${inputs} that models see), ${formatTime(from)} to ${formatTime(to)}, ` +
    `${formatDuration(seconds * 1000)} -> ${key}`
  );
}
