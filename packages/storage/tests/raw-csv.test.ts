import { describe, expect, it } from 'vitest';
import { decodeRawCsv, decodeRawCsvStream } from '../src/index.ts';

const HEADER = 'symbol|datetime|timestamp|high|low|open|close|volumefrom|volumeto';
const bytes = (text: string) => new TextEncoder().encode(text);
const decode = (...lines: string[]) => decodeRawCsv(bytes(lines.join('\n')), 'raw.csv');

describe('the older one-file form', () => {
  it('is decoded to a series a symbol, by the names of its columns', () => {
    const found = decode(
      HEADER,
      'BTC|2021-01-01 00:00:00|1609459200|29600.6|28700.3|28900.1|29300.2|100.5|2950000',
      'ETH|2021-01-01 00:00:00|1609459200|750|700|730|740|1000|',
      'BTC|2021-01-02 00:00:00|1609545600|33000|29000|29300.2|32000|200|6400000',
      '',
    );
    expect([...found.keys()]).toEqual(['BTC', 'ETH']);
    const btc = found.get('BTC');
    expect([...(btc?.time ?? [])]).toEqual([1_609_459_200_000, 1_609_545_600_000]);
    expect([btc?.open[0], btc?.high[0], btc?.low[0], btc?.close[0]]).toEqual([28_900.1, 29_600.6, 28_700.3, 29_300.2]);
    expect([btc?.volume[1], btc?.quoteVolume[1]]).toEqual([200, 6_400_000]);
    expect(found.get('ETH')?.quoteVolume[0]).toBeNaN();
  });

  it('may have its columns in another order, a byte order mark and CRLF', () => {
    const found = decodeRawCsv(
      bytes('\ufeffvolumeto|close|open|low|high|timestamp|datetime|symbol|volumefrom\r\n9|4|1|3|2|60.0|x|ADA|8\r\n'),
      'raw.csv',
    );
    const ada = found.get('ADA');
    expect([
      ada?.time[0],
      ada?.open[0],
      ada?.high[0],
      ada?.low[0],
      ada?.close[0],
      ada?.volume[0],
      ada?.quoteVolume[0],
    ]).toEqual([60_000, 1, 2, 3, 4, 8, 9]);
  });

  it('may arrive in chunks cut anywhere', async () => {
    const text = `${HEADER}\nBTC|a|60|2|1|1|2|5|6\nBTC|b|120|3|2|2|3|5|6\n`;
    async function* chunks() {
      for (let at = 0; at < text.length; at += 7) yield bytes(text.slice(at, at + 7));
    }
    expect([...((await decodeRawCsvStream(chunks(), 'x')).get('BTC')?.time ?? [])]).toEqual([60_000, 120_000]);
  });

  it.each([
    [
      ['symbol|timestamp|open'],
      'line 1: the header lacks "datetime", "high", "low", "close", "volumefrom", "volumeto"',
    ],
    [[`${HEADER}|extra`], 'line 1: the header has unknown or repeated "extra"'],
    [[`${HEADER}|open`], 'line 1: the header has unknown or repeated "open"'],
    [[HEADER.replace('timestamp', 'time')], 'line 1: the header lacks "timestamp" and has unknown or repeated "time"'],
    [[HEADER.replaceAll('|', ',')], 'line 1: the header lacks'],
    [[HEADER, 'BTC|d|60|1|1|1|1|1'], 'line 2: 8 columns instead of 9'],
    [[HEADER, 'BTC|d|60|1|1|1|1|1|1|1'], 'line 2: 10 columns instead of 9'],
    [[HEADER, '|d|60|1|1|1|1|1|1'], 'line 2: column "symbol" is empty'],
    [[HEADER, 'BTC|d|60|1|1|1|x|1|1'], 'line 2: column "close" is not a number: "x"'],
    [[HEADER, 'BTC|d|60|1|1|1|1||1'], 'line 2: column "volumefrom" is not a number: ""'],
    [[HEADER, 'BTC|d|1609459200000|1|1|1|1|1|1'], 'line 2: column "timestamp" lies beyond the year 9999'],
    [[HEADER, 'BTC|d|60|1|1|1|1|1|1', '', 'BTC|d|60|1|1|1|1|1|1'], 'line 3: the line is blank'],
  ])('is refused by file, line and column: %j', (lines, expected) => {
    expect(() => decode(...lines)).toThrow(
      expect.objectContaining({ code: 'bad_csv', message: expect.stringContaining(`raw.csv, ${expected}`) }),
    );
  });
});
