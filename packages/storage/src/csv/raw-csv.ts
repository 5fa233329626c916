import type { CandleSeries } from '@pavio/core';
import { type CsvDecoder, decodeBytes, decodeChunks } from './chunks.ts';
import { badCsv, FieldReader, quoted } from './field-reader.ts';
import { SeriesBuilder } from './series-builder.ts';
import { isUnixSeconds, timeProblem } from './unix-seconds.ts';

/** Text columns first, then the numbers in the order in which a candle has them. */
const TEXTS = ['symbol', 'datetime'] as const;
const NUMBERS = ['timestamp', 'open', 'high', 'low', 'close', 'volumefrom', 'volumeto'] as const;
const NAMES: readonly string[] = [...TEXTS, ...NUMBERS];
const SYMBOL = 0;
const FIRST_NUMBER = TEXTS.length;
const LAST_NUMBER = NAMES.length - 1;

/**
 * Decodes the older one-file form: `|`-separated, many symbols, the columns
 * `symbol|datetime|timestamp|high|low|open|close|volumefrom|volumeto` in any order that the header names. Timestamp is in
 * unix seconds; datetime says the same for people and is not read; an empty volumeto is NaN. Symbols come in the order of
 * their first row, rows as they stand.
 *
 * @throws PavioError `bad_csv` naming file, line and column.
 */
export function decodeRawCsv(bytes: Uint8Array, name: string): Map<string, CandleSeries> {
  return decodeBytes(bytes, new RawCsvDecoder(name));
}

/** The same for a file that arrives in chunks, cut anywhere. */
export function decodeRawCsvStream(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): Promise<Map<string, CandleSeries>> {
  return decodeChunks(chunks, new RawCsvDecoder(name));
}

class RawCsvDecoder implements CsvDecoder<Map<string, CandleSeries>> {
  readonly #name: string;
  readonly #series = new Map<string, SeriesBuilder>();
  /** For each column of the file its index in NAMES. */
  #order: readonly number[] = [];
  #lines = 0;
  #blank: number | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  push(lines: Uint8Array): void {
    const reader = new FieldReader(lines, '|');
    if (this.#lines === 0) this.#header(reader);
    while (!reader.isAtEnd) {
      this.#lines++;
      const start = reader.at;
      if (this.#blank !== undefined) throw badCsv(this.#name, this.#blank, 'the line is blank');
      if (reader.nextLine()) this.#blank = this.#lines;
      else this.#row(reader, start);
    }
  }

  finish(): Map<string, CandleSeries> {
    return new Map(Array.from(this.#series, ([symbol, rows]) => [symbol, rows.finish()]));
  }

  #header(reader: FieldReader): void {
    this.#lines = 1;
    const found = reader.fieldsFrom(0);
    const missing = NAMES.filter((column) => !found.includes(column));
    const unknown = found.filter((column, index) => !NAMES.includes(column) || found.indexOf(column) !== index);
    if (missing.length > 0 || unknown.length > 0) {
      const problems = [
        missing.length > 0 ? `lacks ${missing.map(quoted).join(', ')}` : '',
        unknown.length > 0 ? `has unknown or repeated ${unknown.map(quoted).join(', ')}` : '',
      ];
      throw badCsv(
        this.#name,
        1,
        `the header ${problems.filter((problem) => problem !== '').join(' and ')}`,
        `The columns must be ${NAMES.join('|')}, in any order.`,
      );
    }
    this.#order = found.map((column) => NAMES.indexOf(column));
  }

  #row(reader: FieldReader, start: number): void {
    let symbol = '';
    const values = new Float64Array(NAMES.length);
    for (const [index, column] of this.#order.entries()) {
      if (index > 0 && !reader.nextField()) throw this.#badCount(reader, start);
      if (column === SYMBOL) symbol = reader.text();
      else if (column < FIRST_NUMBER) reader.skip();
      else values[column] = this.#number(reader, column);
    }
    if (!reader.nextLine()) throw this.#badCount(reader, start);
    if (symbol === '') throw badCsv(this.#name, this.#lines, 'column "symbol" is empty');

    let rows = this.#series.get(symbol);
    if (rows === undefined) this.#series.set(symbol, (rows = new SeriesBuilder()));
    const [time, open, high, low, close, volume, quoteVolume] = values.subarray(FIRST_NUMBER) as unknown as Row;
    rows.append(time * 1000, open, high, low, close, volume, quoteVolume);
  }

  #number(reader: FieldReader, column: number): number {
    const start = reader.at;
    const value = reader.number();
    const isTime = column === FIRST_NUMBER;
    if (isTime ? isUnixSeconds(value) : !Number.isNaN(value)) return value;
    if (column === LAST_NUMBER && reader.at === start) return Number.NaN;
    const problem = isTime && !Number.isNaN(value) ? timeProblem(value) : 'is not a number';
    const field = reader.bytes.toString('utf8', start, reader.at);
    throw badCsv(this.#name, this.#lines, `column "${NAMES[column]}" ${problem}: ${quoted(field)}`);
  }

  #badCount(reader: FieldReader, start: number): Error {
    const { length } = reader.fieldsFrom(start);
    return badCsv(this.#name, this.#lines, `${length} columns instead of ${NAMES.length}`);
  }
}

type Row = [number, number, number, number, number, number, number];
