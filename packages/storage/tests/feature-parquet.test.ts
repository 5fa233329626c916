import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type FeatureTable, isPavioError } from '@pavio/core';
import fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { decodeFeatureParquet, encodeFeatureParquet } from '../src/index.ts';
import { SOFTWARE } from '../src/parquet/feature-parquet.ts';
import { featureTable } from './support/features.ts';

const metadataOf = (file: Uint8Array) => parquetMetadata(new Uint8Array(file).buffer);

/** Any numbers, among them columns of few distinct ones, which are written in another way. */
const number = fc.oneof(fc.double(), fc.constantFrom(0, 1, -1, Number.NaN, Infinity, -Infinity));

const anyTable: fc.Arbitrary<FeatureTable> = fc
  .record({
    rows: fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 0, max: 4e12 }), number, number, number), { maxLength: 60 }),
    names: fc.uniqueArray(
      fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((name) => name.isWellFormed()),
      { minLength: 2, maxLength: 2 },
    ),
  })
  .map(({ rows, names: [first = 'a', second = 'b'] }) => {
    const symbols = [...new Set(rows.map(([index]) => `S${index}`))];
    return {
      ...featureTable(),
      featureSet: { name: 'any', hash: 'd'.repeat(64), columns: [first, second], inputs: [second] },
      symbols,
      symbol: Int32Array.from(rows, ([index]) => symbols.indexOf(`S${index}`)),
      time: Float64Array.from(rows, ([, time]) => time),
      close: Float64Array.from(rows, ([, , close]) => close),
      columns: new Map([
        [first, Float64Array.from(rows, ([, , , value]) => value)],
        [second, Float64Array.from(rows, ([, , , , value]) => value)],
      ]),
    };
  });

describe('a feature table as Parquet', () => {
  it('comes back as it was, and gives the same bytes again', async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async (table) => {
        const file = await encodeFeatureParquet(table);
        const read = await decodeFeatureParquet(file, 'x');
        expect(withoutSignOfZero(read)).toEqual(withoutSignOfZero(table));
        expect(Buffer.compare(await encodeFeatureParquet(table), file)).toBe(0);
      }),
    );
  });

  it('comes back from several row groups', async () => {
    const table = featureTable(75_000);
    const file = await encodeFeatureParquet(table);
    expect(metadataOf(file).row_groups.length).toBe(3);
    const read = await decodeFeatureParquet(file, 'x');
    expect(read.symbols).toEqual(table.symbols);
    for (const part of ['symbol', 'time', 'close'] as const)
      expect(Buffer.compare(bytesOf(read[part]), bytesOf(table[part]))).toBe(0);
    for (const [name, column] of table.columns) {
      expect(Buffer.compare(bytesOf(read.columns.get(name) ?? column.slice(1)), bytesOf(column))).toBe(0);
    }
  });

  it('has the types, the compression and the metadata that other readers see', async () => {
    const { schema, row_groups, key_value_metadata, created_by } = metadataOf(
      await encodeFeatureParquet(featureTable()),
    );
    expect(schema.slice(1).map(({ name, type, repetition_type }) => [name, type, repetition_type])).toEqual([
      ['symbol', 'BYTE_ARRAY', 'REQUIRED'],
      ['time', 'INT64', 'REQUIRED'],
      ['close', 'DOUBLE', 'REQUIRED'],
      ['log_return_1', 'DOUBLE', 'REQUIRED'],
      ['rsi_14', 'DOUBLE', 'REQUIRED'],
      ['is_doji', 'DOUBLE', 'REQUIRED'],
    ]);
    expect(schema[1]).toMatchObject({ converted_type: 'UTF8', logical_type: { type: 'STRING' } });
    expect(schema[2]).toMatchObject({
      converted_type: 'TIMESTAMP_MILLIS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
    });
    const columns = row_groups[0]?.columns ?? [];
    expect(new Set(columns.map(({ meta_data }) => meta_data?.codec))).toEqual(new Set(['SNAPPY']));
    expect(columns[0]?.meta_data?.encodings).toContain('RLE_DICTIONARY');
    expect(Object.fromEntries((key_value_metadata ?? []).map(({ key, value }) => [key, value]))).toEqual({
      feature_set: 'base',
      feature_set_hash: 'c'.repeat(64),
      columns: '["log_return_1","rsi_14","is_doji"]',
      inputs: '["log_return_1","rsi_14"]',
      source: 'simulated',
      quote: 'USD',
      interval: '1h',
      software: SOFTWARE,
    });
    expect(created_by).toBe(SOFTWARE);
  });

  it('names the version of this software', () => {
    const manifest = JSON.parse(readFileSync(path.join(import.meta.dirname, '../package.json'), 'utf8')) as {
      version: string;
    };
    expect(SOFTWARE).toBe(`pavio ${manifest.version}`);
  });

  it('can be read from a window on larger memory', async () => {
    const file = await encodeFeatureParquet(featureTable());
    const memory = Buffer.alloc(file.length + 10, 7);
    memory.set(file, 5);
    expect(await decodeFeatureParquet(memory.subarray(5, -5), 'x')).toEqual(featureTable());
  });

  it('that is damaged anywhere is refused as bad_parquet, or read with other numbers, but never breaks', async () => {
    const file = await encodeFeatureParquet(featureTable());
    const damage = fc.oneof(
      fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, bits]) => {
        const damaged = new Uint8Array(file);
        damaged[at] = (damaged[at] ?? 0) ^ bits;
        return damaged;
      }),
      fc.nat(file.length - 1).map((length) => file.slice(0, length)),
      fc.uint8Array({ maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async (damaged) => {
        const outcome = await decodeFeatureParquet(damaged, 'x.parquet').then(
          ({ source }) => typeof source,
          (error: unknown) =>
            isPavioError(error, 'bad_parquet') && error.message.includes('x.parquet') ? 'refused' : error,
        );
        expect(['string', 'refused']).toContain(outcome);
      }),
      { numRuns: 400 },
    );
  });
});

function bytesOf(column: Float64Array | Int32Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

/** A column of few distinct numbers is written with one zero for both. */
function withoutSignOfZero(table: FeatureTable): FeatureTable {
  const plain = (column: Float64Array) => column.map((value) => value + 0);
  return {
    ...table,
    close: plain(table.close),
    columns: new Map(Array.from(table.columns, ([name, column]) => [name, plain(column)])),
  };
}
