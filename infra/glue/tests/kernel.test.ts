import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { buffer, text } from 'node:stream/consumers';
import { type FeatureTable, sliceRows } from '@pavio/core';
import { type AssetCandles, featureSet } from '@pavio/features';
import { featureTable } from '@pavio/features/testing';
import { HISTORY_START, simulateCandles } from '@pavio/market';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { computeStream } from '../src/features/kernel.ts';
import { bundleSpark, type SparkBundle } from '../src/index.ts';
import { encodeRows, type Rows, rowsOf } from './candle-stream.ts';

const HOUR = 3_600_000;
/** Shipped to every executor. */
const BUDGET = 2_000_000;
const MARKET = { source: 'simulated', quote: 'USD', interval: '1h' } as const;
const COLUMNS = featureSet('1h').columns;

function simulated(symbol: string, rows: number): AssetCandles {
  return { symbol, candles: simulateCandles(symbol, '1h', HISTORY_START, HISTORY_START + (rows - 1) * HOUR) };
}

/** Without rows `from` to `to`. */
function torn({ symbol, candles }: AssetCandles, from: number, to: number): AssetCandles {
  const [before, after] = [sliceRows(candles, 0, from), sliceRows(candles, to)];
  const columns = Object.entries(before).map(([name, values]) => {
    return [name, Float64Array.of(...values, ...after[name as keyof typeof after])];
  });
  return { symbol, candles: Object.fromEntries(columns) as AssetCandles['candles'] };
}

const ASSETS = [simulated('ADA', 130), torn(simulated('BTC', 300), 120, 125), simulated('ETH', 90)];
const ROWS = rowsOf(ASSETS);
const EXPECTED = rowsOfTable(featureTable(ASSETS, MARKET));

async function* inPieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array, void, void> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function compute(input: Uint8Array): Promise<Uint8Array> {
  const sent: Uint8Array[] = [];
  await computeStream(MARKET, inPieces(input), async (bytes) => void sent.push(bytes));
  return Buffer.concat(sent);
}

function fieldsOf(bytes: Uint8Array): string[] {
  const { fields } = tableFromIPC(bytes).schema;
  return fields.map(({ name, type, nullable }) => `${name} ${type}${nullable ? '' : ' not null'}`);
}

/** The rows of a stream of features. */
function decode(bytes: Uint8Array) {
  const table = tableFromIPC(bytes);
  const numbers = (name: string) => table.getChild(name)!.toArray() as Float64Array;
  const times = table.getChild('time')!.data.flatMap(({ values }) => [...(values as BigInt64Array)]);
  return {
    symbols: Array.from(table.getChild('symbol') ?? [], String),
    time: Float64Array.from(times, (micros) => Number(micros / 1000n)),
    close: numbers('close'),
    columns: new Map(COLUMNS.map((name) => [name, numbers(name)])),
  };
}

/** The same of a table. */
function rowsOfTable({ symbols, symbol, time, close, columns }: FeatureTable) {
  return { symbols: Array.from(symbol, (index) => symbols[index]!), time, close, columns };
}

describe('the kernel', () => {
  it('computes what a whole table would have, wherever batches cut it', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: ROWS.symbol.length - 1 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        expect(decode(await compute(encodeRows(ROWS, at)))).toStrictEqual(EXPECTED);
      }),
      { numRuns: 15 },
    );
  });

  it('gives doubles, symbols and times that Spark takes, none of them null', async () => {
    const fields = fieldsOf(await compute(encodeRows(ROWS)));
    expect(fields.slice(0, 3)).toEqual([
      'symbol Utf8 not null',
      'time Timestamp<MICROSECOND, UTC> not null',
      'close Float64 not null',
    ]);
    expect(fields.slice(3)).toEqual(COLUMNS.map((name) => `${name} Float64 not null`));
  });

  it('leaves out assets without a complete row, as the local job does', async () => {
    const { lookback } = featureSet('1h');
    const rows = rowsOf([
      simulated('A', lookback),
      ...ASSETS,
      torn(simulated('Z', 2 * lookback), lookback, lookback + 1),
    ]);
    expect(decode(await compute(encodeRows(rows, [7])))).toStrictEqual(EXPECTED);
    const enough = [simulated('A', lookback + 1)];
    const computed = decode(await compute(encodeRows(rowsOf(enough))));
    expect(computed).toStrictEqual(rowsOfTable(featureTable(enough, MARKET)));
  });

  it('sends a stream without rows where there are none', async () => {
    expect(decode(await compute(encodeRows(rowsOf([])))).symbols).toEqual([]);
  });

  it('goes on only when there is room for more', async () => {
    const input = encodeRows(rowsOf([simulated('BTC', 20_000)]), [5000, 10_000, 15_000]);
    let room = () => {};
    const sent: number[] = [];
    const work = computeStream(MARKET, inPieces(input, 100_000), (bytes) => {
      sent.push(bytes.length);
      return new Promise((resolve) => {
        room = resolve;
      });
    });
    for (let batches = 1; batches <= 6; batches++) {
      await expect.poll(() => sent.length).toBe(batches);
      // Time enough to run ahead, if it did.
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(sent).toHaveLength(batches);
      room();
    }
    await work;
    // 4096 rows of all columns, and what is around them.
    expect(Math.max(...sent)).toBeLessThan(4096 * (COLUMNS.length + 4) * 8 + 100_000);
  });

  describe('refuses', () => {
    const change = (column: keyof Rows, row: number, value: unknown): Rows => {
      return { ...ROWS, [column]: (ROWS[column] as unknown[]).with(row, value) };
    };

    it.each([
      ['an asset in two places', encodeRows(rowsOf([...ASSETS, ...ASSETS]), [ROWS.symbol.length]), 'ADA comes twice'],
      ['rows that are not in order of time', encodeRows(change('time', 9, 0)), 'ADA-USD of simulated'],
      ['impossible candles', encodeRows(change('close', 200, -1)), 'BTC-USD of simulated'],
      [
        'a price that is missing',
        encodeRows({ ...ROWS, close: ROWS.close.with(4, null as unknown as number) }),
        'nulls',
      ],
      ['a symbol that is missing', encodeRows({ ...ROWS, symbol: ROWS.symbol.with(4, null) }), 'nulls'],
    ])('%s', async (_name, input, message) => {
      await expect(compute(input)).rejects.toMatchObject({
        code: 'bad_candles',
        message: expect.stringContaining(message),
      });
    });

    it('a stream that breaks off in a batch, and one that is none', async () => {
      const broken = { code: 'bad_candles', message: expect.stringContaining('stream of candles') };
      const whole = encodeRows(ROWS, [100, 200]);
      await expect(compute(whole.subarray(0, whole.length - 5000))).rejects.toMatchObject(broken);
      await expect(compute(Buffer.from('time,open\n1,2\n'))).rejects.toMatchObject(broken);
    });
  });
});

describe('the bundle', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pavio-glue-'));
  let bundle: SparkBundle;
  beforeAll(async () => {
    bundle = await bundleSpark(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const start = () => spawn(process.execPath, [bundle.file, 'kernel', JSON.stringify(MARKET)]);

  it('keeps its budget', () => {
    const largest = bundle.parts.slice(0, 4).map(({ name, bytes }) => `${name} ${Math.round(bytes / 1000)}`);
    console.log(`spark: ${Math.round(bundle.bytes / 1000)} kB of ${BUDGET / 1000} kB (${largest.join(', ')} ...)`);
    expect(bundle.bytes).toBeLessThan(BUDGET);
  });

  it('is all that a process needs', async () => {
    const child = start();
    child.stdin.end(encodeRows(ROWS, [250]));
    expect(decode(await buffer(child.stdout))).toStrictEqual(EXPECTED);
  });

  it('says what is wrong, and fails', async () => {
    const child = start();
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.stdin.end(encodeRows({ ...ROWS, close: ROWS.close.with(200, -1) }));
    child.stdout.resume();
    expect(await text(child.stderr)).toMatch(/^bad_candles: BTC-USD of simulated: the candle at .* is impossible/);
    expect(await exit).toBe(1);
  });

  it('ends when nobody reads on', async () => {
    const child = start();
    const exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
    child.stdin.on('error', () => undefined);
    child.stdout.destroy();
    child.stdin.end(encodeRows(rowsOf([simulated('BTC', 20_000)])));
    expect(await exit).not.toBe(0);
  });
});
