import { type FeatureTable, INTERVAL_NAMES, PavioError } from '@pavio/core';
import type { FileMetaData, SchemaElement } from 'hyparquet';
import { z } from 'zod';
import { loadParquetReader, loadParquetWriter } from './libraries.ts';

/** Written into every file; a test holds it against package.json. */
export const SOFTWARE = 'pavio 0.1.0';

/** Rows that are compressed, and may be skipped by a reader, as one. */
const ROWS_A_GROUP = 100_000;

/** Columns before the features. */
const SYMBOL = 'symbol';
const TIME = 'time';
const CLOSE = 'close';

/**
 * Encodes a table as Parquet, Snappy-compressed: `symbol` (UTF-8, dictionary), `time` (timestamp in UTC milliseconds),
 * `close`, then the feature columns as doubles. No column has nulls: a feature that is not defined is NaN. What the table
 * is goes into the file's key-value metadata. The same table always gives the same bytes.
 *
 * @throws PavioError `bad_features` for a table whose columns are missing or of unequal length.
 */
export async function encodeFeatureParquet(table: FeatureTable): Promise<Uint8Array> {
  const { featureSet, symbols } = table;
  checkTable(table);
  const { ByteWriter, parquetWrite } = await loadParquetWriter();
  const names = [CLOSE, ...featureSet.columns];
  const schema: SchemaElement[] = [
    { name: 'root', num_children: names.length + 2 },
    {
      name: SYMBOL,
      type: 'BYTE_ARRAY',
      repetition_type: 'REQUIRED',
      converted_type: 'UTF8',
      logical_type: { type: 'STRING' },
    },
    {
      name: TIME,
      type: 'INT64',
      repetition_type: 'REQUIRED',
      converted_type: 'TIMESTAMP_MILLIS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
    },
    ...names.map((name): SchemaElement => ({ name, type: 'DOUBLE', repetition_type: 'REQUIRED' })),
  ];
  const writer = new ByteWriter(table.time.length * names.length * 8 + 65_536);
  void parquetWrite({
    writer,
    schema,
    columnData: [
      { name: SYMBOL, data: Array.from(table.symbol, (index) => symbols[index]), encoding: 'RLE_DICTIONARY' },
      { name: TIME, data: table.time },
      { name: CLOSE, data: table.close },
      ...featureSet.columns.map((name) => ({ name, data: columnOf(table, name), statistics: false })),
    ],
    rowGroupSize: ROWS_A_GROUP,
    createdBy: SOFTWARE,
    kvMetadata: Object.entries(describe(table)).map(([key, value]) => ({ key, value })),
  });
  return writer.getBytes();
}

/**
 * Decodes a table written by `encodeFeatureParquet`, all its feature columns or only those named. Symbols are numbered in
 * the order of their first row.
 *
 * @param name of the file, for messages.
 * @throws PavioError `bad_parquet` for a damaged file or one of another kind; `bad_features` when a column that is named
 *   is not among the features.
 */
export async function decodeFeatureParquet(
  bytes: Uint8Array,
  name: string,
  columns?: readonly string[],
): Promise<FeatureTable> {
  const { parquetMetadataAsync, parquetRead } = await loadParquetReader();
  const file = {
    byteLength: bytes.length,
    slice: (start: number, end?: number) => new Uint8Array(bytes.subarray(start, end)).buffer,
  };
  try {
    const metadata = await parquetMetadataAsync(file);
    const { rows, info } = readInfo(metadata, bytes, name);
    const { source, quote, interval, ...featureSet } = info;
    const wanted = columns ?? featureSet.columns;
    const unknown = wanted.filter((column) => !featureSet.columns.includes(column));
    if (unknown.length > 0) {
      throw new PavioError(
        'bad_features',
        `${name} has no feature ${unknown.map((column) => `"${column}"`).join(', ')}.`,
        {
          remedy: 'Compute the features again: pavio features.',
          details: { file: name, missing: unknown },
        },
      );
    }

    // One column at a time: memory holds the file, the table, and one compressed column.
    const read = async (column: string, take: (values: ArrayLike<unknown>, from: number) => void) => {
      let seen = 0;
      await parquetRead({
        file,
        metadata,
        columns: [column],
        parsers: { timestampFromMilliseconds: Number },
        onChunk: ({ columnData, rowStart }) => {
          seen += columnData.length;
          take(columnData, rowStart);
        },
      });
      if (seen !== rows) throw badParquet(name, `column "${column}" has ${seen} rows instead of ${rows}`);
    };
    const numbers = async (column: string) => {
      const values = new Float64Array(rows);
      await read(column, (chunk, from) => values.set(chunk as ArrayLike<number>, from));
      return values;
    };

    const symbols: string[] = [];
    const symbol = new Int32Array(rows);
    await read(SYMBOL, (chunk, from) => numberSymbols(chunk as ArrayLike<string>, symbols, symbol.subarray(from)));
    const time = await numbers(TIME);
    const close = await numbers(CLOSE);
    const features = new Map<string, Float64Array>();
    for (const column of wanted) features.set(column, await numbers(column));
    return { source, quote, interval, featureSet, symbols, symbol, time, close, columns: features };
  } catch (cause) {
    if (cause instanceof PavioError) throw cause;
    throw badParquet(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** What the key-value metadata of a file says, by key. */
const infoSchema = z
  .object({
    feature_set: z.string(),
    feature_set_hash: z.string(),
    columns: z
      .string()
      .transform((text): unknown => JSON.parse(text))
      .pipe(z.array(z.string())),
    inputs: z
      .string()
      .transform((text): unknown => JSON.parse(text))
      .pipe(z.array(z.string())),
    source: z.string(),
    quote: z.string(),
    interval: z.enum(INTERVAL_NAMES),
  })
  .transform(({ feature_set, feature_set_hash, ...rest }) => ({ name: feature_set, hash: feature_set_hash, ...rest }));

function describe({ featureSet, source, quote, interval }: FeatureTable): Record<string, string> {
  return {
    feature_set: featureSet.name,
    feature_set_hash: featureSet.hash,
    columns: JSON.stringify(featureSet.columns),
    inputs: JSON.stringify(featureSet.inputs),
    source,
    quote,
    interval,
    software: SOFTWARE,
  };
}

function readInfo(
  metadata: FileMetaData,
  bytes: Uint8Array,
  name: string,
): { rows: number; info: z.infer<typeof infoSchema> } {
  const pairs = (metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value] as const);
  const info = infoSchema.safeParse(Object.fromEntries(pairs));
  if (!info.success) throw badParquet(name, 'its metadata does not describe a feature set', info.error);

  const [, ...elements] = metadata.schema;
  const expected = [
    `${SYMBOL} BYTE_ARRAY`,
    `${TIME} INT64`,
    ...[CLOSE, ...info.data.columns].map((column) => `${column} DOUBLE`),
  ];
  const found = elements.map((element) => `${element.name} ${element.type}`);
  const odd = expected.findIndex(
    (column, index) => column !== found[index] || elements[index]?.repetition_type !== 'REQUIRED',
  );
  if (odd >= 0 || found.length !== expected.length) {
    throw badParquet(
      name,
      `column ${odd < 0 ? expected.length : odd} is ${found[odd] ?? 'none of ours'}, expected ${expected[odd] ?? 'no more'}`,
    );
  }
  const rows = Number(metadata.num_rows);
  // Times do not repeat, so no row takes less than a byte: a larger count is damage, and must not be allocated.
  if (!(rows >= 0 && rows <= bytes.length)) throw badParquet(name, `it claims ${rows} rows`);
  return { rows, info: info.data };
}

function numberSymbols(chunk: ArrayLike<string>, symbols: string[], target: Int32Array): void {
  let current = '';
  let index = -1;
  for (let row = 0; row < chunk.length; row++) {
    const symbol = chunk[row] as string;
    if (index < 0 || symbol !== current) {
      current = symbol;
      index = symbols.indexOf(symbol);
      if (index < 0) index = symbols.push(symbol) - 1;
    }
    target[row] = index;
  }
}

function columnOf({ columns }: FeatureTable, name: string): Float64Array {
  const column = columns.get(name);
  if (column !== undefined) return column;
  throw new PavioError('bad_features', `The feature table lacks the column "${name}" of its feature set.`);
}

function checkTable(table: FeatureTable): void {
  const { featureSet, time, close, symbol, symbols } = table;
  const lengths: [string, number][] = [
    [SYMBOL, symbol.length],
    [CLOSE, close.length],
    ...featureSet.columns.map((name): [string, number] => [name, columnOf(table, name).length]),
  ];
  const problem =
    lengths
      .map(([name, length]) =>
        length === time.length ? '' : `column "${name}" has ${length} rows, not ${time.length}`,
      )
      .find(Boolean) ??
    (featureSet.columns.some((name) => [SYMBOL, TIME, CLOSE].includes(name))
      ? 'a feature has the name of an own column'
      : undefined) ??
    (symbol.some((index) => symbols[index] === undefined) ? 'a row has a symbol that is not in the list' : undefined) ??
    (time.every(Number.isSafeInteger) ? undefined : 'a time is not in whole milliseconds');
  if (problem !== undefined) throw new PavioError('bad_features', `The feature table cannot be stored: ${problem}.`);
}

function badParquet(name: string, problem: string, cause?: unknown): PavioError {
  return new PavioError('bad_parquet', `${name} is not a feature file of Pavio, or damaged: ${problem}.`, {
    remedy: 'Compute the features again: pavio features.',
    details: { file: name },
    cause,
  });
}
