import type { CrawlReport } from '@pavio/crawler';
import { formatCount, formatDuration } from '../format.ts';
import { renderTable } from '../table.ts';

/** A crawl or an import, for people: a table of the series and what is missing. */
export function describeCrawl(report: CrawlReport): string {
  const { totals } = report;
  const table = renderTable(report.series, [
    { title: 'asset', cell: ({ symbol, quote }) => `${symbol}-${quote}` },
    { title: 'candles', align: 'right', cell: ({ stored }) => formatCount(stored) },
    { title: 'new', align: 'right', cell: ({ inserted }) => formatCount(inserted) },
    { title: 'corrected', align: 'right', cell: ({ changed }) => formatCount(changed) },
    { title: 'from', cell: ({ first }) => dateOf(first) },
    { title: 'to', cell: ({ last }) => dateOf(last) },
    { title: 'gaps', align: 'right', cell: ({ gaps }) => (gaps.count === 0 ? '' : `${gaps.count} (${gaps.candles})`) },
    { title: 'dropped', cell: ({ quality }) => describeQuality(quality) },
  ]);
  return [
    summarizeCrawl(report),
    ...(report.series.length > 0 ? ['', table] : []),
    ...describeMissing(report),
    ...(totals.gapCandles > 0
      ? ['', 'Gaps stay gaps: number of gaps (missing candles). Nothing is interpolated.']
      : []),
  ].join('\n');
}

/** One line. */
export function summarizeCrawl({ source, isSimulated, totals, seconds }: CrawlReport): string {
  const changed = totals.changed > 0 ? `, ${formatCount(totals.changed)} corrected` : '';
  const dropped = totals.dropped > 0 ? `, ${formatCount(totals.dropped)} rows dropped` : '';
  const missing = totals.incomplete > 0 ? `, INCOMPLETE: ${totals.incomplete} with something missing` : '';
  const requests = totals.requests > 0 ? `, ${formatCount(totals.requests)} requests` : '';
  return (
    `${totals.series} series from ${source}${isSimulated ? ' (SIMULATED)' : ''}: ${formatCount(totals.inserted)} new candles` +
    `${changed}${dropped}, ${formatCount(totals.stored)} stored${missing}${requests}, ${formatDuration(seconds * 1000)}`
  );
}

function describeMissing({ series, badFiles }: CrawlReport): string[] {
  const spans = series.flatMap(({ symbol, missing }) =>
    missing.map(({ from, to, message }) => `  ${symbol} ${dateOf(from)} to ${dateOf(to)}: ${message}`),
  );
  const files = badFiles.map(({ message }) => `  ${message}`);
  return spans.length + files.length === 0 ? [] : ['', 'Missing:', ...spans, ...files];
}

function describeQuality(quality: CrawlReport['series'][number]['quality']): string {
  return Object.entries(quality)
    .filter(([, count]) => count > 0)
    .map(([rule, count]) => `${count} ${rule}`)
    .join(', ');
}

function dateOf(iso: string | null): string {
  return (iso ?? '–')
    .replace('T00:00:00Z', '')
    .replace('T', ' ')
    .replace(/(:00)?Z$/, '');
}
