import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type CandleSeries, fixedClock, isoTime, seriesLength, silentLogger } from '@pavio/core';
import { simulateCandles } from '@pavio/market';
import { encodeCandleCsv } from '@pavio/storage';
import { describe, expect, it } from 'vitest';
import { type ImportProgress, importFiles, incompleteError } from '../src/index.ts';
import { rowsOf, temporaryFolder, temporaryLake } from './support/lake.ts';

const DAY = 86_400_000;
const FIRST = Date.parse('2026-01-01');
const clock = fixedClock('2026-06-15T12:00:00Z');
const log = silentLogger;
const HEADER = 'time,open,high,low,close,volumefrom,volumeto';

/** A folder with these files, by name. */
async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  return folder;
}

const days = (symbol: string, count: number) => simulateCandles(symbol, '1d', FIRST, FIRST + (count - 1) * DAY);
const daily = (symbol: string, quote = 'USD') => ({ source: 'import', symbol, quote, interval: '1d' }) as const;

describe('an import', () => {
  it('takes files and folders; the name says whose candles they are', async () => {
    const folder = await folderWith({
      'BTC-USDT-1d.csv': encodeCandleCsv(days('BTC', 10)),
      'more/deep/ETHUSDT-1h.csv': encodeCandleCsv(simulateCandles('ETH', '1h', FIRST, FIRST + DAY)),
      'more/bitcoin.csv': encodeCandleCsv(days('BTC', 3)),
      'more/notes.txt': 'no candles',
    });
    const candles = await temporaryLake();
    const progress: ImportProgress[] = [];
    const report = await importFiles({
      files: [path.join(folder, 'BTC-USDT-1d.csv'), folder],
      candles,
      clock,
      log,
      quote: 'USD',
      interval: '1d',
      onProgress: (step) => progress.push(step),
    });

    expect(report).toMatchObject({ source: 'import', isSimulated: false, isComplete: true, badFiles: [] });
    expect(report.series.map(({ symbol, quote, interval, stored }) => [symbol, quote, interval, stored])).toEqual([
      ['BTC', 'USDT', '1d', 10],
      ['BTC', 'USD', '1d', 3],
      ['ETH', 'USDT', '1h', 25],
    ]);
    expect(await candles.list()).toHaveLength(3);
    expect(rowsOf(await candles.read(daily('BTC', 'USDT')))).toEqual(rowsOf(days('BTC', 10)));
    expect(progress.map(({ file, done, total }) => [path.basename(file), done, total])).toEqual([
      ['BTC-USDT-1d.csv', 1, 3],
      ['bitcoin.csv', 2, 3],
      ['ETHUSDT-1h.csv', 3, 3],
    ]);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('made twice changes nothing', async () => {
    const folder = await folderWith({ 'BTC-USDT-1d.csv': encodeCandleCsv(days('BTC', 10)) });
    const candles = await temporaryLake();
    const options = { files: [folder], candles, clock, log };
    expect((await importFiles(options)).totals).toMatchObject({ inserted: 10, changed: 0 });
    const tag = await candles.tag(daily('BTC', 'USDT'));
    expect((await importFiles(options)).totals).toMatchObject({ inserted: 0, changed: 0, stored: 10 });
    expect(await candles.tag(daily('BTC', 'USDT'))).toBe(tag);
  });

  it('is kept under the name of a source when one is given', async () => {
    const folder = await folderWith({ 'BTC-USDT-1d.csv': encodeCandleCsv(days('BTC', 10)) });
    const candles = await temporaryLake();
    await importFiles({ files: [folder], candles, clock, log, source: 'binance' });
    expect(await candles.list()).toEqual([{ ...daily('BTC', 'USDT'), source: 'binance' }]);
  });

  it('applies the quality rules and reports what they did', async () => {
    const today = Date.parse('2026-06-15') / 1000;
    const at = (day: number) => FIRST / 1000 + day * 86_400;
    const lines = [
      HEADER,
      `${at(2)},10,12,9,11,5,50`,
      `${at(0)},0,0,0,0,0,0`,
      `${at(1)},10,12,9,11,5,`,
      `${at(1)},10,12,9,10,0,0`,
      `${at(3)},10,12,9,15,5,50`,
      `${at(9)},13,12,9,11,5,50`,
      `${today},10,12,9,11,5,50`,
    ];
    const folder = await folderWith({ 'SOL-USD-1d.csv': lines.join('\n') });
    const candles = await temporaryLake();
    const { series, totals, isComplete } = await importFiles({ files: [folder], candles, clock, log });
    expect(isComplete).toBe(true);
    expect(series[0]).toMatchObject({
      stored: 3,
      quality: { zero: 1, duplicate: 1, unordered: 1, impossible: 1, open: 1, outside: 0 },
      examples: [{ time: '2026-01-04T00:00:00Z', problem: 'close 15 is outside of 9 to 12' }],
      gaps: {
        count: 1,
        candles: 6,
        largest: [{ from: '2026-01-04T00:00:00Z', to: '2026-01-09T00:00:00Z', candles: 6 }],
      },
    });
    expect(totals.dropped).toBe(4);
    expect(rowsOf(await candles.read(daily('SOL')))).toEqual([
      [FIRST + DAY, 10, 12, 9, 10, 0, 0],
      [FIRST + 2 * DAY, 10, 12, 9, 11, 5, 50],
      [FIRST + 9 * DAY, 13, 12, 9, 11, 5, 50],
    ]);
  });

  it('lists each file that is not good with its line, and imports the others', async () => {
    const good = FIRST / 1000;
    const row = ',10,12,9,11,5,50';
    const folder = await folderWith({
      'ADA-USD-1d.csv': encodeCandleCsv(days('ADA', 5)),
      'BTC-USD-1d.csv': `${HEADER}\n${good}${row}\n${good + 86_400},10,12,nine,11,5,50\n`,
      'DOT-USD-1d.csv': `${HEADER}\n${good}${row}\n${good + 86_400}${row}\n${good + 90_000}${row}\n`,
      'ETH-USD-1d.csv': `${HEADER}\n${FIRST}${row}\n`,
      'LTC-USD-1d.csv': 'date,price\n2026-01-01,5\n',
      'SOL-USD.csv': encodeCandleCsv(days('SOL', 5)),
      'XRP-USD-1d.csv': encodeCandleCsv(days('XRP', 5)),
      'candles of mine.csv': encodeCandleCsv(days('XRP', 5)),
    });
    const nowhere = path.join(folder, 'nowhere.csv');
    const empty = await temporaryFolder();
    const candles = await temporaryLake();
    const report = await importFiles({ files: [folder, nowhere, empty], candles, clock, log });

    expect(report.isComplete).toBe(false);
    expect(report.series.map(({ symbol, stored }) => [symbol, stored])).toEqual([
      ['ADA', 5],
      ['XRP', 5],
    ]);
    const bad = Object.fromEntries(report.badFiles.map(({ file, ...more }) => [path.basename(file), more]));
    expect(Object.keys(bad)).toHaveLength(8);
    expect(bad['BTC-USD-1d.csv']).toMatchObject({ line: 3, reason: 'bad_csv' });
    expect(bad['DOT-USD-1d.csv']).toMatchObject({ line: 4, reason: 'bad_candles' });
    expect(bad['ETH-USD-1d.csv']).toMatchObject({ line: 2, reason: 'bad_csv' });
    expect(bad['LTC-USD-1d.csv']).toMatchObject({ line: 1, reason: 'bad_csv' });
    expect(bad['SOL-USD.csv']).toMatchObject({ line: null, reason: 'bad_input' });
    expect(bad['SOL-USD.csv']?.message).toContain('--interval');
    expect(bad['candles of mine.csv']).toMatchObject({ line: null, reason: 'bad_input' });
    expect(bad['nowhere.csv']?.message).toBe(`There is no ${nowhere}.`);
    expect(bad[path.basename(empty)]?.message).toContain('no CSV files');
    for (const { file, message } of report.badFiles) expect(message).toContain(file);
    expect(incompleteError(report)).toMatchObject({ code: 'incomplete', details: { missing: expect.any(Array) } });
    expect(await candles.list()).toEqual([daily('ADA'), daily('XRP')]);
  });

  it('needs the quote when the name does not say it', async () => {
    const folder = await folderWith({ 'SOL-1d.csv': encodeCandleCsv(days('SOL', 5)) });
    const options = { files: [folder], candles: await temporaryLake(), clock, log };
    expect((await importFiles(options)).badFiles[0]?.message).toContain('--quote');
    const { series } = await importFiles({ ...options, quote: 'EUR', interval: '1h' });
    // What the name says wins.
    expect(series).toMatchObject([{ symbol: 'SOL', quote: 'EUR', interval: '1d', stored: 5 }]);
  });

  it('of nothing is refused', async () => {
    await expect(importFiles({ files: [], candles: await temporaryLake(), clock, log })).rejects.toMatchObject({
      code: 'bad_input',
    });
  });
});

describe('the older one-file form', () => {
  const COLUMNS = 'symbol|datetime|timestamp|high|low|open|close|volumefrom|volumeto';

  function rawRows(symbol: string, series: CandleSeries): string[] {
    return rowsOf(series).map(([time = 0, open, high, low, close, volume, quoteVolume]) =>
      [symbol, isoTime(time), time / 1000, high, low, open, close, volume, quoteVolume].join('|'),
    );
  }

  it('holds many symbols, daily and in dollars', async () => {
    const btc = rawRows('BTC', days('BTC', 20));
    const eth = rawRows('ETH', days('ETH', 20)).toReversed();
    const mixed = btc.flatMap((row, index) => [row, eth[index] ?? '']);
    const folder = await folderWith({ 'raw.csv': [COLUMNS, ...mixed].join('\n') });
    const candles = await temporaryLake();
    const options = { files: [path.join(folder, 'raw.csv')], candles, clock, log };
    const report = await importFiles(options);
    expect(report.series).toMatchObject([
      { symbol: 'BTC', quote: 'USD', interval: '1d', stored: 20, quality: { unordered: 0 } },
      { symbol: 'ETH', quote: 'USD', interval: '1d', stored: 20, quality: { unordered: 19 } },
    ]);
    for (const symbol of ['BTC', 'ETH']) {
      expect(rowsOf(await candles.read(daily(symbol)))).toEqual(rowsOf(days(symbol, 20)));
    }
    expect((await importFiles(options)).totals).toMatchObject({ inserted: 0, changed: 0 });
  });

  it('keeps the good symbols when one is bad, and says which', async () => {
    const hourly = rawRows('SOL', simulateCandles('SOL', '1h', FIRST, FIRST + DAY));
    const folder = await folderWith({ 'raw.csv': [COLUMNS, ...rawRows('BTC', days('BTC', 5)), ...hourly].join('\n') });
    const candles = await temporaryLake();
    const report = await importFiles({ files: [folder], candles, clock, log });
    expect(report.series.map(({ symbol, stored }) => [symbol, stored])).toEqual([['BTC', 5]]);
    expect(report.badFiles).toMatchObject([{ line: null, reason: 'bad_candles' }]);
    expect(report.badFiles[0]?.message).toContain('SOL-USD 1d');
  });

  it('with a bad line is listed, and nothing of it is stored', async () => {
    const folder = await folderWith({ 'raw.csv': [COLUMNS, ...rawRows('BTC', days('BTC', 5)), 'ETH|x|y'].join('\n') });
    const candles = await temporaryLake();
    const { badFiles } = await importFiles({ files: [folder], candles, clock, log });
    expect(badFiles).toMatchObject([{ line: 7, reason: 'bad_csv' }]);
    expect(await candles.list()).toEqual([]);
  });
});

const REAL = path.resolve(import.meta.dirname, '../../../../shared/data');
const isThere = existsSync(REAL);
if (!isThere)
  process.stderr.write(
    `Skipping the import of real candles: there is no ${path.basename(REAL)} folder beside the checkout.\n`,
  );

describe.skipIf(!isThere)('real candles', () => {
  it('of Binance are imported whole', async () => {
    const files = readdirSync(path.join(REAL, 'binance')).map((name) => path.join(REAL, 'binance', name));
    const candles = await temporaryLake();
    const report = await importFiles({ files, candles, clock, log });
    expect(report.isComplete).toBe(true);
    for (const file of files) {
      const [symbol = '', quote = '', interval] = path.basename(file, '.csv').split('-');
      const found = report.series.find((series) => series.symbol === symbol && series.interval === interval);
      const rows = (await readFile(file, 'utf8')).trimEnd().split('\n').length - 1;
      expect(found).toMatchObject({ quote, stored: rows, inserted: rows });
      // Binance's real outages.
      expect(found?.gaps).toMatchObject(interval === '1h' ? { count: 27, candles: 128 } : { count: 0 });
    }
    expect(report.totals).toMatchObject({ series: 21, dropped: 0, stored: 89_651 });
  });

  it('of Binance.US are one-minute candles, some without volume', async () => {
    const candles = await temporaryLake();
    const { series, totals } = await importFiles({ files: [path.join(REAL, 'binance-us')], candles, clock, log });
    expect(series).toMatchObject([{ symbol: 'BTC', interval: '1m', stored: 20_160, gaps: { count: 0 } }]);
    expect(totals.dropped).toBe(0);
    const stored = await candles.read({ ...daily('BTC', 'USDT'), interval: '1m' });
    expect(stored.volume.filter((volume) => volume === 0).length).toBeGreaterThan(0);
  });

  it('of CryptoCompare lose their padding, and the candle that was open when they were recorded', async () => {
    const files = [path.join(REAL, 'cryptocompare')];
    const recorded = fixedClock('2025-07-29T12:00:00Z');
    const candles = await temporaryLake();
    const { series } = await importFiles({ files, candles, clock: recorded, log });
    const bySymbol = Object.fromEntries(
      series.filter(({ interval }) => interval === '1d').map((each) => [each.symbol, each]),
    );
    expect(Object.keys(bySymbol)).toHaveLength(10);
    const zeros: Record<string, number> = { JITOSOL: 16, PUMP: 18 };
    for (const [symbol, { stored, quality, last, gaps }] of Object.entries(bySymbol)) {
      const zero = zeros[symbol] ?? 0;
      expect({ symbol, stored, quality, last, gaps: gaps.count }).toMatchObject({
        stored: 30 - zero,
        quality: { zero, open: 1, impossible: 0 },
        last: '2025-07-28T00:00:00Z',
        gaps: 0,
      });
    }
    // An open outside of [low, high] is the close before, and is kept.
    const bnb = await candles.read(daily('BNB'));
    const outside = bnb.open.filter((open, row) => open > (bnb.high[row] as number) || open < (bnb.low[row] as number));
    expect(outside.length).toBeGreaterThan(0);

    const later = await importFiles({ files, candles, clock, log });
    expect(later.series.find(({ interval }) => interval === '1h')).toMatchObject({
      stored: 2640,
      gaps: { count: 1, candles: 24, largest: [{ from: '2025-05-15T00:00:00Z', to: '2025-05-15T23:00:00Z' }] },
    });
    // Nothing in a file says when it was recorded: later, its last row looks like any other.
    expect(seriesLength(await candles.read(daily('BTC')))).toBe(31);
  });
});
