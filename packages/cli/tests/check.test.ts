import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CheckReport } from '@pavio/features';
import { simulateCandles } from '@pavio/market';
import { encodeCandleCsv } from '@pavio/storage';
import { expect, it } from 'vitest';
import { describeCheck } from '../src/reports/check.ts';
import { emptyFolder, pavio } from './pavio.ts';

const DAY = 86_400_000;

it('checks the stored candles and ends in a table', async () => {
  const cwd = await emptyFolder();
  const to = Date.parse('2024-12-31T00:00:00Z');
  for (const symbol of ['BTC', 'ETH']) {
    const candles = simulateCandles(symbol, '1d', to - (symbol === 'BTC' ? 300 : 1500) * DAY, to);
    await writeFile(path.join(cwd, `${symbol}-USDT-1d.csv`), encodeCandleCsv(candles));
  }
  expect(await pavio(['import', cwd], { cwd })).toMatchObject({ code: 0 });
  const check = await pavio(['check'], { cwd });
  expect(check.code).toBe(0);
  expect(check.stdout).toMatch(/^\d+ features on 1d candles of 2 assets from import in USDT\./);
  expect(check.stdout.trimEnd().split('\n').at(-1)).toMatch(/^In part: not all \d+ features could be checked/);
  const lines = check.stdout.split('\n');
  expect(lines.find((line) => line.startsWith('BTC'))).toMatch(/^BTC +301 .* proven +\d+ of \d+ +proven +in part$/);
  expect(lines.find((line) => line.startsWith('ETH'))).toMatch(/^ETH +1,501 .* proven +proven +proven +ok$/);
  const json = JSON.parse((await pavio(['check', '--json', '--assets', 'BTC'], { cwd })).stdout) as CheckReport;
  expect(json).toMatchObject({ isClean: true, assets: [{ symbol: 'BTC', rows: 301, lookAhead: [], warmUp: [] }] });
});

it('fails where there is nothing to check', async () => {
  const cwd = await emptyFolder();
  expect(await pavio(['check'], { cwd })).toMatchObject({ code: 1, stderr: expect.stringContaining('no 1d candles') });
});

it('names what is wrong before the table', () => {
  const quality = { rows: 10, gaps: 0, missingCandles: 0, withoutVolume: 0, longestStandstill: 0, jumps: 1200 };
  const nothing = {
    lookAhead: [],
    warmUp: [],
    carriedOver: [],
    checked: { lookAhead: 0, warmUp: 0, carriedOver: 0 },
  };
  const text = describeCheck({
    source: 'import',
    quote: 'USD',
    interval: '1d',
    features: 3,
    missing: ['XYZ'],
    isClean: false,
    assets: [
      { symbol: 'NEW', ...quality, rows: 0, ...nothing },
      { symbol: 'BTC', ...quality, badCandles: 'BTC: the candle of row 3 is impossible.', ...nothing },
      {
        symbol: 'ETH',
        ...quality,
        from: 0,
        to: 9 * DAY,
        lookAhead: [{ feature: 'peek', time: DAY, value: 2, withoutLater: 1 }],
        warmUp: [{ feature: 'slow', problem: 'is infinite', time: 2 * DAY }],
        carriedOver: [{ feature: 'leak', time: 0, value: 3, alone: 4 }],
        checked: { lookAhead: 3, warmUp: 3, carriedOver: 3 },
      },
    ],
  });
  expect(text.split('\n').slice(2, 7)).toEqual([
    'XYZ: no closed candles.',
    'BTC: the candle of row 3 is impossible.',
    'ETH: peek looks ahead: at 1970-01-02 it is 2, without later candles 1.',
    'ETH: slow is infinite (1970-01-03).',
    'ETH: leak depends on another asset: at 1970-01-01 it is 3 after it, alone 4.',
  ]);
  expect(text.split('\n').at(-2)).toMatch(/^BTC +10 .* 1,200 +not checked +not checked +not checked +WRONG$/);
  expect(text.split('\n').at(-1)).toMatch(/^ETH +10 +1970-01-01 +1970-01-10 .* 1 broken +1 broken +1 broken +WRONG$/);
  expect(text.split('\n').at(-3)).toMatch(/^NEW +0 .* not checked +not checked +not checked +not checked$/);
});
