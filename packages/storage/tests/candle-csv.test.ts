import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CANDLE_COLUMNS, type CandleSeries, seriesLength, seriesOf } from '@pavio/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCandleCsvEnds } from '../src/csv/candle-csv.ts';
import { FieldReader } from '../src/csv/field-reader.ts';
import { decodeCandleCsv, decodeCandleCsvStream, encodeCandleCsv } from '../src/index.ts';
import { anySeries } from './support/candles.ts';

const HEADER = 'time,open,high,low,close,volumefrom,volumeto';
const bytes = (text: string) => new TextEncoder().encode(text);
const decode = (...lines: string[]) => decodeCandleCsv(bytes([HEADER, ...lines].join('\n')), 'x.csv');
const message = (...lines: string[]) => {
  try {
    decode(...lines);
    return 'no error';
  } catch (error) {
    return (error as Error).message;
  }
};

/** Rows of a series as plain arrays, for comparison (NaN equals NaN). */
const rows = (series: CandleSeries) => CANDLE_COLUMNS.map((column) => [...series[column]]);

/** The plain reader: split and Number. The oracle of the byte scanner. */
function plainDecode(text: string): CandleSeries {
  const lines = text
    .replace(/^\ufeff/, '')
    .trimEnd()
    .split(/\r?\n/)
    .slice(1);
  return seriesOf(
    lines.map((line) => {
      const [time, open, high, low, close, volume, quoteVolume] = line
        .split(',')
        .map((cell) => (cell === '' ? Number.NaN : Number(cell)));
      return { time: (time ?? 0) * 1000, open, high, low, close, volume, quoteVolume } as never;
    }),
  );
}

describe('numbers', () => {
  const read = (text: string) => new FieldReader(bytes(text), ',').number();

  it('are exactly what Number reads, for every finite number in every notation', () => {
    const notations = [
      String,
      (x: number) => x.toExponential(),
      (x: number) => x.toPrecision(21),
      (x: number) => `+${Math.abs(x)}`,
    ];
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(...notations),
        (value, write) => {
          const text = write(value);
          expect(read(text)).toBe(Number(text));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('are exactly what Number reads, for any digits around any point', () => {
    const digits = (max: number) =>
      fc.string({
        unit: fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'),
        minLength: 1,
        maxLength: max,
      });
    fc.assert(
      fc.property(digits(22), digits(22), fc.integer({ min: -30, max: 30 }), (whole, fraction, exponent) => {
        for (const text of [whole, `${whole}.${fraction}`, `-${whole}.${fraction}e${exponent}`])
          expect(read(text)).toBe(Number(text));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    '',
    '-',
    '+',
    '.',
    'e5',
    '1e',
    '1e+',
    '1.2.3',
    '--1',
    '1 ',
    ' 1',
    '0x10',
    'NaN',
    'nan',
    'Infinity',
    '1e999',
    '1_000',
    '"1"',
  ])('are nothing else: %j', (text) => {
    expect(read(text)).toBeNaN();
  });
});

describe('a candle CSV', () => {
  it('is decoded to columns, unix seconds to milliseconds, an empty volumeto to NaN', () => {
    const series = decode(
      '1514764800,13715.65,13818.55,12750.0,13380,8609.915844,114799747.44197056',
      '1514851200,1,2,0.5,1.5e3,0,',
      '',
    );
    expect(rows(series)).toEqual([
      [1_514_764_800_000, 1_514_851_200_000],
      [13_715.65, 1],
      [13_818.55, 2],
      [12_750, 0.5],
      [13_380, 1500],
      [8609.915844, 0],
      [114_799_747.441_970_56, Number.NaN],
    ]);
  });

  it('is decoded as it stands, unsorted and doubled', () => {
    expect([...decode('120,1,1,1,1,1,1', '60,1,1,1,1,1,1', '60,2,2,2,2,2,2').time]).toEqual([120_000, 60_000, 60_000]);
  });

  it('may have CRLF, a byte order mark, and no candles', () => {
    const row = '60,1,2,0.5,1.5,10,15';
    const whole = rows(decode(row));
    expect(rows(decodeCandleCsv(bytes(`\ufeff${HEADER}\r\n${row}\r\n`), 'x'))).toEqual(whole);
    expect(rows(decodeCandleCsv(bytes(`${HEADER}\r\n${row}`), 'x'))).toEqual(whole);
    expect(seriesLength(decodeCandleCsv(bytes(HEADER), 'x'))).toBe(0);
    expect(seriesLength(decodeCandleCsv(bytes(`${HEADER}\n`), 'x'))).toBe(0);
  });

  it.each([
    ['60,1,2,3', 'x.csv, line 3: 4 columns instead of 7.'],
    ['60,1,2,3,4,5,6,7', 'x.csv, line 3: 8 columns instead of 7.'],
    ['60,1,abc,3,4,5,6', 'x.csv, line 3: column "high" is not a number: "abc".'],
    ['60,1,2,,4,5,6', 'x.csv, line 3: column "low" is not a number: "".'],
    ['60,1,2,3,4,,6', 'x.csv, line 3: column "volumefrom" is not a number: "".'],
    ['60,1,2,3,4,5,x', 'x.csv, line 3: column "volumeto" is not a number: "x".'],
    ['60,1,2,3,4,5,6 ', 'x.csv, line 3: column "volumeto" is not a number: "6 ".'],
    [',1,2,3,4,5,6', 'x.csv, line 3: column "time" is not a number: "".'],
    [
      '1514764800000,1,2,3,4,5,6',
      'x.csv, line 3: column "time" lies beyond the year 9999: unix SECONDS are expected: "1514764800000".',
    ],
    ['60.5,1,2,3,4,5,6', 'x.csv, line 3: column "time" is not a whole number of seconds since 1970: "60.5".'],
    ['-60,1,2,3,4,5,6', 'x.csv, line 3: column "time" is not a whole number of seconds since 1970: "-60".'],
    ['2018-01-01,1,2,3,4,5,6', 'x.csv, line 3: column "time" is not a number: "2018-01-01".'],
    ['', 'x.csv, line 3: the line is blank.'],
  ])('with the bad line %j is refused by file, line and column', (line, expected) => {
    const good = '0,1,1,1,1,1,1';
    expect(message(good, line, good)).toBe(expected);
    expect(message(good, line, '', good)).toBe(expected);
  });

  it.each(['', 'time,open', 'Time,Open,High,Low,Close,VolumeFrom,VolumeTo', '<html><body>', `${HEADER},extra`])(
    'with the header %j is refused',
    (header) => {
      expect(() => decodeCandleCsv(bytes(`${header}\n1,2,3,4,5,6,7`), 'x.csv')).toThrow(
        expect.objectContaining({
          code: 'bad_csv',
          message: expect.stringContaining('x.csv, line 1: the header is'),
          remedy: expect.stringContaining(HEADER),
        }),
      );
    },
  );

  it('is the same in whatever chunks it arrives', async () => {
    await fc.assert(
      fc.asyncProperty(
        anySeries(),
        fc.boolean(),
        fc.boolean(),
        fc.array(fc.nat(300), { maxLength: 40 }),
        async (series, hasMark, endsLine, cuts) => {
          const text = (hasMark ? '\ufeff' : '') + Buffer.from(encodeCandleCsv(series)).toString();
          const body = bytes(endsLine ? text : text.trimEnd());
          const ends = [...new Set(cuts.map((cut) => Math.min(cut, body.length)))]
            .sort((a, b) => a - b)
            .concat(body.length);
          async function* chunks() {
            for (const [index, end] of ends.entries()) yield body.subarray(ends[index - 1] ?? 0, end);
          }
          expect(rows(await decodeCandleCsvStream(chunks(), 'x'))).toEqual(rows(series));
        },
      ),
    );
  });

  it('that arrives in chunks names the line of the whole file', async () => {
    async function* chunks() {
      yield bytes(`${HEADER}\n0,1,1,1,1,1,1\n60,1`);
      yield bytes(',1,1,1,1,1\n120,1,1,');
      yield bytes('bad,1,1,1\n180,1,1,1,1,1,1\n');
    }
    await expect(decodeCandleCsvStream(chunks(), 'x.csv')).rejects.toThrow(
      'x.csv, line 4: column "low" is not a number: "bad".',
    );
  });

  it('comes back from encoding as it was, and gives the same bytes again', () => {
    fc.assert(
      fc.property(anySeries(), (series) => {
        const encoded = encodeCandleCsv(series);
        const decoded = decodeCandleCsv(encoded, 'x');
        expect(rows(decoded)).toEqual(rows(series));
        expect(Buffer.compare(encodeCandleCsv(decoded), encoded)).toBe(0);
        expect(rows(plainDecode(Buffer.from(encoded).toString()))).toEqual(rows(series));
      }),
    );
  });

  it('gives its first and last candle without the rest', () => {
    fc.assert(
      fc.property(anySeries(), (series) => {
        const ends = [...decodeCandleCsvEnds(encodeCandleCsv(series), 'x').time];
        expect([ends[0], ends.at(-1)]).toEqual([series.time[0], series.time.at(-1)]);
      }),
    );
  });

  it.each([
    ['a time between seconds', { time: 1500 }],
    ['a time before 1970', { time: -1000 }],
    ['a price that is missing', { close: Number.NaN }],
    ['a price without bounds', { high: Infinity }],
    ['a volume without bounds', { quoteVolume: Infinity }],
  ])('cannot hold %s', (_, part) => {
    const candle = { time: 60_000, open: 1, high: 1, low: 1, close: 1, volume: 1, quoteVolume: 1, ...part };
    expect(() => encodeCandleCsv(seriesOf([candle]))).toThrow(expect.objectContaining({ code: 'bad_candles' }));
  });

  it('can hold numbers whose sum is too large to be one', () => {
    const candle = {
      time: 0,
      open: 1.7e308,
      high: 1.7e308,
      low: 1e-320,
      close: 5e-324,
      volume: 1.7e308,
      quoteVolume: Number.NaN,
    };
    expect(rows(decodeCandleCsv(encodeCandleCsv(seriesOf([candle])), 'x'))).toEqual(rows(seriesOf([candle])));
  });
});

const data = path.resolve(import.meta.dirname, '../../../../shared/data');

describe.skipIf(!existsSync(data))(
  `real candles${existsSync(data) ? '' : ' (skipped: the folder shared/data is not there)'}`,
  () => {
    it('are decoded as by split and Number', () => {
      const files = globSync('*/*.csv', { cwd: data });
      expect(files.length).toBeGreaterThan(20);
      for (const file of files) {
        const body = readFileSync(path.join(data, file));
        expect(rows(decodeCandleCsv(body, file))).toEqual(rows(plainDecode(body.toString())));
      }
    });
  },
);
