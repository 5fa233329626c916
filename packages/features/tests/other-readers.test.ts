import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fixedClock, silentLogger } from '@pavio/core';
import { folderStore, lakeCandleStore, lakeFeatureStore } from '@pavio/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { featureSet, runFeatureJob } from '../src/index.ts';
import { walk } from './candle-series.ts';
import { featurePython } from './feature-python.ts';

const python = await featurePython();

interface Found {
  columns: string[];
  types: string[];
  symbols: Record<string, number>;
  first: number;
  times: number;
  missing: number[];
  last: (number | null)[];
  sums: number[];
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
  let read: { codecs: string[] } & Record<keyof typeof TYPES, Found>;
  let expected: Omit<Found, 'types'>;

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
    read = JSON.parse(execFileSync(python.path, [script, file], { encoding: 'utf8' })) as typeof read;
    const table = (await features.latest())!;
    const values = [table.close, ...table.columns.values()];
    expected = {
      columns: ['symbol', 'time', 'close', ...columns],
      symbols: { BTC: 700, ETH: 900 },
      first: table.time[0]!,
      times: table.time.reduce((sum, time) => sum + time, 0),
      missing: values.map((column) => column.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0)),
      last: values.map((column) => column.at(-1)!),
      sums: values.map((column) => column.reduce((sum, value) => (Number.isNaN(value) ? sum : sum + value), 0)),
    };
  });

  it('is compressed by Snappy', () => {
    expect(read.codecs).toEqual(['SNAPPY']);
  });

  it.each(Object.keys(TYPES) as (keyof typeof TYPES)[])('has the right types and values in %s', (reader) => {
    const { types, sums, ...rest } = read[reader];
    const [symbol, time, number] = TYPES[reader];
    expect(types).toEqual([symbol, time, ...Array.from({ length: columns.length + 1 }, () => number)]);
    const { sums: wanted, ...exact } = expected;
    expect(rest).toEqual(exact);
    // The order in which numbers are summed differs.
    for (const [index, sum] of sums.entries())
      expect(sum).toBeCloseTo(wanted[index]!, 6 - Math.ceil(Math.log10(1 + Math.abs(sum))));
  });
});
