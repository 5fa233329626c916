import path from 'node:path';
import { type Interval, isInterval, isPavioError, PavioError, parsePair } from '@pavio/core';

/** What is known about the candles of a file; what its name does not say comes from the options. */
export interface NamedSeries {
  readonly symbol: string;
  readonly quote: string;
  readonly interval: Interval;
}

export interface ImportDefaults {
  readonly quote?: string | undefined;
  readonly interval?: Interval | undefined;
}

/**
 * The series that a file's name says: `BTC-USDT-1d.csv`; also `BTCUSDT-1d.csv`, and with defaults `BTC-USDT.csv` or `BTC.csv`.
 * The name wins over the defaults.
 *
 * @throws PavioError `bad_input` naming the file and the option that would help.
 */
export function seriesOfFileName(file: string, { quote, interval }: ImportDefaults): NamedSeries {
  const stem = path.basename(file).replace(/\.csv$/i, '');
  const [, front = stem, ending = ''] = /^(.+)-([^-]+)$/.exec(stem) ?? [];
  const named = isInterval(ending) ? { pair: front, interval: ending } : { pair: stem, interval };
  const pair = pairOf(named.pair, file);
  return {
    symbol: pair.symbol,
    quote: pair.quote ?? quote ?? unsaid(file, 'what its prices are in', '--quote USD'),
    interval: named.interval ?? unsaid(file, 'how long its candles are', '--interval 1d'),
  };
}

/** The series of a symbol in the older one-file form, which is of daily candles in dollars unless something else is said. */
export function seriesOfSymbol(symbol: string, file: string, { quote, interval }: ImportDefaults): NamedSeries {
  const pair = pairOf(symbol, file);
  return { symbol: pair.symbol, quote: pair.quote ?? quote ?? 'USD', interval: interval ?? '1d' };
}

function pairOf(text: string, file: string): { readonly symbol: string; readonly quote?: string } {
  try {
    return parsePair(text);
  } catch (error) {
    if (!isPavioError(error, 'bad_input')) throw error;
    throw new PavioError('bad_input', `${file}: "${text.slice(0, 40)}" does not say whose candles these are.`, {
      remedy: 'Name the file like BTC-USDT-1d.csv.',
      cause: error,
      details: { file },
    });
  }
}

function unsaid(file: string, what: string, option: string): never {
  throw new PavioError('bad_input', `${file}: the name does not say ${what}.`, {
    remedy: `Name the file like BTC-USDT-1d.csv, or pass ${option}.`,
    details: { file },
  });
}
