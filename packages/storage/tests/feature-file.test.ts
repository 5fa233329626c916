import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type AssetFeatures, type FeatureTable, isPavioError } from '@pavio/core';
import fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { encodeFeatures, rowGroupsOf } from '../src/parquet/encode-features.ts';
import { featureFile, SOFTWARE } from '../src/parquet/feature-file.ts';
import { readFeatures } from '../src/parquet/read-features.ts';
import { assetFeatures, featureTable } from './support/features.ts';

const metadataOf = (file: Uint8Array) => parquetMetadata(new Uint8Array(file).buffer);

async function encode(table: FeatureTable): Promise<Uint8Array> {
  const parts = async function* (assets: readonly AssetFeatures[]) {
    for (const features of assets) {
      const encoded = encodeFeatures(features, table);
      yield { ...encoded, rowGroups: () => rowGroupsOf(encoded) };
    }
  };
  const pieces: Uint8Array[] = [];
  for await (const piece of featureFile(table, parts(assetFeatures(table)))) pieces.push(piece.slice());
  return new Uint8Array(Buffer.concat(pieces));
}

function decode(bytes: Uint8Array, columns?: readonly string[]): Promise<FeatureTable> {
  const slice = async (from: number, to?: number) => new Uint8Array(bytes.subarray(from, to)).buffer;
  return readFeatures({ name: 'x.parquet', byteLength: bytes.length, slice }, columns);
}

/** Any numbers, among them columns of few distinct ones. */
const number = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1, -1, Number.NaN, Infinity, -Infinity));

const anyTable: fc.Arbitrary<FeatureTable> = fc
  .record({
    rows: fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 0, max: 4e12 }), number, number, number), { maxLength: 60 }),
    names: fc.uniqueArray(
      fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((name) => name.isWellFormed()),
      { minLength: 2, maxLength: 2 },
    ),
  })
  .map(({ rows: anyRows, names: [first = 'a', second = 'b'] }) => {
    const rows = anyRows.sort(([a], [b]) => a - b);
    const symbols = [...new Set(rows.map(([index]) => `S${'x'.repeat(100 * index)}`))];
    return {
      ...featureTable(),
      featureSet: { name: 'any', hash: 'd'.repeat(64), columns: [first, second], inputs: [second] },
      symbols,
      symbol: Int32Array.from(rows, ([index]) => symbols.indexOf(`S${'x'.repeat(100 * index)}`)),
      time: Float64Array.from(rows, ([, time]) => time),
      close: Float64Array.from(rows, ([, , close]) => close),
      columns: new Map([
        [first, Float64Array.from(rows, ([, , , value]) => value)],
        [second, Float64Array.from(rows, ([, , , , value]) => value)],
      ]),
    };
  });

describe('a feature file', () => {
  it('comes back as it was, and gives the same bytes again', async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async (table) => {
        const file = await encode(table);
        expect(await decode(file)).toEqual(table);
        expect(Buffer.compare(await encode(table), file)).toBe(0);
      }),
    );
  });

  it('comes back from several row groups an asset', async () => {
    const table = featureTable(600_000, 0, ['BTC', 'ETH']);
    const file = await encode(table);
    const most = 2 ** 19;
    const rows = [most, 600e3 - most, most, 600e3 - most];
    expect(metadataOf(file).row_groups.map((group) => Number(group.num_rows))).toEqual(rows);
    const read = await decode(file);
    expect(read.symbols).toEqual(table.symbols);
    for (const part of ['symbol', 'time', 'close'] as const)
      expect(Buffer.compare(bytesOf(read[part]), bytesOf(table[part]))).toBe(0);
    for (const [name, column] of table.columns) {
      expect(Buffer.compare(bytesOf(read.columns.get(name) ?? column.slice(1)), bytesOf(column))).toBe(0);
    }
  });

  it('has the types, the compression and the metadata that other readers see', async () => {
    const { schema, row_groups, key_value_metadata, created_by } = metadataOf(await encode(featureTable()));
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
    const pairs = Object.fromEntries((key_value_metadata ?? []).map(({ key, value }) => [key, value]));
    expect(pairs).toEqual({
      feature_set: 'base',
      feature_set_hash: 'c'.repeat(64),
      columns: '["log_return_1","rsi_14","is_doji"]',
      inputs: '["log_return_1","rsi_14"]',
      source: 'simulated',
      quote: 'USD',
      interval: '1h',
      assets: JSON.stringify(assetFeatures(featureTable()).map(({ summary }) => summary)),
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

  it('that is damaged anywhere is refused as bad_parquet, or read with other numbers, but never breaks', async () => {
    const file = await encode(featureTable());
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
        const outcome = await decode(damaged).then(
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
