import { PavioError } from '@pavio/core';

const LF = 10;
const CR = 13;
const ZERO = 48;
const MINUS = 45;
const PLUS = 43;
const DOT = 46;

/** Powers of ten that float64 holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const EXACT = 2 ** 53;

/**
 * Reads the fields of separated lines straight from bytes, one after another. Fields are plain: no quotes, no blanks
 * around them. The reader stands on a separator, a line end or the end of the bytes after each field.
 */
export class FieldReader {
  readonly bytes: Buffer;
  readonly #separator: number;
  /** Where the reader stands. */
  at = 0;

  constructor(bytes: Uint8Array, separator: string) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#separator = separator.charCodeAt(0);
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  /** Steps over the separator; false where there is none, because the line ends. */
  nextField(): boolean {
    if (this.bytes[this.at] !== this.#separator) return false;
    this.at++;
    return true;
  }

  /** Steps over the end of the line (LF or CRLF); false where more of the line follows. */
  nextLine(): boolean {
    if (this.at >= this.bytes.length) return true;
    let at = this.at;
    if (this.bytes[at] === CR) at++;
    if (at < this.bytes.length && this.bytes[at] !== LF) return false;
    this.at = at + 1;
    return true;
  }

  /**
   * The number of the field, exactly `Number(text)`; NaN for an empty field and for anything that is not a finite decimal
   * number.
   *
   * Up to 2^53 as digits and 10^22 as scale, one multiplication or division of two exact numbers is correctly rounded
   * (W. D. Clinger, "How to read floating point numbers accurately", 1990); the rest is left to the engine.
   */
  number(): number {
    const { bytes } = this;
    const start = this.at;
    let at = start;
    let byte = bytes[at] as number;
    const isNegative = byte === MINUS;
    if (isNegative || byte === PLUS) byte = bytes[++at] as number;

    let digits = 0;
    let count = 0;
    let scale = 0;
    while (byte >= ZERO && byte < ZERO + 10) {
      digits = digits * 10 + (byte - ZERO);
      count++;
      byte = bytes[++at] as number;
    }
    if (byte === DOT) {
      byte = bytes[++at] as number;
      const point = at;
      while (byte >= ZERO && byte < ZERO + 10) {
        digits = digits * 10 + (byte - ZERO);
        byte = bytes[++at] as number;
      }
      scale = point - at;
      count -= scale;
    }
    if (count > 0 && (byte | 0x20) === 0x65) {
      byte = bytes[++at] as number;
      const isDown = byte === MINUS;
      if (isDown || byte === PLUS) byte = bytes[++at] as number;
      const first = at;
      let exponent = 0;
      while (byte >= ZERO && byte < ZERO + 10) {
        exponent = exponent * 10 + (byte - ZERO);
        byte = bytes[++at] as number;
      }
      if (at === first) count = 0;
      scale += isDown ? -exponent : exponent;
    }
    if (count === 0 || !(byte === this.#separator || byte === LF || byte === CR || at >= bytes.length)) {
      this.skip();
      return Number.NaN;
    }

    this.at = at;
    if (digits < EXACT && scale >= -22 && scale <= 22) {
      const value = scale < 0 ? digits / (POWERS[-scale] as number) : digits * (POWERS[scale] as number);
      return isNegative ? -value : value;
    }
    const value = Number(bytes.toString('latin1', start, at));
    return Number.isFinite(value) ? value : Number.NaN;
  }

  /** The text of the field. */
  text(): string {
    const start = this.at;
    this.skip();
    return this.bytes.toString('utf8', start, this.at);
  }

  /** Steps over the field. */
  skip(): void {
    const { bytes } = this;
    let { at } = this;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === this.#separator || byte === LF || (byte === CR && (at + 1 === bytes.length || bytes[at + 1] === LF)))
        break;
    }
    this.at = at;
  }

  /** All fields of the line that begins at `start`; the reader ends up behind the line. */
  fieldsFrom(start: number): string[] {
    this.at = start;
    const fields = [this.text()];
    while (this.nextField()) fields.push(this.text());
    this.nextLine();
    return fields;
  }
}

/** An error in a CSV file, by its name and line (the first line is 1). */
export function badCsv(name: string, line: number, problem: string, remedy?: string): PavioError {
  return new PavioError('bad_csv', `${name}, line ${line}: ${problem}.`, {
    ...(remedy === undefined ? {} : { remedy }),
    details: { file: name, line },
  });
}

/** A field as quoted in messages, cut to a bearable length. */
export function quoted(field: string): string {
  return JSON.stringify(field.length > 40 ? `${field.slice(0, 40)}…` : field);
}
