import { type CandleSeries, isoTime, PavioError, seriesLength } from '@pavio/core';
import { type CsvDecoder, decodeBytes, decodeChunks } from './chunks.ts';
import { badCsv, FieldReader, quoted } from './field-reader.ts';
import { SeriesBuilder } from './series-builder.ts';
import { isUnixSeconds, timeProblem } from './unix-seconds.ts';

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volumefrom', 'volumeto'] as const;
const HEADER = COLUMNS.join(',');
/** A typical row, for a first guess of how many there are. */
const ROW_BYTES = 64;

/**
 * Decodes a candle CSV: the header `time,open,high,low,close,volumefrom,volumeto`, then a row a candle; time in unix
 * seconds (milliseconds in the series), an empty volumeto is NaN. LF or CRLF, with or without a byte order mark. Rows are
 * taken as they stand: neither sorted nor freed of duplicates.
 *
 * @param name of the file, for messages.
 * @throws PavioError `bad_csv` naming file, line and column for anything else.
 */
export function decodeCandleCsv(bytes: Uint8Array, name: string): CandleSeries {
  return decodeBytes(bytes, new CandleCsvDecoder(name, bytes.length / ROW_BYTES));
}

/** The same for a file that arrives in chunks, cut anywhere. */
export function decodeCandleCsvStream(chunks: AsyncIterable<Uint8Array>, name: string): Promise<CandleSeries> {
  return decodeChunks(chunks, new CandleCsvDecoder(name));
}

/** The first and the last candle of a candle CSV, without decoding what is between; fewer rows where there are fewer. */
export function decodeCandleCsvEnds(bytes: Uint8Array, name: string): CandleSeries {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const afterHeader = text.indexOf('\n') + 1;
  const afterFirst = text.indexOf('\n', afterHeader) + 1;
  const beforeLast = text.lastIndexOf('\n', text.length - 2) + 1;
  if (afterHeader === 0 || afterFirst === 0 || beforeLast <= afterFirst) return decodeCandleCsv(bytes, name);
  return decodeCandleCsv(Buffer.concat([text.subarray(0, afterFirst), text.subarray(beforeLast)]), name);
}

/**
 * Encodes a series as candle CSV: the shortest digits that read back as the same number, LF, an empty volumeto for NaN. The
 * same series always gives the same bytes.
 *
 * @throws PavioError `bad_candles` for a time that is not in whole seconds, or a number that is not finite.
 */
export function encodeCandleCsv(series: CandleSeries): Uint8Array {
  const { time, open, high, low, close, volume, quoteVolume } = series;
  let text = `${HEADER}\n`;
  for (let row = 0; row < seriesLength(series); row++) {
    const seconds = (time[row] as number) / 1000;
    const quote = quoteVolume[row] as number;
    if (!isUnixSeconds(seconds) || !isWritable(series, row)) throw unwritable(series, row);
    text += `${seconds},${open[row]},${high[row]},${low[row]},${close[row]},${volume[row]},${Number.isNaN(quote) ? '' : quote}\n`;
  }
  return Buffer.from(text, 'latin1');
}

class CandleCsvDecoder implements CsvDecoder<CandleSeries> {
  readonly #name: string;
  readonly #rows: SeriesBuilder;
  /** Lines before the piece at hand. */
  #lines = 0;
  /** Number of a blank line that only the end of the file may follow. */
  #blank: number | undefined;

  constructor(name: string, rows?: number) {
    this.#name = name;
    this.#rows = new SeriesBuilder(rows === undefined ? undefined : Math.ceil(rows));
  }

  push(lines: Uint8Array): void {
    const reader = new FieldReader(lines, ',');
    if (this.#lines === 0) this.#header(reader);
    while (!reader.isAtEnd) {
      this.#lines++;
      const start = reader.at;
      if (this.#blank !== undefined) throw badCsv(this.#name, this.#blank, 'the line is blank');
      if (reader.nextLine()) this.#blank = this.#lines;
      else if (!this.#row(reader)) throw this.#explain(reader.fieldsFrom(start));
    }
  }

  finish(): CandleSeries {
    return this.#rows.finish();
  }

  #header(reader: FieldReader): void {
    this.#lines = 1;
    const found = reader.fieldsFrom(0).join(',');
    if (found === HEADER) return;
    throw badCsv(this.#name, 1, `the header is ${quoted(found)}`, `The header must be exactly ${HEADER}.`);
  }

  /** Appends the row where the reader stands; false for a bad one. */
  #row(reader: FieldReader): boolean {
    const time = reader.number();
    if (!isUnixSeconds(time) || !reader.nextField()) return false;
    const open = reader.number();
    if (Number.isNaN(open) || !reader.nextField()) return false;
    const high = reader.number();
    if (Number.isNaN(high) || !reader.nextField()) return false;
    const low = reader.number();
    if (Number.isNaN(low) || !reader.nextField()) return false;
    const close = reader.number();
    if (Number.isNaN(close) || !reader.nextField()) return false;
    const volume = reader.number();
    if (Number.isNaN(volume) || !reader.nextField()) return false;
    const start = reader.at;
    const quoteVolume = reader.number();
    if (Number.isNaN(quoteVolume) && reader.at !== start) return false;
    this.#rows.append(time * 1000, open, high, low, close, volume, quoteVolume);
    return reader.nextLine();
  }

  #explain(fields: readonly string[]): PavioError {
    if (fields.length !== COLUMNS.length) {
      return badCsv(this.#name, this.#lines, `${fields.length} columns instead of ${COLUMNS.length}`);
    }
    const bad = fields.findIndex((field, index) => {
      const value = readNumber(field);
      if (index === 0) return !isUnixSeconds(value);
      return Number.isNaN(value) && !(index === COLUMNS.length - 1 && field === '');
    });
    const column = COLUMNS[bad] ?? 'time';
    const field = fields[bad] ?? '';
    const value = readNumber(field);
    const problem = column === 'time' && !Number.isNaN(value) ? timeProblem(value) : 'is not a number';
    return badCsv(this.#name, this.#lines, `column "${column}" ${problem}: ${quoted(field)}`);
  }
}

function readNumber(field: string): number {
  return new FieldReader(Buffer.from(field), ',').number();
}

function isWritable({ open, high, low, close, volume, quoteVolume }: CandleSeries, row: number): boolean {
  const sum =
    (open[row] as number) +
    (high[row] as number) +
    (low[row] as number) +
    (close[row] as number) +
    (volume[row] as number);
  // A sum may overflow where its parts are finite: then they are looked at one by one.
  if (!Number.isFinite(sum) && ![open, high, low, close, volume].every((column) => Number.isFinite(column[row])))
    return false;
  return Math.abs(quoteVolume[row] as number) !== Infinity;
}

function unwritable({ time }: CandleSeries, row: number): PavioError {
  const at = time[row] as number;
  const when = Number.isFinite(at) && Math.abs(at) < 8.64e15 ? isoTime(at) : String(at);
  return new PavioError('bad_candles', `The candle of row ${row} (time ${when}) cannot be written to CSV.`, {
    remedy: 'Times must be whole seconds; prices and volumes must be finite (only quoteVolume may be missing).',
    details: { row, time: at },
  });
}
