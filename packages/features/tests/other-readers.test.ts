import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type FeatureTable, fixedClock, silentLogger } from '@pavio/core';
import { folderStore, lakeCandleStore, lakeFeatureStore } from '@pavio/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { computeFeatures, featureSet, runFeatureJob } from '../src/index.ts';
import { walk } from './candle-series.ts';
import { featurePython } from './feature-python.ts';

const python = await featurePython();

interface Found {
  readonly rowGroups: number;
  readonly codecs: readonly string[];
  readonly columns: readonly string[];
  readonly types: readonly string[];
  readonly symbols: readonly string[];
  readonly time: Float64Array;
  /** `close` and the features, in their order. */
  readonly values: readonly Float64Array[];
}

/** What the script wrote: for each reader a line of JSON, the times, the number columns. */
function foundIn(bytes: Buffer): Map<string, Found> {
  const found = new Map<string, Found>();
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf('\n', at);
    const header = JSON.parse(bytes.toString('utf8', at, end)) as Omit<Found, 'time' | 'values'> & { reader: string };
    const rows = header.symbols.length;
    at = end + 1;
    const next = () => new Uint8Array(bytes.subarray(at, (at += 8 * rows))).buffer;
    const time = Float64Array.from(new BigInt64Array(next()), Number);
    const values = header.columns.slice(2).map(() => new Float64Array(next()));
    found.set(header.reader, { ...header, time, values });
  }
  return found;
}

const TYPES = {
  pyarrow: ['string', 'timestamp[ms, tz=UTC]', 'double'],
  pandas: ['str', 'datetime64[ms, UTC]', 'float64'],
  polars: ['String', "Datetime(time_unit='ms', time_zone='UTC')", 'Float64'],
  duckdb: ['VARCHAR', 'TIMESTAMP WITH TIME ZONE', 'DOUBLE'],
} as const;

describe.skipIf(python.missing !== '')(`a stored feature file in other readers${python.missing}`, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pavio-readers-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const { columns } = featureSet('1d');
  let found: Map<string, Found>;
  let table: FeatureTable;

  beforeAll(async () => {
    const lake = folderStore(folder);
    const candles = lakeCandleStore(lake);
    const features = lakeFeatureStore(lake);
    const market = { source: 'binance', quote: 'USDT', interval: '1d' } as const;
    await candles.upsert({ ...market, symbol: 'BTC' }, walk({ seed: 1, rows: 700, gaps: 0.01 }));
    await candles.upsert({ ...market, symbol: 'ETH' }, walk({ seed: 2, rows: 900, standstills: 0.01 }));
    const clock = fixedClock(Date.UTC(2030, 0, 1));
    await runFeatureJob({ candles, features, ...market, clock, log: silentLogger });

    const file = path.join(folder, 'features/cripto_features_latest.parquet');
    const script = path.join(import.meta.dirname, 'other-readers.py');
    const target = path.join(folder, 'found');
    execFileSync(python.path, [script, file, target], { stdio: 'pipe' });
    found = foundIn(readFileSync(target));
    table = (await features.latest())!;
  });

  it('is compressed by Snappy, in all its row groups', () => {
    for (const { codecs, rowGroups } of found.values()) {
      expect(codecs).toEqual(['SNAPPY']);
      expect(rowGroups).toBeGreaterThan(1);
    }
  });

  it('is what was computed', () => {
    const computed = computeFeatures(walk({ seed: 1, rows: 700, gaps: 0.01 }), '1d');
    const stored = Array.from(table.columns, ([name, values]) => [name, values.slice(0, 700)] as const);
    expect(new Map(stored)).toEqual(computed);
  });

  it.each(Object.keys(TYPES) as (keyof typeof TYPES)[])('has the right types, and every value, in %s', (reader) => {
    const { types, columns: names, symbols, time, values } = found.get(reader)!;
    const [text, instant, number] = TYPES[reader];
    expect(types).toEqual([text, instant, ...Array.from({ length: columns.length + 1 }, () => number)]);
    expect(names).toEqual(['symbol', 'time', 'close', ...columns]);
    expect(symbols).toEqual(Array.from(table.symbol, (index) => table.symbols[index]));
    expect(time).toEqual(table.time);
    const wanted = [table.close, ...table.columns.values()];
    // To the last bit; which of the many NaN it is does not matter.
    const wrong = names
      .slice(2)
      .filter((_, index) => !values[index]!.every((value, row) => Object.is(value, wanted[index]![row])));
    expect(wrong).toEqual([]);
    expect(values).toHaveLength(wanted.length);
  });
});
