import { describe, expect, it } from 'vitest';
import { createConsole, createConsoleLogger, type TextStream } from '../src/console.ts';
import { formatCount, formatDuration, formatPercent, formatPrice, formatTime } from '../src/format.ts';
import { renderTable } from '../src/table.ts';

/** A stream that keeps what it is given. */
function recorder(options: Partial<TextStream> = {}): TextStream & { text: string } {
  const stream = {
    ...options,
    text: '',
    write(text: string) {
      stream.text += text;
    },
  };
  return stream;
}

describe('what a command says', () => {
  it('is one changing line of progress on a terminal, no longer than it is wide', () => {
    const stderr = recorder({ isTTY: true, columns: 39 });
    const console = createConsole({ stdout: recorder(), stderr, isJson: false });
    console.progress('train', 1, 4, 'regressor_lin and much more that does not fit');
    expect(stderr.text).toBe('\r\x1b[2Ktrain     ██░░░░░░░░ 1/4 regressor_lin');
    console.line('A line.');
    expect(stderr.text.endsWith('\r\x1b[2KA line.\n')).toBe(true);
    console.progress('train', 4, 4);
    expect(stderr.text.endsWith('██████████ 4/4 \r\x1b[2K')).toBe(true);
  });

  it('is a plain line a tenth elsewhere', () => {
    const stderr = recorder();
    const console = createConsole({ stdout: recorder(), stderr, isJson: false });
    for (let done = 1; done <= 100; done++) console.progress('crawl', done, 100, 'BTC');
    expect(stderr.text.split('\n')).toHaveLength(12);
    expect(stderr.text).toMatch(/^crawl 0 % \(1\/100\) BTC\ncrawl 10 % \(10\/100\) BTC\n/);
  });

  it('is one document on stdout and nothing but log lines on stderr with --json', () => {
    const [stdout, stderr] = [recorder(), recorder()];
    const console = createConsole({ stdout, stderr, isJson: true });
    const log = createConsoleLogger(undefined, stderr, console);
    console.line('for people');
    console.progress('crawl', 1, 2);
    log.info({ symbol: 'BTC' }, 'crawled');
    console.result({ done: true }, 'for people');
    expect(JSON.parse(stdout.text)).toEqual({ done: true });
    expect(JSON.parse(stderr.text)).toMatchObject({ level: 'info', symbol: 'BTC', msg: 'crawled' });
  });

  it('has warnings as sentences, and no more unless asked for', () => {
    const stderr = recorder();
    const console = createConsole({ stdout: recorder(), stderr, isJson: false });
    const log = createConsoleLogger(undefined, stderr, console);
    log.info('all is well');
    log.warn({ symbol: 'BTC' }, 'Something is odd.');
    log.error('Something is wrong.');
    createConsoleLogger('info', stderr, console).info('told');
    expect(stderr.text).toBe('Warning: Something is odd.\nError: Something is wrong.\ntold\n');
  });
});

it('writes numbers as people read them', () => {
  expect(formatCount(12_345.6)).toBe('12,346');
  expect([123_456.7, 64_231.55, 1.23456789, 0.0000123456789].map(formatPrice)).toEqual([
    '123,457',
    '64,231.6',
    '1.23457',
    '0.0000123457',
  ]);
  expect(formatPercent(0.0123, { sign: true })).toBe('+1.23 %');
  expect(formatPercent(-0.5)).toBe('-50.00 %');
  expect([null, undefined, Number.NaN].map((nothing) => formatPercent(nothing))).toEqual(['–', '–', '–']);
  expect(formatTime(Date.parse('2026-01-31T00:00:00Z'))).toBe('2026-01-31');
  expect(formatTime(Date.parse('2026-01-31T14:05:00Z'))).toBe('2026-01-31 14:05');
  expect(formatDuration(840)).toBe('0.8 s');
  expect(formatDuration(125_000)).toBe('2 min 5 s');
});

it('draws tables as wide as what is in them', () => {
  const table = renderTable(
    [
      { name: 'BTC', rows: 5 },
      { name: 'A', rows: 1234 },
    ],
    [
      { title: 'n', cell: ({ name }) => name },
      { title: 'rows', align: 'right', cell: ({ rows }) => String(rows) },
    ],
  );
  expect(table).toBe(['n    rows', '───  ────', 'BTC     5', 'A    1234'].join('\n'));
});
